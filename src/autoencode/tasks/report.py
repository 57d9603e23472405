"""Writes what a person looks at first: report.html and the figures."""

import math
from pathlib import Path
from typing import Any

import torch

from autoencode.data import Batch, Subset, sequential_batches
from autoencode.evaluation import Codes, Estimate, Evaluation, encode_all
from autoencode.latent.ex_post import fitted_facts
from autoencode.posteriors import IdentityPosterior
from autoencode.priors import CodewordPrior, StandardNormalPrior
from autoencode.runs.run import Run
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Progress, Reporter, resolve_reporter, track
from autoencode.tasks.evaluate import evaluate
from autoencode.tasks.generate import sample
from autoencode.tasks.reconstruct import reconstruct_batch
from autoencode.views import figures
from autoencode.views.report import Figure, ReportContent, Row, write_report
from autoencode.views.report.rows import rows

_PAIRS = 20
_SAMPLES = 60
_CODES = 10_000
_MAX_LATENT_SIZE = 10_000


def report(
    run: Run,
    measured: Evaluation | None = None,
    *,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Path:
    """Draws the figures and writes one self-contained page.

    Args:
        run: the trained model.
        measured: its numbers; measured here if they are not given.
        reporter: receives the progress of measuring and drawing.
        cancel: ends it early, between two figures.

    Returns:
        Where the page is: `report.html` in the run folder. Its figures are in `figures/` as well.

    Raises:
        CancelledError: `cancel` asked for it.
    """
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
        lead=_lead(run),
        notes=[*run.folder.data.notes, *([measured.caution] if measured.caution else [])],
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
    purpose = "to restore them" if _is_overcomplete(run) else f"to tell each in {_size(run)}"
    return (
        f"{record.recipe} learned from {data.sizes.train:,} {run.modality.noun} of {data.name} {purpose}: "
        f"{epochs:.3g} epochs in {minutes:.1f} minutes on {run.folder.plan.hardware}."
    )


def _size(run: Run) -> str:
    """How large a code is, in words."""
    prior, numbers = run.model.prior, math.prod(run.model.latent_shape)
    if isinstance(prior, CodewordPrior):
        return f"{prior.n_indices:,} codewords, each one of {prior.codes.n_codes:,}"
    return "1 number" if numbers == 1 else f"{numbers} numbers"


def _is_overcomplete(run: Run) -> bool:
    """Whether a code holds the whole example and more, as a restorer's does."""
    numbers = math.prod(run.model.latent_shape)
    return isinstance(run.model.posterior, IdentityPosterior) and numbers >= math.prod(run.model.data_shape)


def _model_figures(run: Run, progress: Progress) -> dict[str, Figure]:
    """What the model made of the data, the most telling picture first."""
    part = run.data.test
    drawn = dict[str, Figure]()
    if run.modality.drawable and (batch := _corrupted_batch(run, part)) is not None:
        drawn["repairs"] = _restorations(run, batch)
    else:
        drawn["reconstructions"] = _reconstructions(run, part)
    if math.prod(run.model.latent_shape) <= _MAX_LATENT_SIZE:
        progress.update(detail="codes")
        drawn["codes"] = _codes(run, encode_all(run.model, _subset(part)))
    progress.update(detail="samples")
    if run.modality.drawable and (fitted := fitted_facts(run.path)):
        drawn["samples-ex-post"] = _samples_ex_post(run, fitted["kind"])
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


def _normal(run: Run) -> bool:
    """Whether codes are standard normal under the prior, as the grid's quantiles and the circles take for granted."""
    return isinstance(run.model.prior, StandardNormalPrior)


def _subset(part: Subset) -> Subset:
    return part[:_CODES]


def _reconstructions(run: Run, part: Subset) -> Figure:
    x = part.inputs(slice(0, run.modality.n_compared))
    back = reconstruct_batch(run, x, part[: len(x)].conditioning())
    image, above = figures.comparison(run.modality, x, back)
    lost = (
        "The code has room for all of it: what differs is what the model corrected"
        if _is_overcomplete(run)
        else ("What is lost did not fit into the code")
    )
    return Figure(
        "Originals and reconstructions",
        f"{above}. All are from the test part, which the model never saw. {lost}.",
        f"{len(x)} test examples, each with its reconstruction",
        image,
    )


def _corrupted_batch(run: Run, part: Subset) -> Batch | None:
    """Some examples as the objective shows them to the model, or None where it shows them as they are."""
    batch = next(iter(sequential_batches(part.subsample(_PAIRS), _PAIRS)))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        shown = run.objective.prepare(batch)
    return None if shown.loss_mask is not None or torch.equal(shown.x, shown.target) else shown


def _restorations(run: Run, batch: Batch) -> Figure:
    repaired = reconstruct_batch(run, batch.x, batch.context)
    return Figure(
        "Spoiled examples and their repair",
        "What the model is shown above, below it what it makes of that, and at the bottom the clean picture, which the "
        "model did not see. All are from the test part.",
        f"{len(batch)} test examples, each spoiled, repaired and clean",
        figures.stacked([batch.x, repaired, batch.target]),
    )


def _codes(run: Run, codes: Codes) -> Figure:
    dims = codes.means.flatten(1).shape[1]
    scale = 1.0 if _normal(run) and dims <= 2 else None
    where = (
        "in the latent plane"
        if dims == 2
        else "along the two directions in which codes vary most"
        if dims > 2
        else "on the line"
    )
    circles = " The dashed circles hold 39 % and 86 % of the prior." if scale and dims == 2 else ""
    coloured = ", coloured by class; the model was not told the classes" if codes.labels is not None else ""
    return Figure(
        "Where the examples lie",
        f"The code of each test example {where}{coloured}.{circles}",
        f"scatter plot of {len(codes.means):,} codes",
        figures.codes(codes.means.flatten(1), codes.labels, run.data.classes, scale),
    )


def _manifold(run: Run, part: Subset) -> Figure:
    dims = run.model.latent_shape[0]
    axes = _most_active_dims(run, part)
    image = figures.manifold(run.decode, dims, axes, side=20)
    rest = (
        ""
        if dims == 2
        else f" of latent dimensions {axes[0] + 1} and {axes[1] + 1}, the two that tell most; the others are 0"
    )
    return Figure(
        "The latent plane, decoded",
        f"What the decoder draws on a grid{rest}. The grid follows the quantiles of the normal prior, so every picture "
        "is as likely as any other.",
        "pictures that change smoothly over a grid of codes",
        image,
    )


def _most_active_dims(run: Run, part: Subset) -> tuple[int, int]:
    """The two latent dimensions with the largest KL, in the order of their numbers."""
    if run.model.latent_shape[0] == 2:
        return 0, 1
    rates = encode_all(run.model, part[:1_000]).kl
    order = torch.arange(2) if rates is None else rates.mean(0).flatten().argsort(descending=True)[:2]
    first, second = sorted(order.tolist())
    return first, second


def _samples(run: Run) -> Figure:
    return Figure(
        "New ones",
        "Codes drawn from the prior and decoded: nothing here was in the data.",
        f"{_SAMPLES} generated pictures",
        figures.grid(sample(run, _SAMPLES, prior="own"), columns=10),
    )


def _samples_ex_post(run: Run, kind: str) -> Figure:
    return Figure(
        "New ones, from where the codes lie",
        f"Codes drawn from the {kind} prior that was fitted to the codes after the training, and decoded: nothing here "
        "was in the data.",
        f"{_SAMPLES} generated pictures",
        figures.grid(sample(run, _SAMPLES, prior="ex-post"), columns=10),
    )


def _fitted_prior(run: Run) -> list[Row]:
    """How well the priors tell the validation part's codes; nothing where none was fitted."""
    fitted = fitted_facts(run.path)
    if fitted is None:
        return []
    meaning = "minus the log density of held-out codes; less is better"
    lines = [
        (f"codes under the {fitted['kind']} prior", fitted["nll"]),
        ("codes under its own prior", fitted["nll_own"]),
    ]
    return [Row(name, str(Estimate(**value)), "nats per code", meaning) for name, value in lines if value]


def _rates(rates: torch.Tensor) -> Figure:
    return Figure(
        "What each number of the code tells",
        "The KL of each latent dimension, averaged over test examples. One near 0 tells nothing of the picture.",
        "bar chart of the KL of each latent dimension",
        figures.kl_bars(rates.mean(0).flatten()),
    )


def _training_figures(run: Run) -> dict[str, Figure]:
    lines = [epoch.as_dict() for epoch in run.folder.metrics()]
    if not lines:
        return {}
    return {
        "curves": Figure(
            "Learning curves",
            "The loss and its terms after each epoch, on what was learned from and on what was held out. While the "
            "weight of the KL still rises, the training loss is smaller than it will be.",
            "learning curves",
            figures.curves(lines),
        )
    }


def _facts(run: Run, measured: Evaluation) -> dict[str, str]:
    record, data, plan = run.folder.record, run.folder.data, run.folder.plan
    return {
        "recipe": f"{record.recipe} ({_format_items(record.arguments)})",
        "training": _format_items(record.settings.model_dump(exclude_none=True)),
        "data": f"{data.name}, {' × '.join(map(str, data.data_shape))}, SHA-256 {data.fingerprint[:12]}…",
        "parts": ", ".join(f"{name} {size:,}" for name, size in data.sizes.model_dump().items()),
        "weights": f"{sum(p.numel() for p in run.model.parameters()):,}",
        "hardware": f"{plan.hardware}, {plan.threads} threads, {plan.precision}",
        "versions": _format_items({"autoencode": record.autoencode, **record.versions.model_dump()}),
        "date": record.created[:10],
        "evaluation": f"seed {measured.seed}, {measured.seconds:.0f} s",
    }


def _format_items(values: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())
