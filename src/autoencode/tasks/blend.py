"""Two pictures in one: the coarse of one and the fine of the other, attributes of both, or a mean of their codes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from autoencode.data.images.scan import SHEET
from autoencode.distributions import Ladder
from autoencode.errors import ArgumentError
from autoencode.latent.attribute_blocks import AttributeBlocks, attribute_blocks, rest_effects
from autoencode.latent.encoding import EncodedExample, Item, encode_example, interpolate_context
from autoencode.latent.example_detail import ExampleDetail
from autoencode.latent.paths import latent_paths
from autoencode.runs.predictor import check_predicts_no_frames
from autoencode.runs.run import Run
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.reporter import Reporter, resolve_reporter
from autoencode.views.figures import labelled_grid, save_figure
from autoencode.views.outputs import save_numbers_beside, save_rows, to_pil_image

_STEPS = 1_000
"""Weights are compared to a thousandth."""


@dataclass(frozen=True, eq=False)
class Blend:
    """What came of every pair.

    Args:
        inputs: the examples, (n, *data_shape).
        codes: of the blends, (n, n, *latent_shape): in row i and column j the coarse of i with the fine of j, or the
            code between i and j, or the code of i with some attributes of j.
        examples: what they decode to, (n, n, *data_shape).
        by_levels: whether levels were mixed rather than codes averaged.
        levels: how many of the top levels are those of the row; 0 where there are none.
        attributes: which attributes are those of the column.
    """

    inputs: Tensor
    codes: Tensor
    examples: Tensor
    by_levels: bool
    levels: int
    attributes: tuple[str, ...] = ()


@tuned_cpu()
def blend(
    run: Run,
    items: Sequence[Item],
    *,
    levels: int | None = None,
    weight: float | None = None,
    path: str = "linear",
    attributes: Sequence[str] = (),
    of_class: str | int | None = None,
    sharpen: bool = False,
    reporter: Reporter | None = None,
) -> Blend:
    """Blends every pair of examples, each in both roles.

    A model with levels takes the top ones from one example. The levels below take the means that the other's posterior
    has **given those above them**: what its picture asks for at that place, as a level's code means little by itself.

        z₁ … z_k of A ─► q(z_l | z₁ … z_l₋₁, B) for the rest ─► decoder

    A model that learned attributes (attribute-vae) takes those that are named from the second, and all else from the
    first. Any other model takes the code between the two.

    Args:
        run: the trained model.
        items: pictures, .npy files with one example each, or examples of the data such as `test:17`; two or more.
        levels: how many of the top levels come from the first of a pair; half of them by default.
        weight: of the second of a pair, from 0 to 1, for codes that are averaged; by default ½. Given, a model with
            levels is blended so too.
        path: linear or spherical: the way on which the code between lies.
        attributes: names of those that come from the second of a pair.
        of_class: the class of all, for a model conditioned on classes.
        sharpen: whether blends get the detail of training pictures that look alike where it is added; see
            `autoencode.latent.example_detail.ExampleDetail`.
        reporter: receives notes, and the progress of adding detail.

    Raises:
        ArgumentError: too few examples, no such level, weight or attribute, levels for a model without them, or ways to
            blend that exclude each other.
        CapabilityError: codes that are words of a codebook, or attributes of a model that learned none.
    """
    check_predicts_no_frames(run, "blends none")
    if len(items) < 2:
        raise ArgumentError(f"a blend takes two pictures at least, not {len(items)}")
    coded = [encode_example(run, item, of_class) for item in items]
    reporter = resolve_reporter(reporter)
    for one in coded:
        if one.note:
            reporter.note(one.note)
    made = _blended(run, coded, levels, weight, path, attributes)
    if not sharpen:
        return made
    detail = ExampleDetail.of_run(run, reporter=reporter)
    sharp = detail(made.examples.flatten(0, 1)).unflatten(0, made.examples.shape[:2])
    reporter.note(str(detail.sources))
    return replace(made, examples=sharp)


def _blended(
    run: Run,
    coded: Sequence[EncodedExample],
    levels: int | None,
    weight: float | None,
    path: str,
    attributes: Sequence[str],
) -> Blend:
    """Every pair, by levels, by attributes or by a mean of codes."""
    if attributes:
        if levels is not None or weight is not None:
            raise ArgumentError("attributes are taken whole: leave --levels and --weight out, or --from-b")
        blocks = attribute_blocks(run)
        effects = rest_effects(run, blocks)
        z = [[_with_attributes(a, b, attributes, blocks, effects) for b in coded] for a in coded]
        return replace(_decode_blends(run, coded, z, 0.5, 0), attributes=tuple(attributes))
    depth = _n_levels(coded[0])
    if levels is not None and weight is not None:
        raise ArgumentError("levels are mixed or codes are averaged: leave --levels or --weight out")
    if depth and weight is None:
        top = _chosen_levels(levels, depth)
        return _decode_blends(run, coded, [[_mix_levels(a, b, top) for b in coded] for a in coded], 0.5, top)
    if levels is not None:
        raise ArgumentError("this model has no levels (ladder-vae has): leave --levels out, or say --weight")
    share = _checked_weight(weight)
    return _decode_blends(run, coded, [[_between(a, b, share, path) for b in coded] for a in coded], share, 0)


def _n_levels(one: EncodedExample) -> int:
    """How many levels a code has; 0 where it is of one piece."""
    return len(one.q.dims) if isinstance(one.q, Ladder) else 0


def _chosen_levels(levels: int | None, depth: int) -> int:
    if levels is None:
        return max(1, depth // 2)
    if not 0 <= levels <= depth:
        raise ArgumentError(f"--levels goes from 0 to {depth}, the number of this model's levels, not {levels}")
    return levels


def _checked_weight(weight: float | None) -> float:
    share = 0.5 if weight is None else weight
    if not 0 <= share <= 1:
        raise ArgumentError(f"--weight goes from 0 (the first picture) to 1 (the second), not {share:g}")
    return share


@torch.no_grad()
def _mix_levels(a: EncodedExample, b: EncodedExample, top: int) -> Tensor:
    """The top levels of a's code, and below them what b's posterior makes of them, (1, *latent_shape)."""
    assert isinstance(a.q, Ladder)  # noqa: S101  # the caller counted its levels
    assert isinstance(b.q, Ladder)  # noqa: S101
    return b.q.mean_below(a.q.mean.split(a.q.dims, -1)[:top]).cpu()


def _with_attributes(
    a: EncodedExample, b: EncodedExample, names: Sequence[str], blocks: AttributeBlocks, effects: dict[str, Tensor]
) -> Tensor:
    """The code of a with some attributes of b, (1, numbers)."""
    z = a.z.clone()
    for name in names:
        place = blocks.block(name)
        z[:, place] = b.z[:, place]
        now, before = (blocks.place_of(name, one.z[0]) for one in (b, a))
        z[:, blocks.rest] += effects[name][now] - effects[name][before]
    return z


def _between(a: EncodedExample, b: EncodedExample, share: float, path: str) -> Tensor:
    if path == "density":
        raise ArgumentError("a blend lies on a linear or a spherical path; autoencode morph has the one by density")
    way = latent_paths[path](a.z.flatten(), b.z.flatten(), _STEPS + 1)
    return way[round(share * _STEPS)].reshape(a.z.shape)


def _decode_blends(
    run: Run, coded: Sequence[EncodedExample], z: list[list[Tensor]], share: float, levels: int
) -> Blend:
    n = len(coded)
    codes = torch.cat([torch.cat(row) for row in z])
    contexts = [interpolate_context(a, b, torch.tensor([share])) for a in coded for b in coded]
    context = torch.cat([one for one in contexts if one is not None]) if contexts[0] is not None else None
    examples = run.decode(codes, context).reshape(n, n, *run.model.data_shape)
    given = run.to_data_units(torch.cat([one.x for one in coded]))
    return Blend(given, codes.reshape(n, n, *run.model.latent_shape), examples, levels > 0, levels)


def save_blend(
    run: Run, made: Blend, out: str | Path | None = None, *, pair: tuple[int, int] | None = (0, 1)
) -> list[Path]:
    """Writes one pair's blend, or the table of all.

    Args:
        run: the model.
        made: what `blend` gave.
        out: a .png, which becomes a sheet, or a folder, which gets the blends at the model's size too; `blends/` in the
            run folder by default. Vectors are written to a .npy file, rows of a table to a .csv file.
        pair: row and column of the blend to write; None for the table.

    Returns:
        The files, the sheet last.
    """
    path = Path(out) if out else run.path / "blends"
    wanted = made.examples.flatten(0, 1) if pair is None else made.examples[pair][None]
    rows = run.modality.rows_suffix
    if not run.modality.drawable or path.suffix.lower() == rows:
        file = path if path.suffix.lower() == rows else path / "blend"
        return [save_rows(file, run.modality, wanted)]
    drawn = replace(made, inputs=run.modality.shown(made.inputs), examples=run.modality.shown(made.examples))
    sheet = _table_sheet(drawn) if pair is None else _pair_sheet(drawn, pair)
    if path.suffix.lower() == ".png":
        save_figure(path, sheet)
        return [path]
    files = [path / (f"{number:04d}.png" if pair is None else "blend.png") for number in range(1, len(wanted) + 1)]
    for file, picture in zip(files, run.modality.shown(wanted), strict=True):
        save_figure(file, to_pil_image(picture))
    save_figure(path / SHEET, sheet)
    return [*files, *save_numbers_beside(run.modality, path / "blend", wanted), path / SHEET]


def _pair_sheet(made: Blend, pair: tuple[int, int]) -> Image.Image:
    first, second = pair
    row = torch.stack([made.inputs[first], made.examples[pair], made.inputs[second]])
    names = ["coarse", "blend", "fine"] if made.by_levels else ["A", "blend", "B"]
    return labelled_grid(row[None], column_names=names, apart=[1, 2])


def _table_sheet(made: Blend) -> Image.Image:
    """The given ones before the rows and above the columns."""
    empty = torch.ones_like(made.inputs[:1])
    above = torch.cat([empty, made.inputs])
    rows = [torch.cat([one[None], row]) for one, row in zip(made.inputs, made.examples, strict=True)]
    names = ("coarse", "fine") if made.by_levels else ("", "")
    before, over = (["", *[name] * len(made.inputs)] for name in names)
    return labelled_grid(torch.stack([above, *rows]), before, over, apart=[1], blank=[0])
