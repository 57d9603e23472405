"""Leaves: their shapes back from 32 numbers, and variants of one leaf that are still of its species.

    python benchmarks/leaves.py LEAVES.npz          IoU beside PCA, then species at several spreads

`pca-vae` learns from the silhouettes that are not in the test part of 300 leaves (100 more choose the epoch); a leaf is
in one part only. IoU is that of the leaf's area, a value above a half, averaged over the test leaves.

Species: 20 variants are made of each labelled test leaf, as `generate --like LEAF --same-class --spread S` makes them,
without its species. A classifier of real labelled training leaves (linear discriminant of 64 principal components and
of the distances of the outline from the middle in 64 directions) reads the test leaves and their variants. How unlike:
the mean IoU of two variants of a leaf, beside that of two real leaves of a species.
"""

import argparse
import time
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from jaxtyping import Bool, Float
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from torch import Tensor

from autoencode.data import load
from autoencode.latent.latent_gaussian import same_class_gaussian_of
from autoencode.nn.principal_components import principal_components
from autoencode.runs.run import Run
from autoencode.runtime.seeding import seeded_rng
from autoencode.tasks import train

TEST, VALIDATION, NUMBERS, VARIANTS = 300, 100, 32, 20
SPREADS = (0.0, 0.3, 0.5, 0.7, 1.0)
_DIRECTIONS = 64


def main() -> None:
    """Prints a line for each measurement."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--steps", type=int, default=2_000)
    parser.add_argument("--beta", type=float, default=0.1)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--channels", type=lambda text: tuple(map(int, text.split(","))), default=(8, 16, 32, 64))
    options = parser.parse_args()
    with TemporaryDirectory() as temporary:
        run, minutes = _train(options, Path(temporary))
    test = run.data.test.inputs()
    known = torch.cat([run.data.train.inputs(), run.data.validation.inputs()]).flatten(1)
    found = principal_components(known, NUMBERS)
    by_pca = ((test.flatten(1) - found.mean) @ found.axes @ found.axes.T + found.mean).view_as(test)
    again = run.decode(run.encode(test))
    n = len(run.data.train)
    print(f"{n} leaves, {minutes:.1f} minutes: IoU {_iou(again, test):.4f}, PCA {_iou(by_pca, test):.4f}", flush=True)
    _species(run)


def _train(options: argparse.Namespace, folder: Path) -> tuple[Run, float]:
    with np.load(options.data) as archive:
        species = archive["species"]
        np.savez(folder / "leaves.npz", images=archive["images"] > 0, labels=np.where(species == "", "-", species))
    data = load(folder / "leaves.npz", unlabelled="-", test=TEST, validation=VALIDATION)
    started = time.process_time()
    run = train(
        data,
        "pca-vae",
        out=folder / "run",
        latent_dim=NUMBERS,
        beta=options.beta,
        dropout=options.dropout,
        channels=options.channels,
        max_steps=options.steps,
        seed=0,
    )
    return run, (time.process_time() - started) / 60


def _iou(found: Tensor, true: Tensor) -> float:
    a, b = (some.flatten(1) > 0.5 for some in (found, true))
    return float(((a & b).sum(1) / (a | b).sum(1)).mean())


def _species(run: Run) -> None:
    labels, test_labels = run.data.train.labels, run.data.test.labels
    if labels is None or test_labels is None:
        raise SystemExit("no species")
    learned, leaves = labels >= 0, run.data.test.inputs()[test_labels >= 0]
    true, codes = test_labels[test_labels >= 0].numpy(), torch.from_numpy(run.encode(leaves))
    x = run.data.train.inputs()[learned]
    axes = principal_components(x.flatten(1), 64)

    def features(some: Tensor) -> Float[np.ndarray, "n d"]:
        components = (some.flatten(1) - axes.mean) @ axes.axes
        return np.concatenate([components.numpy(), _outlines(some[:, 0].numpy() > 0.5)], 1)

    classifier = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto").fit(features(x), labels[learned].numpy())
    itself = float((classifier.predict(features(leaves)) == true).mean())
    real = [_iou(x[[i]], x[[j]]) for i, j in combinations(range(len(x)), 2) if labels[learned][i] == labels[learned][j]]
    print(f"{len(true)} labelled test leaves, species read: {itself:.3f}; IoU of two of a species {np.mean(real):.3f}")
    near = [same_class_gaussian_of(run, z) for z in codes]
    for spread in SPREADS:
        with seeded_rng(0):
            made = [run.decode(one.sample_near(z, spread, VARIANTS)) for one, z in zip(near, codes, strict=True)]
        read = [classifier.predict(features(some)) for some in made]
        right = float(np.mean([(some == y).mean() for some, y in zip(read, true, strict=True)]))
        alike = np.mean([_iou(some[: VARIANTS // 2], some[VARIANTS // 2 :]) for some in made])
        less = f"{100 * (itself - right):.1f} points less"
        print(f"spread {spread}: species read {right:.3f}, {less}; IoU of two {alike:.3f}", flush=True)


def _outlines(inside: Bool[np.ndarray, "n height width"]) -> Float[np.ndarray, "n directions"]:
    """The distance of the farthest point of a shape from its middle, in each direction; in units of the mean one."""
    found = np.zeros((len(inside), _DIRECTIONS), np.float32)
    for shape, row in zip(inside, found, strict=True):
        y, x = np.nonzero(shape)
        if len(y):
            dy, dx = y - y.mean(), x - x.mean()
            direction = ((np.arctan2(dy, dx) / (2 * np.pi)) * _DIRECTIONS).astype(int) % _DIRECTIONS
            np.maximum.at(row, direction, np.hypot(dy, dx).astype(np.float32))
            row /= max(float(row.mean()), 1e-6)
    return found


if __name__ == "__main__":
    main()
