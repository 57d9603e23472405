"""Writes report.html and its figures."""

import math
from pathlib import Path
from typing import Any

import torch

from autoencode.data import Batch, Subset, sequential_batches
from autoencode.data.masks.mask_classes import class_indices
from autoencode.data.modality import FrameWindows
from autoencode.distributions.token_sequences import TokenChoice
from autoencode.evaluation import Codes, Evaluation, encode_all
from autoencode.latent.encoding import reconstruct_examples
from autoencode.latent.ex_post import fitted_record
from autoencode.latent.sampling import sample_examples
from autoencode.posteriors import IdentityPosterior
from autoencode.priors import CodewordPrior, StandardNormalPrior
from autoencode.runs.predictor import Predictor
from autoencode.runs.run import Run
from autoencode.runs.segmenter import require_masks
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.reporter import Progress, Reporter, resolve_reporter, track
from autoencode.runtime.seeding import seeded_rng
from autoencode.storage import remove_unfinished
from autoencode.tasks.evaluate import cautions, evaluate
from autoencode.tasks.generate import USUAL_NUCLEUS
from autoencode.tasks.verdict import verdict
from autoencode.views import figures
from autoencode.views.report import Figure, Passages, ReportContent, Row, write_report
from autoencode.views.report.rows import rows

_PAIRS = 20
_FUTURES, _DRAWN = 3, 3
_SAMPLES, _LINES = 60, 30
_CODES = 10_000
_MAX_LATENT_SIZE = 10_000


