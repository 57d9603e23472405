"""Samples compared with those of pythae, with the same data, networks and number of steps.

    python benchmarks/samples.py               ours, and pythae's VAE and RAE-GP with normal and mixture samplers
    python benchmarks/samples.py --epochs 5    a longer training

pythae and its PyTorch are installed with pip into a separate environment, runs/samples/environment; our models are the
runs of benchmarks/latent_space.py and the recipe `rae`. All are measured by the same classifier's features for equally
many pictures, rounded to 8 bits. Minutes are of CPU time, of training alone.
"""

import argparse
import json
import subprocess
import sys
import venv
from pathlib import Path

import numpy as np
import torch
from latent_space import MODELS, SAMPLES, SETTINGS, log, row, trained
from torch import Tensor

from autoencode import tasks
from autoencode.cli.terminal_reporter import TerminalReporter
from autoencode.data import load
from autoencode.evaluation import completeness, sample_quality
from autoencode.evaluation.classifier_cache import load_or_train_classifier
from autoencode.latent.sampling import sample_examples
from autoencode.runs.run import Run

HOME = Path("runs/samples")
THEIRS = {"vae": "pythae VAE", "rae": "pythae RAE-GP"}


def main() -> None:
    """Trains, samples, measures, prints."""
    parser = argparse.ArgumentParser(description="compares samples with pythae's")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("-n", type=int, default=10_000)
    options = parser.parse_args()
    print(SAMPLES, "|" + "---|" * 9, sep="\n", flush=True)
    for name, sampler, pictures in (*theirs(options), *ours(options)):
        print(line(name, sampler, pictures), flush=True)


def ours(options: argparse.Namespace) -> list[tuple[str, str, Tensor]]:
    """Name, sampler and pictures of each model of this library."""
    runs = {name: trained(name, options.epochs, options.seed) for name in MODELS}
    runs["rae"] = regularised(options.epochs, options.seed)
    drawn = list[tuple[str, str, Tensor]]()
    for name, run in runs.items():
        for prior in ("own", "ex-post"):
            if prior == "ex-post" or run.model.prior is not None:
                drawn.append((name, prior, sample_examples(run, options.n, options.seed, prior=prior)))
    return drawn


def regularised(epochs: int, seed: int) -> Run:
    """The recipe `rae`, with its regularisers."""
    path = HOME / f"rae-{epochs}-{seed}"
    if path.exists():
        return Run(path)
    return tasks.train("fashion-mnist", "rae", out=path, network="conv", epochs=epochs, seed=seed, **SETTINGS)


def theirs(options: argparse.Namespace) -> list[tuple[str, str, Tensor]]:
    """Name, sampler and pictures of each model of pythae."""
    folder = HOME / f"pythae-{options.epochs}-{options.seed}"
    folder.mkdir(parents=True, exist_ok=True)
    data, drawn = load("fashion-mnist"), list[tuple[str, str, Tensor]]()
    for part in ("train", "validation"):
        np.save(folder / f"{part}.npy", data.subsets[part].x.numpy())
    script = Path(__file__).with_name("pythae_samples.py")
    for kind, name in THEIRS.items():
        if not (folder / f"{kind}.json").is_file():
            words = [folder, kind, options.epochs, options.seed, options.n]
            subprocess.run([environment(), script, *map(str, words)], check=True, stdout=sys.stderr)
        log(f"{name}: {json.loads((folder / f'{kind}.json').read_text())['minutes']:.1f} minutes of CPU time")
        for sampler in ("normal", "gmm"):
            drawn.append((name, sampler, torch.from_numpy(np.load(folder / f"{kind}-{sampler}.npy")) / 255))
    return drawn


def environment() -> Path:
    """The Python of an environment with pythae, made if it is missing."""
    home = HOME / "environment"
    python = (home / "bin" / "python").absolute()
    if not python.is_file():
        venv.create(home, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", f"torch=={torch.__version__}"], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "pythae==0.1.2"], check=True)
    return python


def line(name: str, sampler: str, pictures: Tensor) -> str:
    """A row of the table."""
    data = load("fashion-mnist")
    classifier = load_or_train_classifier(data, reporter=TerminalReporter()).model
    seen, real = (pictures.clamp(0, 1) * 255).round() / 255, data.test.subsample(len(pictures)).inputs()
    recognised = completeness(classifier.probabilities(seen))
    quality = sample_quality(classifier.features(real), classifier.features(seen))
    numbers = (quality.frechet, quality.precision, quality.recall, quality.density, quality.coverage)
    return row(name, sampler, recognised.recognised, f"{recognised.entropy:.3f}", *numbers)


if __name__ == "__main__":
    main()
