"""A fitted prior in its run folder."""

import json
import math
from pathlib import Path
from typing import Any

from autoencode.data.dataset import fingerprint
from autoencode.errors import RunError
from autoencode.latent.ex_post.prior import ExPostPrior, ex_post_priors
from autoencode.model import Autoencoder
from autoencode.runs.run import Run
from autoencode.runs.tensor_file import load_into, load_tensors, save_tensors
from autoencode.storage import atomic_write

_ADVICE = "fit it again with `autoencode fit-prior`"


def _weights_file(folder: Path) -> Path:
    return folder / "prior.safetensors"


def _record_file(folder: Path) -> Path:
    return folder / "prior.json"


def save_fitted(folder: Path, prior: ExPostPrior, model: Autoencoder, facts: dict[str, Any]) -> dict[str, Any]:
    """Writes `prior.safetensors` (with the facts inside its seal) and `prior.json`, the same facts for people.

    Args:
        folder: the run's.
        prior: what was fitted.
        model: to whose codes.
        facts: `kind` and `options`, which build the prior again, and whatever else should be known.

    Returns:
        The facts with the model's fingerprint among them.
    """
    facts = {**facts, "model": model_fingerprint(model)}
    _record_file(folder).unlink(
        missing_ok=True
    )  # so that a crash between the two files leaves no prior rather than a half
    save_tensors(_weights_file(folder), prior.state_dict(), facts)
    atomic_write(_record_file(folder), json.dumps(facts, indent=2) + "\n")
    return facts


def fitted_facts(folder: Path) -> dict[str, Any] | None:
    """What prior.json says; None where no prior was fitted.

    Raises:
        RunError: the file cannot be read.
    """
    if not _record_file(folder).is_file():
        return None
    try:
        return dict(json.loads(_record_file(folder).read_text()))
    except (ValueError, TypeError, OSError) as error:
        raise RunError(f"{_record_file(folder)} cannot be read ({error}): {_ADVICE}") from error


def load_fitted(folder: Path, model: Autoencoder) -> ExPostPrior | None:
    """The fitted prior, on the processor; None where there is none.

    Only a kind in the table of kinds is ever built: a run folder runs no code of its own.

    Raises:
        RunError: it was tampered with or is truncated, or it was fitted to the codes of other weights than `model`'s.
    """
    facts = fitted_facts(folder)
    if facts is None:
        return None
    tensors, sealed = load_tensors(_weights_file(folder))
    if facts != sealed:
        raise RunError(f"{_record_file(folder)} was changed after it was written: {_ADVICE}")
    if facts["model"] != model_fingerprint(model):
        raise RunError(f"the prior in {folder} was fitted to the codes of other weights than these: {_ADVICE}")
    prior = ex_post_priors[facts["kind"]](math.prod(model.latent_shape), **facts["options"])
    load_into(prior, tensors, _weights_file(folder))
    return prior.eval()


def delete_fitted(folder: Path) -> None:
    """Removes a fitted prior, if there is one."""
    _record_file(folder).unlink(missing_ok=True)
    _weights_file(folder).unlink(missing_ok=True)


def model_fingerprint(model: Autoencoder) -> str:
    """SHA-256 of all weights, in the order of their names."""
    weights = model.state_dict()
    return fingerprint(*(weights[name].detach().cpu() for name in sorted(weights)))


def ex_post_prior(run: Run) -> ExPostPrior | None:
    """The prior that was fitted to the codes of a run, or None.

    Raises:
        RunError: it was tampered with, or fitted to the codes of other weights.
    """
    return load_fitted(run.path, run.model)