@tuned_cpu()
def report(
    run: Run,
    measured: Evaluation | None = None,
    *,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Path:
    """Draws the figures and writes report.html, one self-contained page.

    Args:
        run: the trained model.
        measured: its evaluation; computed here if it is not given.
        reporter: receives the progress of measuring and drawing.
        cancel: ends it early, between two figures.

    Returns:
        The path of the page, `report.html` in the run folder. The figures are also saved in `figures/`.

    Raises:
        CancelledError: `cancel` asked for it.
    """
    remove_unfinished(run.path)
    measured = measured or evaluate(run, reporter=reporter, cancel=cancel)
    with track(resolve_reporter(reporter), "drawing the report", cancel=cancel) as progress:
        learned, training = _model_figures(run, progress), _training_figures(run)
        for name, figure in {**learned, **training}.items():
            figures.save_figure(run.folder.figures / f"{name}.png", figure.image)
            progress.update()
        _write_page(run, measured, learned, training)
    return run.folder.report_file


def _write_page(run: Run, measured: Evaluation, learned: dict[str, Figure], training: dict[str, Figure]) -> None:
    content = ReportContent(
        title=run.name,
        verdict=verdict(run).sentence,
        lead=_lead(run),
        notes=[*run.folder.data.notes, *cautions(run, measured)],
        passages=_passages(run),
        figures=list(learned.values()),
        training=list(training.values()),
        numbers=[*rows(measured), *_fitted_prior(run)],
        command=run.folder.record.command,
        facts=_facts(run, measured),
        log=[epoch.as_dict() for epoch in run.folder.metrics()],
    )
    write_report(run.folder.report_file, content)


def _lead(run: Run) -> str:
    record, data, metrics = run.folder.record, run.folder.data, run.folder.metrics()
    epochs, minutes = (metrics[-1].epoch, metrics[-1].seconds / 60) if metrics else (0, 0)
    purpose = (
        "to predict the frames that come next"
        if isinstance(run.modality, FrameWindows)
        else "to find their masks"
        if run.masks
        else "to restore them"
        if _is_overcomplete(run)
        else f"with codes of {_size(run)} each"
    )
    return (
        f"{record.recipe} learned from {data.sizes.train:,} {run.modality.noun} of {data.name} {purpose}: "
        f"{epochs:.3g} epochs in {minutes:.1f} minutes on {run.folder.plan.hardware}."
    )


def _size(run: Run) -> str:
    """The size of a code, in words."""
    prior, numbers = run.model.prior, math.prod(run.model.latent_shape)
    if isinstance(prior, CodewordPrior):
        return f"{prior.n_indices:,} codewords out of {prior.codes.n_codes:,}"
    return "1 dimension" if numbers == 1 else f"{numbers:,} dimensions"


def _is_overcomplete(run: Run) -> bool:
    """Whether a code has at least as many values as an example, as that of a restorer."""
    numbers = math.prod(run.model.latent_shape)
    return isinstance(run.model.posterior, IdentityPosterior) and numbers >= math.prod(run.model.data_shape)


def _model_figures(run: Run, progress: Progress) -> dict[str, Figure]:
    """The figures of what the model learned, the most important first."""
    part = run.data.test
    drawn = dict[str, Figure]()
    if run.masks is not None:
        drawn["masks"] = _masks(run, part)
    elif isinstance(run.modality, FrameWindows):
        return {"futures": _futures(run, part)}
    elif run.modality.drawable and (batch := _corrupted_batch(run, part)) is not None:
        drawn["repairs"] = _restorations(run, batch)
    elif run.modality.has_distances or run.modality.drawable:
        drawn["reconstructions"] = _reconstructions(run, part)
    if math.prod(run.model.latent_shape) <= _MAX_LATENT_SIZE and run.masks is None:
        progress.update(detail="codes")
        drawn["codes"] = _codes(run, encode_all(run.model, _subset(part)))
    progress.update(detail="samples")
    if run.modality.drawable and (fitted := fitted_record(run)):
        drawn["samples-ex-post"] = _samples_ex_post(run, fitted.kind)
    if run.model.prior is None:
        return drawn
    if run.modality.drawable:
        drawn |= {"manifold": _manifold(run, part)} if _normal(run) and run.model.latent_shape[0] > 1 else {}
        drawn |= {"samples": _samples(run)}
    progress.update(detail="rates")
    rates = encode_all(run.model, _subset(part)).kl
    if rates is not None and run.model.latent_shape[0] > 2:
        drawn["rates"] = _rates(rates)
    return drawn


def _passages(run: Run) -> list[Passages]:
    """Lines of text and what became of them, and new ones; nothing for other data."""
    if not run.modality.reads_text:
        return []
    x = run.data.test.inputs(slice(0, run.modality.n_compared))
    pairs = list(zip(run.lines(x), run.lines(reconstruct_examples(run, x)), strict=True))
    caption = (
        "Each line is from the test split, which was not used in training; below it stands what the model writes from "
        "its code, with the likeliest word each time."
    )
    found = [Passages("Lines and their reconstructions", caption, pairs)]
    if run.model.prior is None:
        return found
    choice = TokenChoice(nucleus=USUAL_NUCLEUS, known_only=True)
    new = run.lines(sample_examples(run, _LINES, prior="own", choice=choice))
    caption = (
        "Codes sampled from the prior, and lines written from them, each word drawn from the likeliest ones that "
        f"together have a probability of {USUAL_NUCLEUS:g}."
    )
    return [*found, Passages("New lines", caption, [[line] for line in new])]


def _normal(run: Run) -> bool:
    """Whether the prior is a standard normal, which the quantiles of the grid and the circles assume."""
    return isinstance(run.model.prior, StandardNormalPrior)


def _subset(part: Subset) -> Subset:
    return part[:_CODES]


def _reconstructions(run: Run, part: Subset) -> Figure:
    x = part.inputs(slice(0, run.modality.n_compared))
    back = reconstruct_examples(run, x, part[: len(x)].conditioning())
    shown = (run.to_data_units(x), run.to_data_units(back)) if run.modality.compared_in_data_units else (x, back)
    image, above = figures.comparison(run.modality, *shown)
    lost = (
        "The code can hold a whole example, so differences are corrections by the model"
        if _is_overcomplete(run)
        else "Detail that the code cannot hold is lost"
    )
    return Figure(
        "Originals and reconstructions",
        f"{above}. All are from the test split, which was not used in training. {lost}.",
        f"{len(x)} test examples, each with its reconstruction",
        image,
    )


def _masks(run: Run, part: Subset) -> Figure:
    batch = next(iter(sequential_batches(part.subsample(_PAIRS), _PAIRS)))
    found = require_masks(run).decide(reconstruct_examples(run, batch.x, batch.context))
    true = class_indices(batch.target)
    x = run.modality.shown(batch.x)
    shown = x if x.shape[1] == 3 else x.expand(-1, 3, -1, -1)
    return Figure(
        "Pictures and their masks",
        "Top row: the picture. Middle row: the mask that the model finds, over it. Bottom row: the true mask, which "
        "the model is not given. All are from the test split.",
        f"{len(batch)} test pictures, each with the mask found and the true mask",
        figures.stacked([shown, figures.overlays(x, found), figures.overlays(x, true)]),
    )


def _futures(run: Run, part: Subset) -> Figure:
    predictor, some = Predictor(run), part.subsample(_FUTURES)
    past, true = some.inputs(), some.targets()
    drawn = predictor.draw(past, _DRAWN)
    truths = [None] * len(past) if true is None else [predictor.split(one) for one in true]
    sheets = [
        figures.futures(predictor.split(one), truth, drawn[:, place])
        for place, (one, truth) in enumerate(zip(past, truths, strict=True))
    ]
    return Figure(
        "Past frames and several futures",
        "Of each window the past with what came next, which the model is not given; below it several futures that were "
        "drawn; and where they differ. All are from the test split.",
        f"{len(past)} test windows, each with {_DRAWN} futures",
        figures.above_each_other(sheets),
    )


def _corrupted_batch(run: Run, part: Subset) -> Batch | None:
    """Some examples as the objective corrupts them for the model; None if it does not corrupt them."""
    batch = next(iter(sequential_batches(part.subsample(_PAIRS), _PAIRS)))
    with seeded_rng(0):
        shown = run.objective.prepare(batch)
    return None if shown.loss_mask is not None or torch.equal(shown.x, shown.target) else shown


def _restorations(run: Run, batch: Batch) -> Figure:
    restored = reconstruct_examples(run, batch.x, batch.context)
    return Figure(
        "Corrupted examples and their restoration",
        "Top row: the corrupted input. Middle row: the model's output. Bottom row: the clean target, which the model "
        "is not given. All are from the test split.",
        f"{len(batch)} test examples, each corrupted, restored and clean",
        figures.stacked([run.modality.shown(x) for x in (batch.x, restored, batch.target)]),
    )


def _codes(run: Run, codes: Codes) -> Figure:
    dims = codes.means.flatten(1).shape[1]
    scale = 1.0 if _normal(run) and dims <= 2 else None
    where = {1: " as a histogram", 2: ""}.get(dims, " along their first two principal components")
    circles = " The dashed circles contain 39 % and 86 % of the prior." if scale and dims == 2 else ""
    unsupervised = "" if run.model.is_conditional else "; the model was trained without the classes"
    coloured = f", coloured by class{unsupervised}" if codes.labels is not None else ""
    return Figure(
        "Codes of the test examples",
        f"The mean code of each test example{where}{coloured}.{circles}",
        f"scatter plot of {len(codes.means):,} codes",
        figures.codes(codes.means.flatten(1), codes.labels, run.data.classes, scale),
    )


def _manifold(run: Run, part: Subset) -> Figure:
    dims = run.model.latent_shape[0]
    axes = _most_active_dims(run, part)
    image = figures.manifold(lambda z: run.modality.shown(run.decode(z)), dims, axes, side=20)
    rest = (
        ""
        if dims == 2
        else f" over latent dimensions {axes[0] + 1} and {axes[1] + 1}, those with the largest KL; the others are 0"
    )
    return Figure(
        "Decoded grid of codes",
        f"The decoder's output on a grid of codes{rest}. The grid is at the quantiles of the normal prior, so that all "
        "pictures have the same probability.",
        "decoded pictures on a grid of codes",
        image,
    )


def _most_active_dims(run: Run, part: Subset) -> tuple[int, int]:
    """The two latent dimensions with the largest KL, in ascending order."""
    if run.model.latent_shape[0] == 2:
        return 0, 1
    rates = encode_all(run.model, part[:1_000]).kl
    order = torch.arange(2) if rates is None else rates.mean(0).flatten().argsort(descending=True)[:2]
    first, second = sorted(order.tolist())
    return first, second


def _samples(run: Run) -> Figure:
    return Figure(
        "Samples from the model's prior",
        "Codes sampled from the prior and decoded. None of these pictures is from the data.",
        f"{_SAMPLES} generated pictures",
        figures.grid(run.modality.shown(sample_examples(run, _SAMPLES, prior="own")), columns=10),
    )


def _samples_ex_post(run: Run, kind: str) -> Figure:
    return Figure(
        f"Samples from the fitted {kind} prior",
        f"Codes sampled from the {kind} prior that was fitted to the codes after training, and decoded. None of these "
        "pictures is from the data.",
        f"{_SAMPLES} generated pictures",
        figures.grid(run.modality.shown(sample_examples(run, _SAMPLES, prior="ex-post")), columns=10),
    )


def _fitted_prior(run: Run) -> list[Row]:
    """The negative log density of validation codes under each prior; nothing if none was fitted."""
    fitted = fitted_record(run)
    if fitted is None:
        return []
    meaning = "negative log density of held-out codes; less is better"
    lines = [
        (f"codes under the {fitted.kind} prior", fitted.nll),
        ("codes under the model's prior", fitted.nll_own),
    ]
    return [Row(name, str(value), "nats per code", meaning) for name, value in lines if value]


def _rates(rates: torch.Tensor) -> Figure:
    return Figure(
        "KL of each latent dimension",
        "The KL of each latent dimension in nats, averaged over test examples. A dimension with a KL near 0 carries no "
        "information about the example.",
        "bar chart of the KL of each latent dimension",
        figures.kl_bars(rates.mean(0).flatten()),
    )


def _training_figures(run: Run) -> dict[str, Figure]:
    lines = [epoch.as_dict() for epoch in run.folder.metrics()]
    if not lines:
        return {}
    has_warmup = "kl" in lines[-1]["train"] and run.folder.record.arguments.get("warmup_steps")
    warmup = " While the weight of the KL rises to its final value, the training loss is lower." if has_warmup else ""
    return {
        "curves": Figure(
            "Learning curves",
            f"The loss and its terms after each epoch, on the training split and on the validation split.{warmup}",
            "learning curves of the loss and its terms",
            figures.curves(lines),
        )
    }


def _facts(run: Run, measured: Evaluation) -> dict[str, str]:
    record, data, plan = run.folder.record, run.folder.data, run.folder.plan
    return {
        "recipe": f"{record.recipe} ({_format_items(record.arguments)})",
        "training": _format_items(record.settings.model_dump(exclude_none=True)),
        "data": f"{data.name}, {' × '.join(map(str, data.data_shape))}, SHA-256 {data.fingerprint[:12]}…",
        "splits": ", ".join(f"{name} {size:,}" for name, size in data.sizes.model_dump().items()),
        "parameters": f"{sum(p.numel() for p in run.model.parameters()):,}",
        "hardware": f"{plan.hardware}, {plan.threads} threads, {plan.precision}",
        "versions": _format_items({"autoencode": record.autoencode, **record.versions.model_dump()}),
        "date": record.created[:10],
        "evaluation": f"seed {measured.seed}, {measured.seconds:.0f} s",
    }


def _format_items(values: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())
