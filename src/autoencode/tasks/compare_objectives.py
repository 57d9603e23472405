"""The tutorials' picture: the same data under reconstruction alone, KL alone, and both."""

import json
from dataclasses import asdict
from pathlib import Path

import torch

from autoencode.data import Dataset, load
from autoencode.data.loading import Source
from autoencode.evaluation.aggregate_posterior import AggregatePosteriorQuality, aggregate_posterior_quality
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, Objective, Rate, Reconstruction
from autoencode.recipes import dense_vae, recipes
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter, resolve_reporter
from autoencode.runtime.seeding import derive_seed, seeded_rng
from autoencode.storage import atomic_write
from autoencode.tasks.train import infer_likelihood
from autoencode.training import fit
from autoencode.views.figures import save_figure
from autoencode.views.figures.latent_panels import LatentPanel, latent_panels

_EPOCHS = 10
_N_CODES = 10_000
_N_PLOTTED = 4_000
_N_SAMPLES = 64


def three_objectives() -> dict[str, Objective]:
    """What is compared, by name."""
    return {"Reconstruction alone": Reconstruction(), "KL alone": Rate(), "Both": Elbo()}


def compare_objectives(
    source: Source | Dataset,
    out: str | Path = "compare-objectives",
    *,
    epochs: int | None = None,
    seed: int = 0,
    likelihood: str | None = None,
    values: str = "auto",
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> tuple[dict[str, AggregatePosteriorQuality], Path]:
    """Trains one small VAE with a 2-D code three times, measures the three latent spaces, and draws them.

    The three ills of a plain autoencoder: holes between its codes, classes that overlap, and no distribution to draw
    codes from. The KL alone cures the first and the third, and its codes say nothing; both together do what is wanted.

    Args:
        source: the data; labels are used for colours and for the overlap, never to train.
        out: a folder for `compare-objectives.png` and `compare-objectives.json`.
        epochs: of each training; by default 10, or as many as 2,000 steps take where those are more.
        seed: of weights, batches and noise; the three differ in their objective alone.
        likelihood: by which examples are compared; by default Bernoulli, or a normal for vectors of ordinary numbers.
        values: how numbers are read, as for `autoencode.data.load`.
        reporter: receives progress and events of the three trainings.
        cancel: ends them early.

    Returns:
        The measures by name, and where the picture is.

    Raises:
        CancelledError: `cancel` asked for it.
    """
    reporter, cancel = resolve_reporter(reporter), cancel or CancelToken()
    data = source if isinstance(source, Dataset) else load(source, values=values, reporter=reporter, cancel=cancel)
    likelihood = likelihood or infer_likelihood(recipes["dense-vae"], data).get("likelihood", "bernoulli")
    found: dict[str, AggregatePosteriorQuality] = {}
    panels: list[LatentPanel] = []
    for name, objective in three_objectives().items():
        reporter.note(name)
        model = _trained(data, objective, epochs, seed, likelihood, reporter, cancel)
        found[name] = _measured(model, data)
        panels.append(_panel(name, found[name], model, data, seed))
    labels = None if data.test.labels is None else data.test.subsample(_N_PLOTTED).labels
    path = Path(out) / "compare-objectives.png"
    save_figure(path, latent_panels(panels, labels))
    facts = {
        "data": data.name,
        "epochs": epochs or _EPOCHS,
        "seed": seed,
        **{name: asdict(space) for name, space in found.items()},
    }
    atomic_write(Path(out) / "compare-objectives.json", json.dumps(facts, indent=2) + "\n")
    return found, path


def _trained(
    data: Dataset,
    objective: Objective,
    epochs: int | None,
    seed: int,
    likelihood: str,
    reporter: Reporter,
    cancel: CancelToken,
) -> Autoencoder:
    with seeded_rng(derive_seed(seed, 0)):
        model, _ = dense_vae(data.data_shape, likelihood=likelihood)
    length = {"epochs": _EPOCHS} if epochs is None else {"epochs": epochs, "min_steps": 0}
    settings = recipes["dense-vae"].settings.replace(**length, seed=seed)
    fit(model, objective, data, settings, reporter=reporter, cancel=cancel)
    cancel.raise_if_cancelled()
    return model.cpu()


@torch.no_grad()
def _codes(model: Autoencoder, x: torch.Tensor) -> torch.Tensor:
    """A draw from q(z|x) for each example."""
    return torch.cat([model.encode(some).sample() for some in x.split(1_000)])


def _measured(model: Autoencoder, data: Dataset) -> AggregatePosteriorQuality:
    known, held_out = data.train.subsample(_N_CODES), data.test.subsample(_N_CODES)
    with seeded_rng(0):
        return aggregate_posterior_quality(
            _codes(model, known.inputs()), _codes(model, held_out.inputs()), known.labels, held_out.labels
        )


@torch.no_grad()
def _panel(name: str, space: AggregatePosteriorQuality, model: Autoencoder, data: Dataset, seed: int) -> LatentPanel:
    with seeded_rng(seed):
        codes = _codes(model, data.test.subsample(_N_PLOTTED).inputs())
    z = torch.randn(_N_SAMPLES, *model.latent_shape, generator=torch.Generator().manual_seed(seed))
    drawn = data.modality.shown(model.decode(z).mean) if data.modality.drawable else None
    return LatentPanel(name, summary(space), codes, drawn)


def summary(space: AggregatePosteriorQuality) -> str:
    """The three measures in one line."""
    overlap = "" if space.overlap is None else f"overlap {space.overlap.value:.0%}, "
    return f"holes {space.holes.value:.0%}, {overlap}mismatch {space.mismatch:.2g} nats"
