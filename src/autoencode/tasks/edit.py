"""Makes an attribute of a picture stronger or weaker."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from autoencode.data.images.scan import SHEET
from autoencode.errors import ArgumentError
from autoencode.latent.attribute_blocks import attribute_blocks, rest_effects
from autoencode.latent.directions import Direction, get_direction, orthogonalise
from autoencode.latent.encoding import Item, encode_example
from autoencode.runs.predictor import check_predicts_no_frames
from autoencode.runs.run import Run
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.reporter import Reporter, resolve_reporter
from autoencode.views.figures import labelled_grid, save_figure
from autoencode.views.outputs import save_numbers_beside, save_rows, to_pil_image

_CHANGE = re.compile(r"(.+?)\s*([+-]\s*(?:\d+\.?\d*|\.\d+))")
_COLUMNS = 7


@dataclass(frozen=True)
class AttributeChange:
    """One attribute and by how much.

    Args:
        name: of the attribute.
        amount: 1 is the distance of the mean code of examples without it to that of examples with it.
    """

    name: str
    amount: float

    def __str__(self) -> str:
        return f"{self.name} {self.amount:+g}"


@dataclass(frozen=True)
class AttributeValue:
    """One attribute of a model that learned attributes, and the value that it is given.

    Args:
        name: of the attribute.
        value: its new value.
    """

    name: str
    value: str

    def __str__(self) -> str:
        return f"{self.name}={self.value}"


@dataclass(frozen=True, eq=False)
class Edit:
    """One example, as it was and as it became.

    Args:
        name: of the example.
        changes: what was changed.
        original: as the model saw it, (1, *data_shape).
        before: what its code decodes to, (1, *data_shape).
        after: what the changed code decodes to, (1, *data_shape).
        codes: both codes, (2, *latent_shape).
        strip: each change alone in even steps from the opposite of its amount to it, (changes, steps, *data_shape).
        amounts: the steps of each change, (changes, steps).
    """

    name: str
    changes: tuple[AttributeChange | AttributeValue, ...]
    original: Tensor
    before: Tensor
    after: Tensor
    codes: Tensor
    strip: Tensor
    amounts: Tensor


def parse_attribute_change(text: str) -> AttributeChange | AttributeValue:
    """`smiling+1.5`, `hat-1` or `hair=long`.

    Raises:
        ArgumentError: neither a name, sign and amount, nor a name and value.

    Example:
        >>> parse_attribute_change("T-shirt/top-0.5")
        AttributeChange(name='T-shirt/top', amount=-0.5)
    """
    name, sign, value = (part.strip() for part in text.partition("="))
    if sign and name and value:
        return AttributeValue(name, value)
    found = _CHANGE.fullmatch(text.strip())
    if not found:
        raise ArgumentError(
            "--attribute takes a name, + or - and an amount, such as smiling+1.5, or a name, = and a value, "
            f"not {text!r}"
        )
    return AttributeChange(found[1], float("".join(found[2].split())))


@tuned_cpu()
def edit(
    run: Run,
    item: Item,
    changes: Sequence[AttributeChange | AttributeValue | str],
    *,
    directions: Sequence[Direction] = (),
    orthogonal: bool = False,
    of_class: str | int | None = None,
    reporter: Reporter | None = None,
) -> Edit:
    """Adds directions to an example's code and decodes it.

        z + Σ amount · direction ─► decoder

    A direction leads from the mean code of examples without an attribute to that of examples with it, and an amount of
    1 is all the way. It is one that is given, one that the run folder keeps, or a class's: from all others to this one.

    A model that learned attributes (attribute-vae) has a block of the code for each; to give one a value replaces its
    block by the mean code of the value, moves the rest by what it holds of the attribute in the training examples, and
    leaves the other blocks as they are.

    Args:
        run: the trained model.
        item: a picture, a .npy file with one example, or an example of the data such as `test:17`.
        changes: attributes and amounts or values, or a text such as "smiling+1.5" or "hair=long".
        directions: in place of those that the run folder keeps.
        orthogonal: whether each direction loses what it shares with the others.
        of_class: the class of the example, for a model conditioned on classes.
        reporter: receives notes.

    Raises:
        ArgumentError: no change at all, or no such attribute or value; the message lists what there is.
        CapabilityError: codes that are words of a codebook, or a value for a model that learned no attributes.
        DataError: the file cannot be read.
    """
    check_predicts_no_frames(run, "edits none")
    wanted = [parse_attribute_change(one) if isinstance(one, str) else one for one in changes]
    if not wanted:
        raise ArgumentError("say what to change: --attribute smiling+1.5")
    one = encode_example(run, item, of_class)
    if one.note:
        resolve_reporter(reporter).note(one.note)
    z = one.z.flatten()
    vectors, amounts = _vectors(run, z, wanted, directions, orthogonal=orthogonal)
    half = _COLUMNS // 2
    steps = torch.arange(-half, half + 1) / half * amounts[:, None]
    codes = torch.cat([z[None], (z + amounts @ vectors)[None], (z + steps[..., None] * vectors[:, None]).flatten(0, 1)])
    context = None if one.context is None else one.context.expand(len(codes), *one.context.shape[1:])
    x = run.decode(codes.reshape(-1, *run.model.latent_shape), context)
    strip = x[2:].reshape(*steps.shape, *run.model.data_shape)
    both = codes[:2].reshape(2, *run.model.latent_shape)
    return Edit(one.name, tuple(wanted), run.to_data_units(one.x), x[:1], x[1:2], both, strip, steps)


def _vectors(
    run: Run,
    z: Tensor,
    wanted: Sequence[AttributeChange | AttributeValue],
    directions: Sequence[Direction],
    *,
    orthogonal: bool,
) -> tuple[Tensor, Tensor]:
    """What is added to the code for each change, (changes, numbers), and how many times, (changes,)."""
    given = {direction.name: direction for direction in directions}
    named = [change.name for change in wanted if isinstance(change, AttributeChange)]
    found = [given.get(name) or get_direction(run, name) for name in named]
    along = iter(orthogonalise(found) if orthogonal else found)
    vectors = [
        _to_value(run, z, change) if isinstance(change, AttributeValue) else next(along).vector for change in wanted
    ]
    amounts = [1.0 if isinstance(change, AttributeValue) else change.amount for change in wanted]
    return torch.stack(vectors), torch.tensor(amounts)


def _to_value(run: Run, z: Tensor, change: AttributeValue) -> Tensor:
    """From a code's block of an attribute to the mean code of a value; the rest moves by what it holds of the value."""
    blocks = attribute_blocks(run)
    place, vector = blocks.block(change.name), torch.zeros_like(z)
    vector[place] = blocks.code(change.name, change.value) - z[place]
    effects, values = rest_effects(run, blocks)[change.name], blocks.values[change.name]
    vector[blocks.rest] = effects[values.index(change.value)] - effects[blocks.place_of(change.name, z)]
    return vector


