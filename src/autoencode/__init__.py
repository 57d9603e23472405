"""Train autoencoders and variational autoencoders on your own pictures and arrays, and see what they learned.

In three lines:

    import autoencode

    run = autoencode.train("fashion-mnist", minutes=3)
    autoencode.report(run)

In a terminal or a notebook it shows what it does; `reporter=autoencode.Reporter()` is quiet.

Everything between is reachable: `autoencode.recipes`, `autoencode.Autoencoder` and its parts, `autoencode.fit`.
"""

# pyright: reportUnusedImport=false
import importlib
from typing import TYPE_CHECKING, Any

from autoencode._version import __version__
from autoencode.errors import TRAINING_MODULES, needs_training_message
from autoencode.runtime.reporter import set_interactive_reporter

if TYPE_CHECKING:
    from autoencode.cleaning import clean
    from autoencode.compression.codec import Codec
    from autoencode.data import Batch, Dataset, load
    from autoencode.decoders import ConvDecoder, DenseDecoder, ResidualDecoder
    from autoencode.encoders import ConvEncoder, DenseEncoder, ResidualEncoder
    from autoencode.errors import AutoencodeError
    from autoencode.likelihoods import (
        BernoulliLikelihood,
        ContinuousBernoulliLikelihood,
        DiscretizedLogisticLikelihood,
        FixedScale,
        LaplaceLikelihood,
        LearnedScale,
        NormalLikelihood,
        OptimalScale,
    )
    from autoencode.model import Autoencoder
    from autoencode.objectives import Elbo, Iwae, Objective, Reconstruction, Warmup
    from autoencode.posteriors import DiagonalNormalPosterior, PointMassPosterior
    from autoencode.priors import StandardNormalPrior
    from autoencode.recipes import recipe, recipes
    from autoencode.runs import Run, RunFolder, list_runs
    from autoencode.runtime.cancellation import CancelToken
    from autoencode.runtime.reporter import Reporter
    from autoencode.settings import Settings
    from autoencode.tasks import evaluate, generate, reconstruct, report, restore, resume, train
    from autoencode.training import fit

_HOMES = {
    "cleaning": ["clean"],
    "compression.codec": ["Codec"],
    "data": ["Batch", "Dataset", "load"],
    "decoders": ["ConvDecoder", "DenseDecoder", "ResidualDecoder"],
    "encoders": ["ConvEncoder", "DenseEncoder", "ResidualEncoder"],
    "errors": ["AutoencodeError"],
    "likelihoods": [
        "BernoulliLikelihood",
        "ContinuousBernoulliLikelihood",
        "DiscretizedLogisticLikelihood",
        "FixedScale",
        "LaplaceLikelihood",
        "LearnedScale",
        "NormalLikelihood",
        "OptimalScale",
    ],
    "model": ["Autoencoder"],
    "objectives": ["Elbo", "Iwae", "Objective", "Reconstruction", "Warmup"],
    "posteriors": ["DiagonalNormalPosterior", "PointMassPosterior"],
    "priors": ["StandardNormalPrior"],
    "recipes": ["recipe", "recipes"],
    "runtime.cancellation": ["CancelToken"],
    "runtime.reporter": ["Reporter"],
    "settings": ["Settings"],
    "runs": ["Run", "RunFolder", "list_runs"],
    "tasks": ["evaluate", "generate", "reconstruct", "report", "restore", "resume", "train"],
    "training": ["fit"],
}
_PACKAGES = (
    *("cleaning", "data", "detection", "estimators", "evaluation", "latent", "objectives", "priors", "runs", "tasks"),
    *("training", "views"),
)
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = ["__version__", *_HOME_OF]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    """Imports a name when it is first used, so that `import autoencode` does not import PyTorch."""
    if name not in _PACKAGES and name not in _HOME_OF:
        raise AttributeError(f"module 'autoencode' has no attribute '{name}'")
    home = name if name in _PACKAGES else _HOME_OF[name]
    try:
        module = importlib.import_module(f"autoencode.{home}")
    except ModuleNotFoundError as error:
        if error.name in TRAINING_MODULES:
            raise ModuleNotFoundError(needs_training_message(error.name), name=error.name) from error
        raise
    if name in _PACKAGES:
        return module
    value = getattr(module, name)
    globals()[name] = value
    return value


def _interactive_reporter() -> "Reporter | None":
    from autoencode.cli.interactive import interactive_reporter

    return interactive_reporter()


set_interactive_reporter(_interactive_reporter)


def __dir__() -> list[str]:
    return sorted({*__all__, *_PACKAGES})
