"""MedNIST: pictures back from 64 numbers, and a kind of picture that was never seen, among five that were.

    python benchmarks/mednist.py codes PICTURES.zip          PSNR from 64 numbers, beside PCA with as many
    python benchmarks/mednist.py unseen PICTURES.zip         each of the six classes held out in turn, AUROC

`codes` trains `pca-vae` on 4,800 pictures, with 1,200 more to choose the epoch by, and measures on 1,200 others. PSNR
is of each picture, averaged. PCA is that of the 6,000 pictures.

`unseen` learns from five classes (4,800 pictures of six) and scores 1,200 test pictures of all six. What is measured of
a picture: the shares of 17 grey levels; mean and spread of the logarithm of its horizontal and vertical differences,
and the logarithm of their mean square, at four blurs; and its 64 principal components. Each known class has a normal
distribution of these numbers; a picture scores the negative log density of the nearest one. Beside it, one normal for
all that is known, so that no class needs to be named.
"""

import argparse
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float32, Float64, Int64
from scipy.ndimage import gaussian_filter
from sklearn.covariance import ledoit_wolf
from sklearn.metrics import roc_auc_score
from torch import Tensor

from autoencode.data import load
from autoencode.data.dataset import Dataset
from autoencode.nn.principal_components import principal_components
from autoencode.runs.run import Run
from autoencode.tasks import train

TEST, NUMBERS = 1_200, 64
_CHUNK = 400
_LEVELS, _HALF_LEVEL, _BLURS = 17, 1 / 32, (0, 1, 2, 4)


def main() -> None:
    """Prints a line for each measurement."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", choices=("codes", "unseen"))
    parser.add_argument("data", type=Path)
    parser.add_argument("--steps", type=int, default=3_000)
    parser.add_argument("--beta", type=float, default=0.1)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--recipe", default="pca-vae")
    options = parser.parse_args()
    {"codes": codes, "unseen": unseen}[options.what](options)


def codes(options: argparse.Namespace) -> None:
    """Trains, and measures validation and test pictures."""
    data = load(options.data, test=TEST, validation=TEST)
    found = principal_components(torch.cat([data.train.inputs(), data.validation.inputs()]).flatten(1), NUMBERS)
    more: dict[str, Any] = {"dropout": options.dropout} if options.recipe == "pca-vae" else {}
    with TemporaryDirectory() as folder:
        started = time.process_time()
        run = train(
            data,
            options.recipe,
            out=Path(folder) / "run",
            latent_dim=NUMBERS,
            beta=options.beta,
            max_steps=options.steps,
            seed=0,
            **more,
        )
        minutes = (time.process_time() - started) / 60
    for name, x in (("validation", data.validation.inputs()), ("test", data.test.inputs())):
        flat = x.flatten(1) - found.mean
        pca = psnr(flat @ found.axes @ found.axes.T, flat)
        print(
            f"{name}: {psnr(_reconstructions(run, x), x):.2f} dB, PCA {pca:.2f} dB; {minutes:.1f} minutes", flush=True
        )


def psnr(found: Tensor, true: Tensor) -> float:
    """In decibels, of each picture, averaged."""
    return float((-10 * torch.log10((found - true).flatten(1).square().mean(1))).mean())


@torch.no_grad()
def _reconstructions(run: Run, x: Tensor) -> Tensor:
    return torch.cat([run.model.decode(run.model.encode(some).mean).mean for some in x.split(_CHUNK)])


def unseen(options: argparse.Namespace) -> None:
    """Each class held out in turn; nothing is chosen by it."""
    data = load(options.data, test=TEST, validation=TEST)
    found = [_one_unseen(data, number) for number in range(len(data.classes or ()))]
    for name, (by_class, together) in zip(data.classes or (), found, strict=True):
        print(f"{name}: AUROC {by_class:.3f}; one normal for all {together:.3f}")
    means = np.mean(found, axis=0)
    print(f"mean: AUROC {means[0]:.3f}; one normal for all {means[1]:.3f}")


def _one_unseen(data: Dataset, number: int) -> tuple[float, float]:
    labels, test_labels = _labels(data.train.labels), _labels(data.test.labels)
    known = labels != number
    train_features, features = _features(data.train.inputs(), known, data.test.inputs())
    each = [_distance(train_features[labels == other], features) for other in np.unique(labels[known])]
    outlier = test_labels == number
    together = _distance(train_features[known], features)
    return float(roc_auc_score(outlier, np.min(each, axis=0))), float(roc_auc_score(outlier, together))


def _labels(labels: Tensor | None) -> Int64[np.ndarray, " n"]:
    if labels is None:
        raise SystemExit("the pictures have no classes: give a zip with a folder for each")
    return labels.numpy()


def _features(
    x: Tensor, known: Bool[np.ndarray, " n"], new: Tensor
) -> tuple[Float64[np.ndarray, "n d"], Float64[np.ndarray, "m d"]]:
    """What is measured of pictures, in units of what is known."""
    axes = principal_components(x[torch.from_numpy(known)].flatten(1)[::2], NUMBERS)

    def measured(pictures: Tensor) -> Float64[np.ndarray, "n d"]:
        components = (pictures.flatten(1) - axes.mean) @ axes.axes
        return np.concatenate([_statistics(pictures[:, 0].numpy()), components.numpy()], 1).astype(np.float64)

    of_all, of_new = measured(x), measured(new)
    mean, spread = of_all[known].mean(0), of_all[known].std(0) + 1e-6
    return (of_all - mean) / spread, (of_new - mean) / spread


def _statistics(x: Float32[np.ndarray, "n height width"]) -> Float32[np.ndarray, "n d"]:
    levels = [(np.abs(x - level) < _HALF_LEVEL).mean((1, 2)) for level in np.linspace(0, 1, _LEVELS)]
    found = [np.stack(levels, 1)]
    for blur in _BLURS:
        blurred = gaussian_filter(x, (0, blur, blur)) if blur else x
        for axis in (1, 2):
            difference = np.diff(blurred, axis=axis)
            size = np.log(np.abs(difference) + 1e-3)
            power = np.log(np.square(difference).mean((1, 2)) + 1e-6)
            found.append(np.stack([size.mean((1, 2)), size.std((1, 2)), power], 1))
    return np.concatenate(found, 1)


def _distance(rows: Float64[np.ndarray, "n d"], new: Float64[np.ndarray, "m d"]) -> Float64[np.ndarray, " m"]:
    """−log density, up to a constant, of a normal fitted to rows."""
    covariance, _ = ledoit_wolf(rows)
    away = new - rows.mean(0)
    return 0.5 * np.sum(away * np.linalg.solve(covariance, away.T).T, 1) + 0.5 * np.linalg.slogdet(covariance)[1]


if __name__ == "__main__":
    main()
