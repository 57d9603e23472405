"""Writes explorer.html: a page on which a person walks in the space of codes."""

import math
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from autoencode.data import Subset, concatenate, sequential_batches
from autoencode.errors import ArgumentError
from autoencode.evaluation import Codes, encode_all, relevance
from autoencode.latent.choose_prior import ChosenPrior, choose_prior
from autoencode.latent.encoding import require_finite, sample_codes
from autoencode.latent.ex_post import FittedMixture, FittedNormal, ex_post_prior
from autoencode.latent.latent_support import latent_support
from autoencode.likelihoods.tokens import TokenLikelihood
from autoencode.portable import Program, SequenceProgram
from autoencode.portable.program import Precision
from autoencode.priors import StandardNormalPrior
from autoencode.runs.run import Run
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.reporter import Reporter, resolve_reporter, track
from autoencode.runtime.seeding import derive_seed, seeded_rng
from autoencode.tasks.decoder_program import decoder_contexts, export_decoder
from autoencode.tasks.generate import USUAL_NUCLEUS
from autoencode.views.explorer import ExplorerContent, ExplorerExamples, LatentSummary, Medium, medium, write_explorer
from autoencode.views.explorer.media import PICTURE
from autoencode.views.figures.plane import principal_directions

_MAX_MAP_POINTS = 4_000
"""Codes on the map."""
_FEW_TEST_EXAMPLES = 100
"""With fewer, the other parts' examples are shown, too: some dots are no map."""
_DRAWS = 512
"""Codes drawn beforehand where the page cannot draw by itself, for all contexts together."""
_HALF_PRECISION_THRESHOLD = 400_000
"""Weights; more are kept in half precision, if that changes no pixel by half a grey level."""
_N_PROBE_CODES = 64


