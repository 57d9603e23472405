"""Fits a prior to the codes of a trained model."""

import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor

from autoencode.errors import ArgumentError, CapabilityError, DataError, UnknownNameError
from autoencode.evaluation import Estimate
from autoencode.latent.encoding import sample_codes
from autoencode.latent.ex_post import ExPostPrior, PriorRecord, ex_post_priors, save_fitted
from autoencode.latent.ex_post.storage import model_fingerprint
from autoencode.latent.latent_support import has_density_over_reals
from autoencode.runs.run import Run
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.reporter import Reporter, resolve_reporter
from autoencode.runtime.seeding import derive_seed, seeded_rng
from autoencode.storage import remove_unfinished

_TRAIN, _VALIDATION = 21, 22
_FEW_CODES_PER_NUMBER = 10
_CHUNK = 500
"""Codes whose density is computed together."""


@dataclass(frozen=True, eq=False)
class FittedPrior:
    """A prior fitted to codes, and how well it describes codes that it was not fitted to.

    Args:
        prior: the density.
        record: what was fitted, to what, and the nll of held-out codes.
    """

    prior: ExPostPrior
    record: PriorRecord


@tuned_cpu()
def fit_prior(
    run: Run,
    kind: str = "mixture",
    *,
    part: Literal["train", "validation", "test"] = "train",
    seed: int = 0,
    folder: Path | None = None,
    max_codes: int | None = None,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
    **options: Any,
) -> FittedPrior:
    """Fits a density to a model's codes and keeps it in the run folder; `generate` then draws from it.

    It makes a plain autoencoder generate, and where the codes of a variational one do not fill its own prior it makes
    samples better. Codes are points for a plain autoencoder and draws from q(z|x) for a variational one.

        examples ─► encoder ─► codes ─► density        later: density ─► new codes ─► decoder ─► new examples

    Args:
        run: the trained model.
        kind: mixture (normals with full covariances), normal (one), flow, or two-stage (a VAE of codes).
        part: whose codes it is fitted to; the validation part's say how well, and when a flow should stop.
        seed: of draws, starts and batches; the same seed gives the same prior.
        folder: where it is kept; by default in the run folder, as the one that `generate` draws from.
        max_codes: codes that it is fitted to, at even distances; by default all.
        reporter: receives the progress of encoding and fitting.
        cancel: ends the fit early; nothing is kept of it.
        options: of the kind: components (mixture), flow and epochs (flow), hidden and epochs (two-stage).

    Returns:
        The prior and the held-out nll of codes. `prior.json` and `prior.safetensors` in the run folder hold both.

    Raises:
        ArgumentError: no such kind or option.
        CancelledError: `cancel` asked for it.
        CapabilityError: the codes are no vectors of real numbers, or too long for this kind.
        DataError: there are no validation examples.
        RunError: another process trains the run, or fits a prior to it.

    References:
        Ghosh et al., "From variational to deterministic autoencoders", ICLR 2020, section 4; Dai and Wipf, "Diagnosing
        and enhancing VAE models", ICLR 2019, section 4.
    """
    began = time.perf_counter()
    if kind not in ex_post_priors:
        raise UnknownNameError(f"no prior to fit is called '{kind}'; there are: {', '.join(ex_post_priors)}")
    if not len(run.data.validation) or not len(run.data.subsets[part]):
        raise DataError("a prior is fitted to some examples' codes and tested on others': the run has no such part")
    most = ex_post_priors[kind].max_dims
    if most is not None and run.latent_size > most:
        raise CapabilityError(
            f"codes of {run.latent_size:,} numbers are too long for the covariances of a {kind} prior, which takes "
            f"{most:,} at most: fit a two-stage one, or train a model with shorter codes"
        )
    fitted_to = run.data.subsets[part] if max_codes is None else run.data.subsets[part].subsample(max_codes)
    defaults = ex_post_priors[kind].default_options(len(fitted_to), run.latent_size)
    options = {**defaults, **options}
    prior = _build_prior(run, kind, options)
    with run.folder.lock():
        remove_unfinished(run.path)
        _note_size(kind, len(fitted_to), run.latent_size, options, resolve_reporter(reporter))
        train = sample_codes(run, fitted_to, derive_seed(seed, _TRAIN), reporter=reporter, cancel=cancel)
        held_out = sample_codes(
            run, run.data.validation, derive_seed(seed, _VALIDATION), reporter=reporter, cancel=cancel
        )
        prior.fit(train, held_out, seed=seed, reporter=reporter, cancel=cancel)
        with seeded_rng(seed):
            nll = _mean(prior.nll(held_out))
        comparable = has_density_over_reals(run.model)
        own = _mean(_model_prior_nll(run, held_out)) if comparable else None
        record = PriorRecord(
            kind=kind,
            options=options,
            part=part,
            seed=seed,
            n_codes=len(train),
            nll=nll,
            nll_own=own,
            seconds=round(time.perf_counter() - began, 2),
            model=model_fingerprint(run.model),
        )
        save_fitted(folder or run.path, prior, record)
    return FittedPrior(prior, record)


def _note_size(kind: str, n_codes: int, dims: int, options: dict[str, Any], reporter: Reporter) -> None:
    """Says where the codes are too few for the density."""
    if n_codes < _FEW_CODES_PER_NUMBER * dims:
        reporter.warn(
            f"{n_codes:,} codes of {dims} numbers are few for a {kind} prior: its draws will be rough; train on more "
            "examples, or with a smaller --latent-dim"
        )
    if "n_components" in options:
        reporter.note(f"a mixture of {options['n_components']} normal{'s' * (options['n_components'] > 1)}")


def _build_prior(run: Run, kind: str, options: dict[str, Any]) -> ExPostPrior:
    with seeded_rng(0):
        try:
            return ex_post_priors[kind](math.prod(run.model.latent_shape), **options)
        except TypeError as error:
            raise ArgumentError(f"a fitted {kind} prior does not take {', '.join(sorted(options))}: {error}") from error


def _mean(nll: Tensor) -> Estimate:
    """The mean of held-out codes; that of a single one has no standard error, which JSON has no word for."""
    return Estimate.of(nll) if len(nll) > 1 else Estimate(nll.item(), 0.0, 1)


@torch.no_grad()
def _model_prior_nll(run: Run, codes: Tensor) -> Tensor:
    """Minus log p(z) of the validation part's codes under the prior that the model was trained with, (n,)."""
    own = None if run.model.is_conditional else run.model.prior_for()
    found: list[Tensor] = []
    for first in range(0, len(codes), _CHUNK):
        rows = slice(first, first + _CHUNK)
        context = run.data.validation.conditioning(rows)
        p = own or run.model.prior_for(None if context is None else context.to(run.device))
        found.append(-p.log_prob(codes[rows].reshape(-1, *run.model.latent_shape).to(run.device)).cpu())
    return torch.cat(found)
