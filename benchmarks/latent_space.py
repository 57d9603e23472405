"""The effect of the objective on the latent space: an autoencoder and a VAE with three values of β, on Fashion-MNIST.

    python benchmarks/latent_space.py                    trains what is missing, measures, prints two tables
    python benchmarks/latent_space.py --epochs 5         a longer training (in other folders)
    python benchmarks/latent_space.py classifier         only the classifier and its accuracy

The networks, the squared error, the data, the number of steps and the seed are the same; only the objective differs
(benchmarks/compared.py). Each is measured with its own prior and with a mixture of ten normals fitted to its codes. The
runs are kept in runs/latent-space/. Minutes are of CPU time.
"""

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from autoencode import tasks
from autoencode.cli.terminal_reporter import TerminalReporter
from autoencode.data import load
from autoencode.evaluation.classifier_cache import load_or_train_classifier
from autoencode.runs.run import Run
from autoencode.tasks import LatentMetrics

SETTINGS = {
    "batch_size": 128,
    "optimizer": "adam",
    "learning_rate": 1e-3,
    "schedule": "constant",
    "precision": "float32",
    "latent_dim": 8,
}
MODELS: dict[str, tuple[str, dict[str, Any]]] = {
    "autoencoder": ("compared:plain", {}),
    "VAE, β = 0.01": ("compared:variational", {"beta": 0.01}),
    "VAE, β = 0.1": ("compared:variational", {"beta": 0.1}),
    "VAE, β = 1": ("compared:variational", {"beta": 1.0}),
}
GEOMETRY = "| model | sampled from | sensitivity at codes | 95 % | at samples | 95 % | path length |"
SAMPLES = "| model | sampled from | recognised | entropy | Fréchet | precision | recall | density | coverage |"


def main() -> None:
    """Trains, measures, prints."""
    parser = argparse.ArgumentParser(description="measures latent spaces")
    parser.add_argument("what", nargs="?", choices=["all", "classifier"], default="all")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("-n", type=int, default=10_000, help="real and generated pictures compared")
    options = parser.parse_args()
    classifier = load_or_train_classifier(load("fashion-mnist"), reporter=TerminalReporter())
    print(f"classifier: {classifier.accuracy.scaled(100.0)} % accuracy on the test split; {classifier.path}")
    if options.what == "all":
        tables(options.epochs, options.seed, options.n)


def tables(epochs: int, seed: int, n: int) -> None:
    """Prints both tables, in the form of docs/latent-space.md."""
    geometry, samples = list[str](), list[str]()
    for name in MODELS:
        run = trained(name, epochs, seed)
        for prior in ("own", "ex-post"):
            if prior == "own" and run.model.prior is None:
                continue
            found = tasks.latent_space(run, prior=prior, n=n, seed=seed, reporter=TerminalReporter())
            geometry.append(geometry_line(name, found))
            samples.append(samples_line(name, found))
            last = found
    print(f"\n{GEOMETRY}\n|{'---|' * 7}", *geometry, sep="\n")
    print(f"\n{SAMPLES}\n|{'---|' * 9}", *samples, best_line(last), sep="\n")
    far = f"{last.median_distance:.2f} is the median distance of two test pictures"
    print(f"\n{far}; {n:,} pictures; {epochs} epochs; seed {seed}")


def trained(name: str, epochs: int, seed: int) -> Run:
    """The run of a model, trained if it is missing, with a mixture fitted to its codes."""
    recipe, arguments = MODELS[name]
    path = Path("runs/latent-space") / f"{''.join(filter(str.isalnum, name)).lower()}-{epochs}-{seed}"
    if path.exists():
        return Run(path, trust=recipe)
    began = time.process_time()
    command = "python benchmarks/latent_space.py"
    run = tasks.train(
        "fashion-mnist", recipe, out=path, command=command, epochs=epochs, seed=seed, **SETTINGS, **arguments
    )
    taken = time.process_time() - began
    error = tasks.evaluate(run, importance_samples=0).squared_error
    tasks.fit_prior(run, "mixture", seed=seed)
    log(f"{name}: {taken / 60:.1f} minutes of CPU time, squared error per pixel {error}")
    return run


def geometry_line(name: str, found: LatentMetrics) -> str:
    """A row of the first table."""
    cells = [name, found.prior, found.at_codes.median, found.at_codes.high]
    return row(*cells, found.at_draws.median, found.at_draws.high, found.straightness)


def samples_line(name: str, found: LatentMetrics) -> str:
    """A row of the second table."""
    quality = found.quality
    numbers = (quality.frechet, quality.precision, quality.recall, quality.density, quality.coverage)
    return row(name, found.prior, found.generated.recognised, f"{found.generated.entropy:.3f}", *numbers)


def best_line(found: LatentMetrics) -> str:
    """The row of real pictures: of the test split for the classifier, of the training split for the rest."""
    quality = found.best
    numbers = (quality.frechet, quality.precision, quality.recall, quality.density, quality.coverage)
    return row("real pictures", "", found.real.recognised, f"{found.real.entropy:.3f}", *numbers)


def row(*cells: object) -> str:
    """A line of a table in Markdown."""
    return "| " + " | ".join(map(str, cells)) + " |"


def log(text: str) -> None:
    """Prints to standard error, so that standard output contains only the tables."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
