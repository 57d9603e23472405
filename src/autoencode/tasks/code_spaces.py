"""The tutorials' picture: the same data under reconstruction alone, KL alone, and both."""

import json
from dataclasses import asdict
from pathlib import Path

import torch

from autoencode.data import Dataset, load, mix
from autoencode.data.loading import Source
from autoencode.errors import ArgumentError
from autoencode.evaluation.code_space import CodeSpace, code_space
from autoencode.evaluation.figures import save_figure
from autoencode.evaluation.figures.code_spaces import Panel, code_spaces
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, Objective, Rate, Reconstruction
from autoencode.recipes import dense_vae, recipes
from autoencode.storage import write_whole
from autoencode.training import Watch, fit
from autoencode.training.history import Status

_KNOWN = 10_000
_SHOWN = 4_000
_SHEET = 64


def three_objectives() -> dict[str, Objective]:
    """What is compared, by name."""
    return {"Reconstruction alone": Reconstruction(), "KL alone": Rate(), "Both": Elbo()}


def compare_code_spaces(
    source: Source | Dataset,
    out: str | Path = "code-spaces",
    *,
    epochs: int = 10,
    seed: int = 0,
    likelihood: str = "bernoulli",
    watch: Watch | None = None,
) -> tuple[dict[str, CodeSpace], Path]:
    """Trains one small VAE with a 2-D code three times, measures the three code spaces, and draws them.

    The three ills of a plain autoencoder: gaps between its codes, classes that overlap, and no distribution to draw
    codes from. The KL alone cures the first and the third, and tells nothing; both together do what is wanted.

    Args:
        source: the data; labels are used for colours and for the overlap, never to train.
        out: a folder for `code-spaces.png` and `code-spaces.json`.
        epochs: of each training.
        seed: of weights, batches and noise; the three differ in their objective alone.
        likelihood: by which examples are compared.
        watch: who is told of the progress.

    Returns:
        The measures by name, and where the picture is.

    Raises:
        ArgumentError: the training was stopped, so that there is nothing to compare.
    """
    data = source if isinstance(source, Dataset) else load(source)
    found: dict[str, CodeSpace] = {}
    panels: list[Panel] = []
    for name, objective in three_objectives().items():
        (watch or Watch()).note(name)
        model = _trained(data, objective, epochs, seed, likelihood, watch)
        found[name] = _measured(model, data)
        panels.append(_panel(name, found[name], model, data, seed))
    labels = None if data.test.labels is None else data.test.spread(_SHOWN).labels
    path = Path(out) / "code-spaces.png"
    save_figure(path, code_spaces(panels, labels))
    facts = {
        "data": data.name,
        "epochs": epochs,
        "seed": seed,
        **{name: asdict(space) for name, space in found.items()},
    }
    write_whole(Path(out) / "code-spaces.json", json.dumps(facts, indent=2) + "\n")
    return found, path


def _trained(
    data: Dataset, objective: Objective, epochs: int, seed: int, likelihood: str, watch: Watch | None
) -> Autoencoder:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(mix(seed, 0))
        model, _ = dense_vae(data.data_shape, likelihood=likelihood)
    settings = recipes["dense-vae"].settings.replaced(epochs=epochs, seed=seed)
    history = fit(model, objective, data, settings, watch=watch)
    if history.status is Status.INTERRUPTED:
        raise ArgumentError("stopped before all three were trained: nothing is compared; use fewer --epochs")
    return model.cpu()


@torch.no_grad()
def _codes(model: Autoencoder, x: torch.Tensor) -> torch.Tensor:
    """A draw from q(z|x) for each example."""
    return torch.cat([model.encode(some).sample() for some in x.split(1_000)])


def _measured(model: Autoencoder, data: Dataset) -> CodeSpace:
    known, held_out = data.train.spread(_KNOWN), data.test.spread(_KNOWN)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return code_space(_codes(model, known.units()), _codes(model, held_out.units()), known.labels, held_out.labels)


@torch.no_grad()
def _panel(name: str, space: CodeSpace, model: Autoencoder, data: Dataset, seed: int) -> Panel:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        codes = _codes(model, data.test.spread(_SHOWN).units())
    z = torch.randn(_SHEET, *model.latent_shape, generator=torch.Generator().manual_seed(seed))
    drawn = model.decode(z).mean if len(data.data_shape) == 3 else None
    return Panel(name, sentence(space), codes, drawn)


def sentence(space: CodeSpace) -> str:
    """The three measures in one line."""
    overlap = "" if space.overlap is None else f"overlap {space.overlap.value:.0%}, "
    return f"gaps {space.gaps.value:.0%}, {overlap}mismatch {space.mismatch:.2g} nats"