@tuned_cpu()
def explore(
    run: Run,
    out: str | Path | None = None,
    *,
    examples: int = 400,
    seed: int = 0,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Path:
    """Writes one self-contained page that decodes any code in the browser, offline.

    It has a slider for each latent dimension, ranked by relevance; a map of codes to drag in; a morph between two
    codes; and some examples. Those are of the test part, or of all parts if it has fewer than a hundred. Tunes and
    sounds are played, and text and tunes are written token by token.

    Args:
        run: the trained model, of pictures, sounds, tunes of one voice or text, with codes that are vectors.
        out: the page; `explorer.html` in the run folder by default.
        examples: how many are in the file.
        seed: of the choice of examples and of the draws.
        reporter: receives the progress of exporting, encoding and writing.
        cancel: ends it early; nothing is written then.

    Returns:
        Where the page is.

    Raises:
        CapabilityError: the model is of something else, its codes are grids or no finite numbers, or its decoder holds
            an operation for which the page has no kernel.
        ArgumentError: no example at all.
        CancelledError: `cancel` asked for it.
    """
    if examples < 1:
        raise ArgumentError(f"--examples must be 1 or more, not {examples}")
    path = Path(out) if out else run.path / "explorer.html"
    reporter = resolve_reporter(reporter)
    with track(reporter, "exporting the decoder", cancel=cancel):
        decoder = export_decoder(run)
    part, names, noun = _shown_examples(run, seed)
    codes = encode_all(run.model, part, reporter=reporter, cancel=cancel)
    require_finite(codes.means)
    with track(reporter, "writing the page", cancel=cancel):
        _write_page(path, run, decoder, part, names, noun, codes, examples, seed)
    return path


def _write_page(
    path: Path,
    run: Run,
    decoder: Program | SequenceProgram,
    part: Subset,
    names: list[str],
    noun: str,
    codes: Codes,
    examples: int,
    seed: int,
) -> None:
    shown = medium(run.modality)
    content = ExplorerContent(
        title=run.name,
        lead=_lead(run, shown),
        decoder=decoder,
        medium=shown,
        nucleus=USUAL_NUCLEUS,
        precision=_precision(run, decoder, codes.means[:_N_PROBE_CODES]),
        latent=(latent := _latent(run, part, codes.means, codes.kl, seed)),
        examples=_drawn(run, part, names, noun, codes.means, latent, examples),
        prior=(prior := _prior(run, codes.means, seed)),
        classes=_classes(run, part),
        contexts=_context_names(run),
        facts=_facts(run, decoder, shown, prior["words"], f"{len(part):,} {noun}", min(examples, len(part))),
    )
    write_explorer(path, content)


def _context_names(run: Run) -> list[str]:
    contexts = decoder_contexts(run)
    if contexts is None:
        return []
    names = run.folder.data.classes or []
    known = [*names, *map(str, range(len(names), len(contexts)))]
    return (
        known[: len(contexts)]
        if contexts.ndim == 1
        else [f"picture {i} of the test part" for i in range(1, len(contexts) + 1)]
    )


# Codes ---------------------------------------------------------------------------------------------------------------


def _shown_examples(run: Run, seed: int) -> tuple[Subset, list[str], str]:
    """The test part, or all parts where that is small; the files of the examples, if they are files; what they are."""
    data = run.data
    if len(data.test) >= _FEW_TEST_EXAMPLES or len(data.train) + len(data.validation) == 0:
        chosen, noun = ["test"], f"test {run.modality.noun}"
    else:
        chosen, noun = (
            [name for name in ("test", "validation", "train") if len(data.subsets[name])],
            f"{run.modality.noun} of all parts",
        )
    part = concatenate([data.subsets[name] for name in chosen])
    order = _shuffled(len(part), seed)
    names = [Path(name).name for each in chosen for name in data.names(each)] if data.files is not None else []
    return part[order], [names[place] for place in order.tolist()] if names else [], noun


def _shuffled(n: int, seed: int) -> Tensor:
    """Places by chance, so that any first few of them are a fair choice."""
    return torch.randperm(n, generator=torch.Generator().manual_seed(derive_seed(seed, 0)))[:_MAX_MAP_POINTS]


def _latent(run: Run, part: Subset, means: Tensor, kl: Tensor | None, seed: int) -> LatentSummary:
    drawn = sample_codes(run, part, derive_seed(seed, 1))
    relevances, measure = relevance(kl, drawn)
    origin, directions, axes = _plane(means)
    batch = next(iter(sequential_batches(part[:1], 1, device=run.device)))
    return LatentSummary(
        mean=drawn.mean(0),
        scale=drawn.std(0, correction=0),
        relevance=relevances,
        measure=measure,
        origin=origin,
        directions=directions,
        axes=axes,
        support=latent_support(run.model.encode(batch.x, batch.context)),
        circles=isinstance(run.model.prior, StandardNormalPrior) and means.shape[1] == 2,
    )


def _plane(means: Tensor) -> tuple[Tensor, Tensor, tuple[str, str]]:
    """Origin, directions and names of the map's axes: of two numbers the code itself, of more its principal plane."""
    dims = means.shape[1]
    if dims <= 2:
        return torch.zeros(dims), torch.eye(dims, 2), ("latent dimension 1", "latent dimension 2" if dims == 2 else "")
    centred = means - means.mean(0)
    directions = principal_directions(centred)
    shares = (centred @ directions).square().sum(0) / centred.square().sum().clamp_min(1e-30)
    first, second = (f"principal component {i} ({share:.0%})" for i, share in enumerate(shares.tolist(), 1))
    return means.mean(0), directions, (first.replace("%", " %"), second.replace("%", " %"))


def _drawn(
    run: Run, part: Subset, names: list[str], noun: str, means: Tensor, latent: LatentSummary, n: int
) -> ExplorerExamples:
    places = (means - latent.origin) @ latent.directions
    if means.shape[1] == 1:  # spread a line's dots, so that they are seen
        reach = 0.3 * (means.max() - means.min()).item()
        places[:, 1] = reach * (torch.arange(len(means)) * (math.sqrt(5) - 1) / 2 % 1 - 0.5)
    few = part[:n]
    classes = run.model.is_conditional and "n_classes" in run.folder.record.arguments
    return ExplorerExamples(
        places=places,
        position_labels=part.labels,
        codes=means[:n],
        shown=few.inputs() if isinstance(run.model.likelihood, TokenLikelihood) else run.modality.shown(few.inputs()),
        labels=few.labels,
        contexts=few.labels if classes else None,
        noun=noun,
        names=names[:n],
    )


def _classes(run: Run, part: Subset) -> list[str]:
    if part.labels is None:
        return []
    known = list(run.data.classes or [])
    return known + [str(i) for i in range(len(known), int(part.labels.max()) + 1)]


# What Random draws from ----------------------------------------------------------------------------------------------


def _prior(run: Run, means: Tensor, seed: int) -> dict[str, Any]:
    """What `generate` draws from by default; where it has nothing to draw from, a normal of the codes themselves."""
    if run.model.prior is None and ex_post_prior(run) is None:
        normal = FittedNormal(means.shape[1])
        codes = means if len(means) > 1 else means.repeat(2, 1)  # nothing can be fitted to one
        normal.fit(codes, codes, seed=seed)
        return _mixture(normal, "codes from a normal with the mean and covariance of the codes", seed)
    chosen = choose_prior(run)
    if isinstance(chosen.fitted, FittedMixture):
        return _mixture(chosen.fitted, chosen.reason, seed)
    if chosen.fitted is None and isinstance(run.model.prior, StandardNormalPrior):
        return {"kind": "normal", "words": chosen.reason, "seed": seed}
    contexts = decoder_contexts(run) if chosen.fitted is None else None
    codes = _draws(run, chosen, contexts, seed)
    words = f"{chosen.reason}; one of {len(codes)} drawn beforehand"
    return {"kind": "draws", "words": words, "codes": codes, "byContext": contexts is not None, "seed": seed}


@torch.no_grad()
def _draws(run: Run, chosen: ChosenPrior, contexts: Tensor | None, seed: int) -> Tensor:
    """(n, dims); with contexts as many of each, one context after the other."""
    context = (
        None if contexts is None else contexts.repeat_interleave(max(1, _DRAWS // len(contexts)), 0).to(run.device)
    )
    with seeded_rng(derive_seed(seed, 2), run.device):
        return chosen.sample(run, _DRAWS if context is None else len(context), context).float().cpu()


def _mixture(prior: FittedMixture, words: str, seed: int) -> dict[str, Any]:
    names = ("weights", "locs", "factors", "shift", "scale")
    return {"kind": "mixture", "words": words, "seed": seed, **{name: getattr(prior, name) for name in names}}


# The rest ------------------------------------------------------------------------------------------------------------


@torch.no_grad()
def _precision(run: Run, decoder: Program | SequenceProgram, codes: Tensor) -> Precision:
    """Half precision for a heavy decoder where it moves no pixel of some real codes by half a grey level.

    Never for tokens: where two are nearly as likely, the last digits choose, and all that follows differs.
    """
    if isinstance(decoder, SequenceProgram) or decoder.n_weights <= _HALF_PRECISION_THRESHOLD:
        return "float32"
    context = (
        None if (contexts := decoder_contexts(run)) is None else contexts[torch.arange(len(codes)) % len(contexts)]
    )
    exact = run.decode(codes, context)
    kept = {name: weight.clone() for name, weight in run.model.state_dict().items()}
    try:
        run.model.load_state_dict({name: _round_to_half(weight) for name, weight in kept.items()})
        moved = (run.decode(codes, context) - exact).abs().max().item()
    finally:
        run.model.load_state_dict(kept)
    return "float16" if moved < 0.5 / 255 else "float32"


def _round_to_half(weight: Tensor) -> Tensor:
    return weight.half().to(weight.dtype) if weight.is_floating_point() else weight


def _lead(run: Run, shown: Medium) -> str:
    record, data, dims = run.folder.record, run.folder.data, run.model.latent_shape[0]
    numbers = "one number" if dims == 1 else f"{dims} numbers"
    new = "" if shown.in_tokens else "; none of what it draws here was among them"
    return (
        f"What the decoder of a {record.recipe} makes of a code of {numbers}. It learned from "
        f"{data.sizes.train:,} {run.modality.noun} of {data.name}{new}. Drag on the map, move the sliders, or morph "
        "from one example to another."
    )


def _facts(
    run: Run, decoder: Program | SequenceProgram, shown: Medium, drawn: str, placed: str, n: int
) -> dict[str, str]:
    products = f"{decoder.multiplications / 1e6:.1f} million products a {shown.noun}"
    return {
        "Decoder": f"{decoder.n_weights:,} weights, {products}",
        **({"Picture": _size(run)} if shown is PICTURE else {"Examples": run.modality.description}),
        "Random": drawn,
        "Map": f"{placed}, {n:,} of them in this file",
    }


def _size(run: Run) -> str:
    channels, height, width = run.model.data_shape
    return f"{height} × {width}, {'grey' if channels == 1 else f'{channels} channels'}"
