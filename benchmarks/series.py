"""Anomalies in series: `SeriesAnomalyDetector` beside a moving z-score, on the series that aeon's wheel holds.

    pip install aeon --no-deps
    python benchmarks/series.py                        about two minutes on one core
    python benchmarks/series.py --aeon FOLDER          where aeon is not installed: the folder of its datasets' data

UCR 135 (InternalBleeding16, from the UCR anomaly archive): the detector is fitted to its training part of 1,200 steps
and scores 7,501 steps with one anomaly of 12. Daphnet S06R02E0 has nine channels and, as aeon holds it, no step that is
labelled an anomaly. Its first half is learned from, and in the second half 12 stretches of 30 to 119 steps are changed
in three channels: reversed in time, standing still, with noise, or exchanged with each other.

Both are scored without labels. AUROC and average precision are of steps; "hit" says whether the highest score lies
within 100 steps of an anomaly, the measure of the UCR archive. The z-score is that of each step among the steps round
it, the mean over channels, smoothed over an eighth of its window.
"""

import argparse
import importlib.util
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter1d, uniform_filter1d
from sklearn.metrics import average_precision_score, roc_auc_score

from autoencode.estimators import SeriesAnomalyDetector

Series = tuple[np.ndarray, np.ndarray, np.ndarray]
Score = Callable[[np.ndarray, np.ndarray, int], np.ndarray]
NEAR = 100


def read(file: Path) -> tuple[np.ndarray, np.ndarray]:
    """Channels and labels; the first column is the time."""
    table = np.genfromtxt(file, delimiter=",", skip_header=1)
    return table[:, 1:-1], table[:, -1].astype(int)


def ucr(folder: Path, seed: int) -> Series:
    """What is learned from, what is scored, and its labels."""
    name = "135_UCR_Anomaly_InternalBleeding16_{}.csv"
    return read(folder / "KDD-TSAD_135" / name.format("TRAIN"))[0], *read(folder / "KDD-TSAD_135" / name.format("TEST"))


def daphnet(folder: Path, seed: int) -> Series:
    """The same, with anomalies that are planted."""
    x = read(folder / "Daphnet_S06R02E0" / "S06R02E0.csv")[0]
    rng, half = np.random.default_rng(seed), len(x) // 2
    train, test, y = x[:half], x[half:].copy(), np.zeros(len(x) - half, dtype=int)
    room = (len(test) - 150) // 12
    for number in range(12):
        length = int(rng.integers(30, 120))
        begin = number * room + int(rng.integers(0, 100))
        rows, three = slice(begin, begin + length), rng.choice(x.shape[1], 3, replace=False)
        test[rows, three] = CHANGES[number % 4](test[rows, three], train[:, three].std(0), rng)
        y[rows] = 1
    return train, test, y


CHANGES: tuple[Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray], ...] = (
    lambda x, deviation, rng: x[::-1],
    lambda x, deviation, rng: np.repeat(x[:1], len(x), 0),
    lambda x, deviation, rng: x + 0.7 * deviation * rng.normal(size=x.shape),
    lambda x, deviation, rng: np.roll(x - x.mean(0), 1, axis=1) + x.mean(0),
)


def ours(train: np.ndarray, test: np.ndarray, seed: int) -> np.ndarray:
    """The library's own, with its defaults."""
    return -SeriesAnomalyDetector(random_state=seed).fit(train).score_samples(test)


def moving(window: int) -> Score:
    """A moving z-score, which learns nothing."""

    def score(train: np.ndarray, test: np.ndarray, seed: int) -> np.ndarray:
        mean = uniform_filter1d(test, window, axis=0, mode="nearest")
        variance = uniform_filter1d(test**2, window, axis=0, mode="nearest") - mean**2
        z = np.abs(test - mean) / np.sqrt(np.maximum(variance, 1e-9))
        return gaussian_filter1d(z.mean(1), window / 8)

    return score


METHODS = {"autoencode": ours} | {f"moving z, {window}": moving(window) for window in (32, 128, 256)}


def is_hit(scores: np.ndarray, y: np.ndarray) -> bool:
    """Whether the highest score is near an anomaly."""
    return bool(np.abs(np.flatnonzero(y) - scores.argmax()).min() <= NEAR)


def packaged() -> Path:
    """Where aeon's series lie; aeon itself is not imported."""
    found = importlib.util.find_spec("aeon")
    if found is None or found.origin is None:
        raise SystemExit("aeon is not installed: pip install aeon --no-deps, or give --aeon FOLDER")
    return Path(found.origin).parent / "datasets" / "data"


def main() -> None:
    """Prints a line for each series and method: means over the seeds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--aeon", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    folder = given.aeon or packaged()
    print(f"{'series':12}{'method':16}{'AUROC':>7}{'AP':>7}{'hits':>7}{'seconds':>9}")
    for make in (ucr, daphnet):
        for name, method in METHODS.items():
            rows = []
            for seed in range(given.seeds):
                train, test, y = make(folder, seed)
                begin = time.process_time()
                scores = method(train, test, seed)
                seconds = time.process_time() - begin
                rows.append((roc_auc_score(y, scores), average_precision_score(y, scores), is_hit(scores, y), seconds))
            auroc, ap, hits, seconds = np.mean(rows, 0)
            print(f"{make.__name__:12}{name:16}{auroc:7.3f}{ap:7.3f}{hits:7.2f}{seconds:9.1f}", flush=True)


if __name__ == "__main__":
    main()
