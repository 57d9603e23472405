"""A fitted prior in its run folder."""

import json
import math
import os
from pathlib import Path
from typing import Annotated, Any, Literal

import torch
from pydantic import Field

from autoencode.data import fingerprint
from autoencode.errors import RunError
from autoencode.evaluation import Estimate
from autoencode.latent.ex_post.prior import ExPostPrior, ex_post_priors
from autoencode.model import Autoencoder
from autoencode.runs.build import build_checked
from autoencode.runs.checked import Checked, Count, Name, Number, Plain, check
from autoencode.runs.run import Run
from autoencode.runs.tensor_file import load_into, load_tensors, read_header, save_tensors
from autoencode.runtime.seeding import preserved_rng
from autoencode.storage import atomic_write

_ADVICE = "fit it again with `autoencode fit-prior`"


class PriorRecord(Checked):
    """What is kept of a fit, beside the prior's weights.

    Args:
        kind: of prior, as `ex_post_priors` names it.
        options: of the kind, which build the prior again.
        part: whose codes it was fitted to.
        seed: of draws, starts and batches.
        n_codes: that it was fitted to.
        nll: of the validation part's codes, in nats for each; for two-stage an upper bound.
        nll_own: the same codes under the prior that the model was trained with; None where it has none, or
            one of another kind, which cannot be compared.
        seconds: that the fit took.
        model: fingerprint of the model's weights.
    """

    kind: Name
    options: dict[Name, Plain] = Field(max_length=50)
    part: Literal["train", "validation", "test"]
    seed: Count
    n_codes: Count
    nll: Estimate
    nll_own: Estimate | None
    seconds: Number
    model: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


def save_fitted(folder: Path, prior: ExPostPrior, record: PriorRecord) -> None:
    """Writes `prior.safetensors`, which holds the record as well, and a copy of the record for people, `prior.json`.

    One file takes the place of the one before, so that a crash leaves the old prior or the new one.

    Args:
        folder: the run's.
        prior: what was fitted.
        record: how.
    """
    facts = record.model_dump()
    save_tensors(_weights_file(folder), prior.state_dict(), facts)
    atomic_write(folder / "prior.json", json.dumps(facts, indent=2) + "\n")


def read_prior_record(folder: Path) -> PriorRecord | None:
    """How the prior in a folder was fitted; None where there is none.

    Raises:
        RunError: the file is damaged.
    """
    file = _weights_file(folder)
    if not os.path.lexists(file):
        return None
    return _checked(read_header(file).read_facts(file), file)


def load_fitted(folder: Path, model: Autoencoder) -> tuple[ExPostPrior, PriorRecord] | None:
    """The fitted prior, on the processor, and how it was fitted; None where there is none.

    Only a kind in the table of kinds is ever built: a run folder runs no code of its own.

    Raises:
        RunError: it was tampered with or is truncated, or it was fitted to the codes of other weights than `model`'s.
    """
    file = _weights_file(folder)
    if read_prior_record(folder) is None:
        return None
    tensors, facts = load_tensors(file)
    record = _checked(facts, file)
    if record.model != model_fingerprint(model):
        raise RunError(f"the prior in {folder} was fitted to the codes of other weights than these: {_ADVICE}")
    if record.kind not in ex_post_priors:
        raise RunError(f"{file} holds a kind of prior that is not in this version of autoencode: {record.kind!r}")
    prior = build_checked(
        lambda: ex_post_priors[record.kind](math.prod(model.latent_shape), **record.options),
        file,
        str(file),
        module=lambda made: made,
    )
    load_into(prior, tensors, file)
    _check_draws(prior.eval(), file)
    return prior, record


@torch.no_grad()
def _check_draws(prior: ExPostPrior, file: Path) -> None:
    """Raises where numbers of the right shapes are no density, such as negative weights of a mixture."""
    try:
        with preserved_rng(torch.device("cpu")):
            works = bool(prior.sample(2).isfinite().all())
    except (ValueError, RuntimeError, ArithmeticError, AssertionError):  # PyTorch and zuko check while they draw
        works = False
    if not works:
        raise RunError(f"{file} holds weights from which no codes can be drawn: {_ADVICE}")


def fitted_record(run: Run) -> PriorRecord | None:
    """How the prior of a run was fitted; None where there is none, or only one that was fitted to earlier weights.

    Raises:
        RunError: the file is damaged.
    """
    record = read_prior_record(run.path)
    return None if record is None or record.model != model_fingerprint(run.model) else record


def ex_post_prior(run: Run) -> ExPostPrior | None:
    """The prior of a run; None where there is none, or only one that was fitted to earlier weights.

    Raises:
        RunError: it was tampered with.
    """
    found = None if fitted_record(run) is None else load_fitted(run.path, run.model)
    return None if found is None else found[0]


def model_fingerprint(model: Autoencoder) -> str:
    """SHA-256 of all weights, in the order of their names."""
    weights = model.state_dict()
    return fingerprint(*(weights[name].detach().cpu() for name in sorted(weights)))


def _weights_file(folder: Path) -> Path:
    return folder / "prior.safetensors"


def _checked(facts: dict[str, Any], file: Path) -> PriorRecord:
    return check(PriorRecord, facts, str(file), _ADVICE)