def save_edit(run: Run, made: Edit, out: str | Path | None = None, *, strip: bool = False) -> list[Path]:
    """Writes the picture before and after at the model's size, and a sheet.

    Args:
        run: the model.
        made: what `edit` gave.
        out: a .png, which becomes the sheet alone, or a folder, which gets `before.png`, `after.png` and `sheet.png`;
            `edits/` in the run folder by default. Vectors are written to a .npy file, rows of a table to a .csv file,
            before and after.
        strip: whether the sheet shows each change in steps rather than before and after.

    Returns:
        The files, the sheet last.
    """
    path = Path(out) if out else run.path / "edits" / made.name
    rows = run.modality.rows_suffix
    if not run.modality.drawable or path.suffix.lower() == rows:
        file = path if path.suffix.lower() == rows else path / "edit"
        return [save_rows(file, run.modality, torch.cat([made.before, made.after]))]
    shown = run.modality.shown
    sheet = _strip(run, made) if strip else _before_after(run, made)
    if path.suffix.lower() == ".png":
        save_figure(path, sheet)
        return [path]
    save_figure(path / "before.png", to_pil_image(shown(made.before)[0]))
    save_figure(path / "after.png", to_pil_image(shown(made.after)[0]))
    save_figure(path / SHEET, sheet)
    numbers = save_numbers_beside(run.modality, path / "edit", torch.cat([made.before, made.after]))
    return [path / "before.png", path / "after.png", *numbers, path / SHEET]


def _before_after(run: Run, made: Edit) -> Image.Image:
    row = torch.cat([made.original, made.before, made.after])
    return labelled_grid(run.modality.shown(row)[None], column_names=["original", "its code", "changed"], apart=[1])


def _strip(run: Run, made: Edit) -> Image.Image:
    """The original, and a row for each attribute."""
    alike = len({tuple(row) for row in made.amounts.abs().tolist()}) == 1
    rows = torch.stack([torch.cat([made.original, row]) for row in made.strip])
    names = ["original", *(f"{amount:+.3g}" if amount else "0" for amount in made.amounts[0].tolist())] if alike else []
    named = [str(change) if isinstance(change, AttributeValue) or not alike else change.name for change in made.changes]
    return labelled_grid(run.modality.shown(rows), named, names, apart=[1])
