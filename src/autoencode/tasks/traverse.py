"""What each latent dimension controls: one at a time is varied, and the rest stays."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.distributions import Independent, Normal

from autoencode.errors import ArgumentError, CapabilityError
from autoencode.evaluation import encode_all, relevance
from autoencode.latent.encoding import Item, encode_example, sample_codes
from autoencode.runs.predictor import check_predicts_no_frames
from autoencode.runs.run import Run
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.reporter import Reporter, reporting_to, resolve_reporter
from autoencode.runtime.seeding import derive_seed
from autoencode.views.figures import labelled_grid, save_figure

_MAX_ROWS, _EXAMPLES, _DRAWS = 10, 2_000, 41


@dataclass(frozen=True, eq=False)
class Traversal:
    """Pictures along some dimensions of the latent space.

    Args:
        dims: which ones, counted from 1, the most relevant first, (rows,).
        steps: standard deviations from the middle, (n_steps,).
        relevances: relevance of each dimension, by `measure`, (rows,).
        measure: "KL", the mean KL in nats, or "variance" of the codes, where there is no KL by dimension.
        codes: (rows, n_steps, *latent_shape).
        examples: (rows, n_steps, *data_shape).
        base_example: the example whose code is walked through, (1, *data_shape); None for the middle of all codes.
    """

    dims: Int64[Tensor, " rows"]
    steps: Float[Tensor, " n_steps"]
    relevances: Float[Tensor, " rows"]
    measure: str
    codes: Tensor
    examples: Tensor
    base_example: Tensor | None


@tuned_cpu()
def traverse(
    run: Run,
    item: Item | None = None,
    *,
    dims: Sequence[int] = (),
    n_steps: int = 9,
    max_std: float = 3.0,
    of_class: str | int | None = None,
    reporter: Reporter | None = None,
) -> Traversal:
    """Moves one dimension at a time from −`max_std` to `max_std` standard deviations, and decodes.

    Standard deviations and the middle are those of the prior where it is a normal, else those of the codes of test
    examples. Dimensions are ranked by their mean KL on test examples: one near 0 says nothing.

    Args:
        run: the trained model.
        item: whose code the others keep: a picture, or an example such as `test:17`; by default all stay at the middle.
        dims: which dimensions, counted from 1; by default all, or of more than ten the ten most relevant.
        n_steps: steps.
        max_std: the last step, in standard deviations.
        of_class: the class, for a model conditioned on classes.
        reporter: receives notes.

    Raises:
        ArgumentError: no such dimension, or fewer than two steps.
        CapabilityError: codes that are words of a codebook, or a model that predicts frames.

    References:
        Higgins et al., "β-VAE", ICLR 2017, figures 1 to 4 (traversals through a code).
    """
    check_predicts_no_frames(run, "has no pictures along a dimension")
    if n_steps < 2 or not 0 < max_std < float("inf"):
        raise ArgumentError(f"a traversal has 2 steps or more and a max_std above 0, not {n_steps} and {max_std:g}")
    with reporting_to(resolve_reporter(reporter)):
        relevances, measure, loc, scale = _dimension_statistics(run)
    chosen = _select_dimensions(dims, relevances)
    one = None if item is None else encode_example(run, item, of_class)
    if one is not None and one.note:
        resolve_reporter(reporter).note(one.note)
    steps = (torch.arange(n_steps) * 2 - (n_steps - 1)) * (max_std / (n_steps - 1))  # exactly 0 in the middle
    z = (loc if one is None else one.z.flatten()).repeat(len(chosen), n_steps, 1)
    for row, dim in enumerate(chosen.tolist()):
        z[row, :, dim] = loc[dim] + steps * scale[dim]
    context = run.contexts(1, of_class) if one is None else one.context
    expanded_context = None if context is None else context.expand(len(chosen) * n_steps, *context.shape[1:])
    codes = z.reshape(len(chosen), n_steps, *run.model.latent_shape)
    examples = run.decode(codes.flatten(0, 1), expanded_context).reshape(len(chosen), n_steps, *run.model.data_shape)
    base_example = None if one is None else run.to_data_units(one.x)
    return Traversal(chosen + 1, steps, relevances[chosen], measure, codes, examples, base_example)


def _dimension_statistics(run: Run) -> tuple[Tensor, str, Tensor, Tensor]:
    """The relevance of each dimension and its measure; the middle and the standard deviation of each."""
    part = run.data.test.subsample(_EXAMPLES)
    codes = sample_codes(run, part, derive_seed(0, _DRAWS))
    loc, scale = codes.mean(0), codes.std(0, correction=0)
    relevances, measure = relevance(encode_all(run.model, part).kl, codes)
    p = None if run.model.prior is None or run.model.is_conditional else run.model.prior_for()
    if isinstance(p, Independent) and isinstance(p.base_dist, Normal):
        loc, scale = p.mean.detach().cpu().flatten(), p.stddev.detach().cpu().flatten()
    return relevances, measure, loc, scale


def _select_dimensions(dims: Sequence[int], relevances: Tensor) -> Tensor:
    ranked = relevances.argsort(descending=True)
    if not dims:
        return ranked[:_MAX_ROWS]
    for dim in dims:
        if not 1 <= dim <= len(relevances):
            raise ArgumentError(f"there is no latent dimension {dim}: this model has {len(relevances)}, counted from 1")
    wanted = {dim - 1 for dim in dims}
    return torch.tensor([place for place in ranked.tolist() if place in wanted])


def save_traversal(run: Run, made: Traversal, out: str | Path | None = None) -> Path:
    """Writes a sheet: a row for each dimension, with its relevance.

    Args:
        run: the model.
        made: what `traverse` gave.
        out: a .png; `traversal.png` in the run folder by default.

    Raises:
        CapabilityError: the examples are vectors; `traverse` gives them as arrays.
        ArgumentError: another ending.
    """
    path = Path(out) if out else run.path / "traversal.png"
    if not run.modality.drawable:
        raise CapabilityError(f"a traversal is a sheet of pictures, and this model's examples are {run.modality.noun}")
    if path.suffix.lower() != ".png":
        raise ArgumentError(f"a traversal is written as .png, not to {path.name!r}")
    unit = " nats" if made.measure == "KL" else ""
    rows = zip(made.dims.tolist(), made.relevances.tolist(), strict=True)
    names = [f"{dim}   {made.measure} {relevances:.2f}{unit}" for dim, relevances in rows]
    steps = [f"{step:+.3g} sd" if step else "0" for step in made.steps.tolist()]
    examples = run.modality.shown(made.examples)
    if made.base_example is None:
        save_figure(path, labelled_grid(examples, names, steps))
        return path
    base = run.modality.shown(made.base_example)
    beside = base.expand(len(names), 1, *base.shape[1:])
    sheet = labelled_grid(torch.cat([beside, examples], 1), names, ["picture", *steps], apart=[1])
    save_figure(path, sheet)
    return path
