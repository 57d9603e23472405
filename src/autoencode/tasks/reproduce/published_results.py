"""Published numbers, and the trainings that reach for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from autoencode.registry import Registry
from autoencode.tasks.reproduce.reproduction_metrics import (
    NegativeLogLikelihood,
    PageRMSE,
    ReproductionMetric,
    RestorationMSE,
)


@dataclass(frozen=True)
class Reproduction:
    """A number that was published, and how it is made here.

    Args:
        published: the number, measured over the test part.
        source: paper and table.
        data: the registered data set.
        recipe: that trains it.
        options: of the recipe and the training, where they differ from the recipe's own.
        differs: from the published setting; one line.
        measure: how it was measured.
        needs_gpu: whether the whole training is longer than a person waits on an ordinary processor.
    """

    published: float
    source: str
    data: str
    recipe: str
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    differs: str = ""
    measure: ReproductionMetric = field(default_factory=NegativeLogLikelihood)
    needs_gpu: bool = False


reproductions: Registry[Reproduction] = Registry("reproduction", "autoencode list reproductions")

_BURDA = "Burda et al., ICLR 2016"
_GATED = "two layers of 300 gated units in place of two of 200 tanh units; far fewer passes of Adam, averaged weights"


def _importance_weighted(
    n_samples: int, published: float, epochs: int, warmup_steps: int, *, needs_gpu: bool = False
) -> None:
    reproductions.add(
        f"iwae-{n_samples}",
        Reproduction(
            published,
            f"{_BURDA}, table 1, one stochastic layer, k = {n_samples}",
            "dynamic-mnist",
            "iwae",
            {"n_samples": n_samples, "gated": True, "hidden": 300, "warmup_steps": warmup_steps, "epochs": epochs},
            _GATED,
            needs_gpu=needs_gpu,
        ),
    )


_importance_weighted(1, 86.76, 200, 10_000)
_importance_weighted(5, 85.54, 100, 10_000)
_importance_weighted(50, 84.78, 100, 2500, needs_gpu=True)
reproductions.add(
    "iwae-50-static",
    Reproduction(
        87.1,
        f"{_BURDA}, appendix, fixed binarization, one stochastic layer, k = 50",
        "binarized-mnist",
        "iwae",
        {"n_samples": 50, "gated": True, "hidden": 300, "warmup_steps": 2500, "epochs": 60},
        _GATED,
        needs_gpu=True,
    ),
)
reproductions.add(
    "vae-static",
    Reproduction(
        89.9,
        "Rezende and Mohamed, ICML 2015, table 2, diagonal covariance",
        "binarized-mnist",
        "iwae",
        {"n_samples": 1, "gated": True, "hidden": 300, "latent_dim": 40, "warmup_steps": 5000, "epochs": 60},
        "two layers of 300 gated units in place of two of 400 maxout units",
    ),
)
reproductions.add(
    "vamp-static",
    Reproduction(
        85.57,
        "Tomczak and Welling, AISTATS 2018, table 1, VampPrior, one layer",
        "binarized-mnist",
        "vamp-vae",
        {"epochs": 60, "learning_rate": 1e-3},
        "60 passes in place of at most 2,000; pseudo-inputs through a sigmoid",
    ),
)
reproductions.add(
    "ladder",
    Reproduction(
        82.9,
        f"{_BURDA}, table 1, two stochastic layers, k = 50 (ladder models: 81.7 and above)",
        "dynamic-mnist",
        "ladder-vae",
        {"epochs": 200, "warmup_steps": 20_000, "learning_rate": 1e-3},
        "a ladder of three levels (8, 16, 32), trained on the elbo",
    ),
)
_TUTORIAL = "a tutorial on Kaggle's denoising-dirty-documents"
reproductions.add(
    "fashion-denoise",
    Reproduction(
        0.0346,
        "a tutorial's denoising autoencoder of clothes: validation error after 2 of its 20 epochs, the last printed",
        "fashion-mnist",
        "fashion-denoise",
        {},
        "all 20 epochs; measured on the official test part",
        RestorationMSE(),
    ),
)
_MEDALS = "its medals began at 0.0452, 0.0261 and 0.0179"
reproductions.add(
    "document-denoise",
    Reproduction(
        0.046,
        f"{_TUTORIAL}, on a random split of resized pages; {_MEDALS}",
        "documents",
        "document-denoise",
        {},
        "learned from patches at full size; whole pages of a text that it never saw",
        PageRMSE(),
    ),
)
_UNET = "a U-Net for pages of any size"
for _data, _options, _differs in (
    (
        "documents",
        {"epochs": 25, "jitter": 0.5},
        f"{_UNET}, that sees each stain lighter and darker; whole pages of a text that it never saw",
    ),
    ("documents-typefaces", {"epochs": 15}, f"{_UNET}; whole pages of typefaces that it never saw"),
):
    reproductions.add(
        _data,
        Reproduction(
            0.046,
            f"{_TUTORIAL}, on a random split of resized pages; {_MEDALS}",
            _data,
            "restorer",
            _options,
            _differs,
            PageRMSE(),
        ),
    )
