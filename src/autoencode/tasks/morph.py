"""From one picture to another through the space of codes."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from autoencode.errors import ArgumentError, CapabilityError
from autoencode.latent.choose_prior import EX_POST, ChosenPrior, choose_prior
from autoencode.latent.encoding import EncodedExample, Item, encode_example, interpolate_context
from autoencode.latent.ex_post import fitted_record
from autoencode.latent.latent_gaussian import latent_gaussian_of
from autoencode.latent.latent_support import latent_support
from autoencode.latent.paths import DENSITY_WEIGHT, density, latent_paths
from autoencode.latent.paths.path import LogDensity
from autoencode.runs.predictor import check_predicts_no_frames
from autoencode.runs.run import Run
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.reporter import Reporter, resolve_reporter
from autoencode.views.figures import labelled_grid, save_animation, save_figure
from autoencode.views.figures.animation import ENDINGS, SIZE
from autoencode.views.outputs import save_numbers_beside, save_own_files, save_pictures, save_rows

_FRAMES, _STRIP = 32, 10


@dataclass(frozen=True, eq=False)
class Morph:
    """A way from one example to another.

    Args:
        a: the first.
        b: the last.
        kind: of path.
        codes: (n, *latent_shape), from a's posterior mean to b's.
        examples: what they decode to, (n, *data_shape).
    """

    a: EncodedExample
    b: EncodedExample
    kind: str
    codes: Tensor
    examples: Tensor


@tuned_cpu()
def morph(
    run: Run,
    a: Item,
    b: Item,
    *,
    frames: int = _FRAMES,
    path: str | None = None,
    prior: str | None = None,
    density_weight: float = DENSITY_WEIGHT,
    of_class: str | int | None = None,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Morph:
    """Decodes codes on a path between two examples.

    Args:
        run: the trained model.
        a: a picture, a .npy file with one example, an example of the data such as `test:17`, or a sentence for a model
            of text.
        b: another.
        frames: how many codes, with both ends.
        path: linear, spherical, or density, which bends to where codes are likely; by default linear, or spherical for
            codes that lie on a sphere.
        prior: whose density the density path follows; by default the one that was fitted to the codes, or else a
            mixture, which is fitted now. The standard normal would only pull the path through 0.
        density_weight: how strongly it does: 0 is the straight line.
        of_class: the class of both, for a model conditioned on classes.
        reporter: receives the progress of a fit, and notes.
        cancel: ends a fit early.

    Raises:
        UnknownNameError: no such path.
        CancelledError: `cancel` asked for it.
        ArgumentError: fewer than two frames, or examples of two classes.
        CapabilityError: codes that are no real numbers, a path that leaves the space of codes, or a model that predicts
            frames.
    """
    check_predicts_no_frames(run, "has no pictures between two others")
    if frames < 2:
        raise ArgumentError(f"a way from A to B has 2 frames at least, not {frames}")
    reporter = resolve_reporter(reporter)
    first, last = (encode_example(run, item, of_class) for item in (a, b))
    for one in (first, last):
        if one.note:
            reporter.note(one.note)
    if torch.equal(first.x, last.x):
        reporter.note("A and B are the same example: nothing will move")
    kind = path or ("spherical" if latent_support(first.q) == "sphere" else "linear")
    path_fn = partial(density, density_weight=density_weight) if kind == "density" else latent_paths[kind]
    chosen = _density_prior(run, prior, reporter, cancel) if kind == "density" else None
    context = interpolate_context(first, last, torch.linspace(0, 1, frames))
    scale = torch.ones(first.z.numel()) if chosen is None else _scale(run, chosen)
    landscape = None if chosen is None else _rescaled_log_prob(chosen, run, scale)
    z = path_fn(first.z.flatten() / scale, last.z.flatten() / scale, frames, landscape) * scale
    codes = _check_finite(run, z.reshape(frames, *run.model.latent_shape), kind)
    return Morph(first, last, kind, codes, run.decode(codes, context))


def save_morph(run: Run, morphs: Morph | list[Morph], out: str | Path | None = None, size: int = SIZE) -> Path:
    """Writes a morph as what the ending of `out` says.

    Args:
        run: the model.
        morphs: one, or for a strip several, which become its rows.
        out: .gif, .mp4 or .webm moves there and back; .png is a strip; a folder gets a picture for every frame; .npy
            gets the numbers, .mid and .wav music and sound. By default a GIF in `morphs/` in the run folder.
        size: moving pictures are enlarged by a whole number until the longer side has so many pixels.

    Returns:
        What was written.

    Raises:
        ArgumentError: another ending, several morphs for a moving picture, or vectors for one.
    """
    several = morphs if isinstance(morphs, list) else [morphs]
    first = several[0]
    ending = ".gif" if run.modality.drawable else run.modality.rows_suffix
    path = Path(out) if out else run.path / "morphs" / f"{first.a.name}-{first.b.name}{ending}"
    if len(several) > 1 and path.suffix.lower() != ".png":
        raise ArgumentError("several paths are shown beside each other in a strip: give --out a name in .png")
    _write(run, several, path, size)
    return path


def check_suffix(run: Run, out: Path | None) -> None:
    """Raises where `save_morph` could not write to `out`; to be asked before anything is computed.

    Raises:
        ArgumentError: an ending that is not known, or that does not fit the data.
    """
    ending, rows = "" if out is None else out.suffix.lower(), run.modality.rows_suffix
    if (
        out is None
        or ending in (rows, *run.modality.other_rows_suffixes)
        or (run.modality.drawable and ending in (*ENDINGS, ".png", ""))
    ):
        return
    pictures = f"{', '.join(ENDINGS)}, .png (a strip), a folder, or " if run.modality.drawable else ""
    raise ArgumentError(
        f"a morph of this model is written to {pictures}{rows} (the {run.modality.rows_noun}), and not to {out.name!r}"
    )


def _write(run: Run, morphs: list[Morph], path: Path, size: int) -> None:
    check_suffix(run, path)
    ending, examples = path.suffix.lower(), morphs[0].examples
    if ending in (run.modality.rows_suffix, *run.modality.other_rows_suffixes):
        save_rows(path, run.modality, examples)
    elif ending == ".png":
        save_figure(path, _strip(run, morphs))
    elif ending in ENDINGS:
        save_animation(path, run.modality.shown(examples), size)
    else:
        save_pictures(
            [path / f"{number:04d}.png" for number in range(1, len(examples) + 1)], run.modality.shown(examples)
        )
        save_numbers_beside(run.modality, path / "morph", examples)
        save_own_files([path / f"{number:04d}.png" for number in range(1, len(examples) + 1)], run.modality, examples)


def _strip(run: Run, morphs: list[Morph]) -> Image.Image:
    """Both originals, and between them what lies between; a row for each path."""
    rows = torch.stack([torch.cat([each.a.x, each.examples, each.b.x]) for each in morphs])
    names = ["A", *[""] * len(morphs[0].examples), "B"]
    return labelled_grid(run.modality.shown(rows), [each.kind for each in morphs], names, apart=[1, len(names) - 1])


def _density_prior(run: Run, prior: str | None, reporter: Reporter, cancel: CancelToken | None) -> ChosenPrior:
    chosen = choose_prior(
        run, prior or (EX_POST if fitted_record(run) else "mixture"), reporter=reporter, cancel=cancel
    )
    reporter.note(
        f"the path follows the density of {'its own' if chosen.fitted is None else f'the fitted {chosen.kind}'} prior"
    )
    return chosen


def _scale(run: Run, chosen: ChosenPrior) -> Tensor:
    """The standard deviation of each latent dimension."""
    return latent_gaussian_of(run).scale if chosen.fitted is None else chosen.fitted.scale


def _rescaled_log_prob(chosen: ChosenPrior, run: Run, scale: Tensor) -> LogDensity:
    log_prob = chosen.log_prob(run)
    return lambda z: log_prob(z * scale)


def _check_finite(run: Run, codes: Tensor, kind: str) -> Tensor:
    """The same codes, if the decoder can be shown them."""
    if not codes.isfinite().all():
        raise CapabilityError(f"the {kind} path of these codes does not exist: take --path linear")
    return codes
