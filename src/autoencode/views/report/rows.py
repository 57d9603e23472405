"""The evaluation as rows of a table."""

from autoencode.evaluation.estimate import Estimate
from autoencode.evaluation.evaluation import Evaluation
from autoencode.evaluation.prediction import PredictionQuality
from autoencode.evaluation.segmentation import SegmentationQuality
from autoencode.likelihoods import LogProbKind
from autoencode.views.report import Row


def rows(e: Evaluation) -> list[Row]:
    """The rows of an evaluation; quantities that the model does not have are left out."""
    return [
        *(segmentation_rows(e.segmentation) if e.segmentation else []),
        *(prediction_rows(e.prediction) if e.prediction else []),
        *_estimates(e),
        *_tokens(e),
        *_units(e),
        *_codewords(e),
        *_latents(e),
    ]


def _estimates(e: Evaluation) -> list[Row]:
    nats = "nats per example"
    value, pixel = ("token", "token") if e.tokens else ("value", "pixel or value")
    name = f"cross-entropy per {value}" if e.measure is LogProbKind.NEITHER else f"nll per {value}"
    k, n = e.importance_samples, e.log_likelihood.n if e.log_likelihood else 0
    baseline = "" if e.baseline_error is None else f"; the mean of the data has {e.baseline_error:.3g}"
    what = "the reconstruction" if e.restored_psnr is None else "clean examples after the model"
    what = "probabilities against masks" if e.segmentation else what
    lines: list[tuple[str, Estimate | None, str, str]] = [
        ("PSNR corrupted", e.corrupted_psnr, "dB", "of inputs that are corrupted as in training; more is better"),
        ("PSNR restored", e.restored_psnr, "dB", "of what the model makes of them; more is better"),
        (
            name,
            None if e.is_of_restoration or e.segmentation or e.prediction else e.nll_per_value,
            f"nats per {pixel}",
            "reconstruction error of a sampled code; less is better",
        ),
        ("squared error", e.squared_error, "per pixel or value", f"of {what}; less is better{baseline}"),
        ("PSNR", e.psnr, "dB", f"of {what}, averaged over examples; more is better"),
        ("elbo", e.elbo, nats, "− nll − kl, a lower bound; more is better"),
        ("nll (distortion)", None if e.is_of_restoration else e.nll, nats, "reconstruction term"),
        ("kl (rate)", e.kl, nats, "information in the code"),
        (
            "log-likelihood",
            e.log_likelihood,
            nats,
            f"importance-weighted bound, {k} samples, {n:,} examples; more is better",
        ),
        (
            "clustering accuracy",
            e.clustering_accuracy,
            "share of examples",
            "in the mixture component of their class; training did not use the labels; more is better",
        ),
        (
            "classification accuracy",
            e.classification_accuracy,
            "share of examples",
            "whose most probable class under q(y|x) is the right one; more is better",
        ),
        ("active share", e.active_fraction, "share of units", "of the code that are not zero for an example"),
        ("elbo", e.elbo_bpd, "bits per dimension", "length of a lossless code based on the elbo; less is better"),
        ("log-likelihood", e.log_likelihood_bpd, "bits per dimension", "the same from the importance-weighted bound"),
    ]
    return [Row(name, str(value), unit, meaning) for name, value, unit, meaning in lines if value is not None]


def _tokens(e: Evaluation) -> list[Row]:
    if e.tokens is None:
        return []
    of_one = "of a sequence that come back in their place; more is better"
    found: list[tuple[str, Estimate | float | None, str, str]] = [
        ("elbo", e.elbo_per_token, "nats per token", f"the same for each of {e.tokens:.3g} tokens; more is better"),
        ("perplexity", e.perplexity, "tokens", "as uncertain as if so many were as likely each time; less is better"),
        ("tokens back", e.tokens_back, "share of tokens", of_one),
        ("wholly back", e.wholly_back, "share of sequences", "that come back without a difference"),
    ]
    return [
        Row(name, f"{value:.2f}" if isinstance(value, float) else str(value), unit, meaning)
        for name, value, unit, meaning in found
        if value is not None
    ]


def segmentation_rows(q: SegmentationQuality) -> list[Row]:
    """The rows of masks against true ones."""
    usual = "" if q.baseline_dice is None else f"; one mask for all has {q.baseline_dice.value:.3f}"
    own = [
        Row(f"Dice, {name}", str(value), "share", "overlap with the true area, mean over pictures; more is better")
        for name, value in q.dice.items()
    ]
    found = "" if q.count_error is None else f"off by {100 * q.count_error:.1f} %, "
    return [
        Row("Dice", str(q.mean_dice), "share", f"mean over classes and pictures; more is better{usual}"),
        *(own if len(own) > 1 else []),
        Row("accuracy", str(q.accuracy), "share of pixels", "whose class is the right one; more is better"),
        Row("count", f"{q.count:,} of {q.true_count:,}", "objects", f"{found}summed over pictures; less is better"),
    ]


def prediction_rows(q: PredictionQuality) -> list[Row]:
    """The rows of predicted frames against those that came next."""
    shown = sorted({1, (len(q.psnr) + 1) // 2, len(q.psnr)})
    ahead = [
        Row(
            f"PSNR, {number} ahead",
            str(q.psnr[number - 1]),
            "dB",
            f"of the predicted frame; the last frame copied has {q.copied_psnr[number - 1].value:.2f}; more is better",
        )
        for number in shown
    ]
    simple = f"the last frame copied has {q.copied_error.value:.4g}, black {q.black_error.value:.4g}"
    use = " futures are all alike" if q.alike else " of a value over draws; 0 if futures were all alike"
    return [
        *ahead,
        Row("squared error", str(q.squared_error), "per frame", f"summed over its values; less is better; {simple}"),
        Row("nearest future", str(q.best_error), "per frame", f"the same of the nearest of {q.draws} drawn futures"),
        Row("spread", f"{q.spread:.4f}", "of white", f"standard deviation{use}"),
        Row("kl (rate)", str(q.kl), "nats per window", "what the future adds to what the past says of the code"),
        Row("numbers in use", f"{q.active} of {len(q.kl_per_dimension)}", "numbers", "of the code, 0.01 nats or more"),
    ]


def _units(e: Evaluation) -> list[Row]:
    if e.dead_units is None:
        return []
    return [Row("dead units", f"{e.dead_units} of {e.units}", "units", "of the code that are zero for every example")]


def _codewords(e: Evaluation) -> list[Row]:
    if e.codeword_perplexity is None:
        return []
    as_many = "effective number: exp of the entropy of their use"
    return [
        Row("codewords in use", f"{e.codewords_used} of {e.codewords}", "codewords", "that occur in at least one code"),
        Row("codeword perplexity", f"{e.codeword_perplexity:.1f}", "codewords", as_many),
    ]


def _latents(e: Evaluation) -> list[Row]:
    total = len(e.kl_per_dimension)
    if not total:
        return []
    by_size = sorted(e.kl_per_dimension, reverse=True)
    listed = ", ".join(f"{value:.2f}" for value in by_size[:8]) + (", …" if total > 8 else "")
    kl = Row("kl by dimension", listed, "nats", "in falling order")
    if e.active_units is None:
        return [kl]
    meaning = "whose mean varies with the data"
    return [Row("active units", f"{e.active_units} of {total}", "latent dimensions", meaning), kl]
