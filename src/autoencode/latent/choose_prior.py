"""Which density codes are drawn from: the model's own prior, or one that was fitted to its codes."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from autoencode.distributions import tempered
from autoencode.errors import CapabilityError, RunError, UnknownNameError
from autoencode.evaluation import Estimate
from autoencode.latent.ex_post import (
    ExPostPrior,
    PriorRecord,
    ex_post_priors,
    fitted_record,
    load_fitted,
    read_prior_record,
)
from autoencode.latent.ex_post.fit_prior import fit_prior
from autoencode.latent.latent_support import has_density_over_reals, within_support
from autoencode.runs.run import Run
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter, resolve_reporter

OWN, EX_POST = "own", "ex-post"
ALIASES = {"gmm": "mixture"}
"""What else people call a kind of fitted prior."""
_MAX_CODES = 20_000
"""Codes that a prior is fitted to while a person waits; `fit_prior` takes all."""


@dataclass(frozen=True, eq=False)
class ChosenPrior:
    """A density over codes, and why it is this one.

    Args:
        kind: "own", or the kind of fitted prior.
        reason: one line for a person.
        fitted: the fitted prior; None for the model's own.
    """

    kind: str
    reason: str
    fitted: ExPostPrior | None

    def sample(self, run: Run, n: int, context: Tensor | None = None, temperature: float = 1.0) -> Tensor:
        """Codes, (n, *latent_shape), from the global generators; one of each context, where there are contexts."""
        if self.fitted is not None:
            z = self.fitted.sample(n, temperature).reshape(n, *run.model.latent_shape)
            return within_support(run.model, z)
        p = tempered(run.model.prior_for(context), temperature)
        return p.sample() if p.batch_shape else p.sample((n,))

    def log_prob(self, run: Run) -> Callable[[Tensor], Tensor]:
        """The log density of codes (n, numbers) in nats, with gradients to the codes."""
        if self.fitted is not None:
            return self.fitted.log_prob
        p = run.model.prior_for()
        return lambda z: p.log_prob(z.reshape(-1, *run.model.latent_shape).to(run.device)).to(z.device)


def prior_names() -> list[str]:
    """What `--prior` takes."""
    return [OWN, EX_POST, *ex_post_priors, *ALIASES]


def choose_prior(
    run: Run,
    wanted: str | None = None,
    *,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> ChosenPrior:
    """The prior that a person named, or else the one under which held-out codes are likelier.

    Args:
        run: the trained model.
        wanted: "own"; "ex-post" for the one that `fit_prior` fitted; a kind such as "mixture" ("gmm"), "normal" or
            "flow", which is fitted now, and kept, where it was not before; None for the better one of the model's own
            and the fitted one, where there are both; its own where the two cannot be compared.
        reporter: receives the progress of a fit.
        cancel: ends a fit early.

    Raises:
        UnknownNameError: no such prior.
        CancelledError: `cancel` asked for it.
        CapabilityError: there is no such prior: a plain autoencoder has nothing to draw from until one is fitted.
        RunError: the fitted prior was tampered with, or is of other weights.
    """
    kind = ALIASES.get(wanted or "", wanted)
    if kind is None:
        return _likelier_prior(run)
    if kind == EX_POST:
        return _fitted_prior(run)
    if kind == OWN:
        return _model_prior(run, "codes from the model's own prior, as asked")
    if kind not in ex_post_priors:
        raise UnknownNameError(f"no prior is called '{wanted}'; there are: {', '.join(prior_names())}")
    return _load_or_fit(run, kind, reporter, cancel)


def _likelier_prior(run: Run) -> ChosenPrior:
    """By the held-out codes' mean nll; where the fitted one's is an upper bound, it is better by as much at least."""
    record = fitted_record(run)
    if run.model.prior is None and (record or read_prior_record(run.path)):
        return _fitted_prior(run)
    if record is None:
        earlier = ""
        if read_prior_record(run.path) is not None:
            earlier = f": the fitted one is of earlier weights (autoencode fit-prior {run.path} fits it again)"
        return _model_prior(run, f"codes from the model's own prior{earlier}")
    if record.nll_own is None or not has_density_over_reals(run.model):
        return _model_prior(
            run,
            f"codes from the model's own prior: the fitted {record.kind} prior cannot be compared with it, as codes of "
            "this model are not free real numbers",
        )
    if record.nll.value < record.nll_own.value:
        return _fitted_prior(run)
    return _model_prior(run, f"codes from the model's own prior: {_comparison(record, record.nll_own, record.nll)}")


def _model_prior(run: Run, reason: str) -> ChosenPrior:
    if run.model.prior is None:
        raise CapabilityError(
            "a plain autoencoder has no distribution over codes to draw from: fit one to its codes "
            f"(--prior mixture, or autoencode fit-prior {run.path} mixture), or train a variational one (autoencode "
            "train DATA --recipe dense-vae)"
        )
    return ChosenPrior(OWN, reason, None)


def _fitted_prior(run: Run) -> ChosenPrior:
    found = load_fitted(run.path, run.model)
    if found is None:
        raise CapabilityError(
            f"no prior was fitted to the codes of {run.path}: autoencode fit-prior {run.path} mixture"
        )
    return _chosen(*found)


def _chosen(fitted: ExPostPrior, record: PriorRecord) -> ChosenPrior:
    kind = record.kind
    if record.nll_own is None:
        return ChosenPrior(kind, f"codes from the {kind} prior that was fitted to the model's codes", fitted)
    comparison = _comparison(record, record.nll, record.nll_own)
    return ChosenPrior(kind, f"codes from the fitted {kind} prior: {comparison}", fitted)


def _comparison(record: PriorRecord, this: Estimate, other: Estimate) -> str:
    name = "the model's own" if other is record.nll_own else f"the fitted {record.kind} prior"
    return f"held-out codes cost {this.value:.2f} nats, and {other.value:.2f} under {name}"


def _load_or_fit(run: Run, kind: str, reporter: Reporter | None, cancel: CancelToken | None) -> ChosenPrior:
    main = fitted_record(run)
    if main is not None and main.kind == kind:
        return _fitted_prior(run)
    folder = run.path if read_prior_record(run.path) is None else run.path / "priors" / kind
    found = _load_fitted_or_none(folder, run)
    if found is not None:
        return _chosen(*found)
    resolve_reporter(reporter).note(f"fitting a {kind} prior to the model's codes, once")
    fitted = fit_prior(run, kind, folder=folder, max_codes=_MAX_CODES, reporter=reporter, cancel=cancel)
    return _chosen(fitted.prior, fitted.record)


def _load_fitted_or_none(folder: Path, run: Run) -> tuple[ExPostPrior, PriorRecord] | None:
    """One that was fitted before; None where there is none, or it is of other weights."""
    try:
        return load_fitted(folder, run.model)
    except RunError:
        return None
