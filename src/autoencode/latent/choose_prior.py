"""Which density codes are drawn from: the model's own prior, or one that was fitted to its codes."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from autoencode.distributions import tempered
from autoencode.errors import CapabilityError, RunError, UnknownNameError
from autoencode.latent.ex_post import ExPostPrior, ex_post_prior, ex_post_priors, fitted_facts, load_fitted
from autoencode.latent.ex_post.fit_prior import fit_prior
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
            return self.fitted.sample(n, temperature).reshape(n, *run.model.latent_shape)
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
            and the fitted one, where there are both.
        reporter: receives the progress of a fit.
        cancel: ends a fit early.

    Raises:
        UnknownNameError: no such prior.
        CancelledError: `cancel` asked for it.
        CapabilityError: there is no such prior: a plain autoencoder has nothing to draw from until one is fitted.
        RunError: the fitted prior was tampered with, or is of other weights.
    """
    kind = ALIASES.get(wanted or "", wanted)
    if kind in (None, EX_POST):
        fitted = ex_post_prior(run)
        if kind == EX_POST or (fitted is not None and _fitted_is_better(run)):
            return _ex_post(run, fitted)
        return _model_prior(run, "")
    if kind == OWN:
        return _model_prior(run, ", as asked")
    if kind not in ex_post_priors:
        raise UnknownNameError(f"no prior is called '{wanted}'; there are: {', '.join(prior_names())}")
    return _load_or_fit(run, kind, reporter, cancel)


def _fitted_is_better(run: Run) -> bool:
    """By the held-out codes' mean nll; where the fitted one's is an upper bound, it is better by as much at least."""
    facts = fitted_facts(run.path) or {}
    return facts.get("nll_own") is None or facts["nll"]["value"] < facts["nll_own"]["value"]


def _model_prior(run: Run, asked: str) -> ChosenPrior:
    if run.model.prior is None:
        raise CapabilityError(
            "a plain autoencoder has no distribution over codes to draw from: fit one to its codes "
            f"(--prior mixture, or autoencode fit-prior {run.path} mixture), or train a variational one (for instance "
            "--recipe conv-vae)"
        )
    facts = fitted_facts(run.path)
    if asked or facts is None or facts.get("nll_own") is None:
        return ChosenPrior(OWN, f"codes from the model's own prior{asked}", None)
    return ChosenPrior(OWN, f"codes from the model's own prior: {_comparison(facts, 'nll_own', 'nll')}", None)


def _ex_post(run: Run, fitted: ExPostPrior | None) -> ChosenPrior:
    if fitted is None:
        raise CapabilityError(
            f"no prior was fitted to the codes of {run.path}: autoencode fit-prior {run.path} mixture"
        )
    return _chosen(fitted, fitted_facts(run.path) or {})


def _chosen(fitted: ExPostPrior, facts: dict[str, Any]) -> ChosenPrior:
    kind = facts["kind"]
    if facts.get("nll_own") is None:
        return ChosenPrior(kind, f"codes from the {kind} prior that was fitted to the model's codes", fitted)
    return ChosenPrior(kind, f"codes from the fitted {kind} prior: {_comparison(facts, 'nll', 'nll_own')}", fitted)


def _comparison(facts: dict[str, Any], this: str, other: str) -> str:
    names = {"nll": f"the fitted {facts['kind']} prior", "nll_own": "the model's own"}
    first, second = facts[this]["value"], facts[other]["value"]
    return f"held-out codes cost {first:.2f} nats, and {second:.2f} under {names[other]}"


def _load_or_fit(run: Run, kind: str, reporter: Reporter | None, cancel: CancelToken | None) -> ChosenPrior:
    facts = fitted_facts(run.path)
    if facts is not None and facts["kind"] == kind:
        return _ex_post(run, ex_post_prior(run))
    folder = run.path if facts is None else run.path / "priors" / kind
    kept = _load_fitted_or_none(folder, run)
    if kept is None:
        resolve_reporter(reporter).note(f"fitting a {kind} prior to the model's codes, once")
        kept = fit_prior(run, kind, folder=folder, max_codes=_MAX_CODES, reporter=reporter, cancel=cancel).prior
    return _chosen(kept, fitted_facts(folder) or {})


def _load_fitted_or_none(folder: Path, run: Run) -> ExPostPrior | None:
    """One that was fitted before; None where there is none, or it is of other weights."""
    try:
        return load_fitted(folder, run.model)
    except RunError:
        return None
