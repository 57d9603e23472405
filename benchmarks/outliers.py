"""Outliers in tables: the score of `OutlierDetector` beside others, over the sets of ADBench.

    python benchmarks/outliers.py ../shared/data/adbench                 every set, three seeds
    python benchmarks/outliers.py FOLDER --only glass cardio --seeds 1
    python benchmarks/outliers.py FOLDER --pyod                          PyOD's AutoEncoder, VAE and ECOD as well
    python benchmarks/outliers.py --explanations                         tables whose guilty cell is known

Each set is an .npz of X and y, contaminated as it is: the detectors are fitted without y to what they then score. At
most 5,000 rows, chosen by the seed within outliers and others, with at least 20 outliers. The intervals are over sets:
10,000 bootstrap samples of the sets, each with its mean over the seeds. `--half` reports a random half of the sets
alone, and the other half.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from scipy.stats import rankdata
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

from autoencode.estimators import OutlierDetector

Score = Callable[[np.ndarray, int], np.ndarray]
ROWS, LEAST = 5_000, 20


def read(file: Path, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """X and y of a set, at most 5,000 rows of it."""
    with np.load(file) as data:
        x, y = data["X"].astype(float), data["y"].astype(int)
    if len(x) <= ROWS:
        return x, y
    rng = np.random.default_rng(seed)
    outliers, others = np.flatnonzero(y), np.flatnonzero(y == 0)
    count = min(len(outliers), max(LEAST, round(ROWS * y.mean())))
    rows = np.sort(np.r_[rng.choice(outliers, count, replace=False), rng.choice(others, ROWS - count, replace=False)])
    return x[rows], y[rows]


def ours(x: np.ndarray, seed: int) -> np.ndarray:
    """The library's own, with its defaults."""
    return -OutlierDetector(random_state=seed).fit(x).score_samples(x)


def isolation_forest(x: np.ndarray, seed: int) -> np.ndarray:
    """scikit-learn's, with its defaults."""
    return -IsolationForest(random_state=seed).fit(x).score_samples(x)


def pca(x: np.ndarray, seed: int) -> np.ndarray:
    """Standardised; the squared codes of all components, each divided by its variance."""
    z = StandardScaler().fit_transform(x)
    model = PCA(random_state=seed).fit(z)
    return (model.transform(z) ** 2 / np.maximum(model.explained_variance_, 1e-9)).sum(1)


def nearest(x: np.ndarray, seed: int) -> np.ndarray:
    """Standardised; the distance to the fifth neighbour."""
    z = StandardScaler().fit_transform(x)
    return NearestNeighbors(n_neighbors=5).fit(z).kneighbors()[0][:, -1]


def ecod(x: np.ndarray, seed: int) -> np.ndarray:
    """Li et al., "ECOD", TKDE 2022: the larger of both tails and of the one the skewness points to, over columns."""
    ranks = np.apply_along_axis(lambda c: rankdata(c, "max"), 0, x) / len(x)
    reverse = np.apply_along_axis(lambda c: rankdata(-c, "max"), 0, x) / len(x)
    left, right = -np.log(ranks), -np.log(reverse)
    skewness = ((x - x.mean(0)) ** 3).mean(0)
    automatic = np.where(skewness < 0, left, right)
    return np.maximum.reduce([left.sum(1), right.sum(1), automatic.sum(1)])


def pyod_models() -> dict[str, Score]:
    """PyOD's, with their defaults but for the seed."""
    from pyod.models.auto_encoder import AutoEncoder
    from pyod.models.vae import VAE

    def scored(kind: type) -> Score:
        return lambda x, seed: kind(random_state=seed, verbose=0).fit(x).decision_scores_

    return {"PyOD AE": scored(AutoEncoder), "PyOD VAE": scored(VAE)}


METHODS: dict[str, Score] = {"autoencode": ours, "IForest": isolation_forest, "PCA": pca, "kNN": nearest, "ECOD": ecod}


def measure(files: list[Path], methods: dict[str, Score], seeds: int, log: Path | None) -> list[dict]:
    """One record for each set, seed and method; those that are in the log already are not computed again."""
    found = [json.loads(line) for line in log.read_text().splitlines()] if log and log.exists() else []
    done = {(one["set"], one["seed"], one["method"]) for one in found}
    for seed in range(seeds):
        for file in files:
            x, y = read(file, seed)
            for name, score in methods.items():
                if (file.stem, seed, name) in done:
                    continue
                begin = time.process_time()
                scores = score(x, seed)
                one = {
                    "set": file.stem,
                    "seed": seed,
                    "method": name,
                    "auroc": roc_auc_score(y, scores),
                    "aupr": average_precision_score(y, scores),
                    "seconds": time.process_time() - begin,
                }
                found.append(one)
                if log:
                    with log.open("a") as file_:
                        file_.write(json.dumps(one) + "\n")
    return found


def mean_by_set(found: list[dict], method: str, metric: str, sets: list[str]) -> np.ndarray:
    """The mean over the seeds, for each set."""
    return np.array(
        [np.mean([one[metric] for one in found if (one["set"], one["method"]) == (name, method)]) for name in sets]
    )


def interval(values: np.ndarray) -> tuple[float, float]:
    """95 %, over bootstrap samples of the sets."""
    rows = np.random.default_rng(0).integers(len(values), size=(10_000, len(values)))
    low, high = np.percentile(values[rows].mean(1), [2.5, 97.5])
    return float(low), float(high)


def report(found: list[dict], methods: list[str], sets: list[str], title: str) -> None:
    """A table of the means, and the gain over the isolation forest."""
    print(f"\n{title}: {len(sets)} sets")
    print(f"{'':12}{'AUROC':>7}{'AUPR':>7}   gain in AUROC over IForest      worst set{'':17}seconds")
    base = mean_by_set(found, "IForest", "auroc", sets)
    for method in methods:
        auroc, aupr = (mean_by_set(found, method, metric, sets) for metric in ("auroc", "aupr"))
        gain, seconds = auroc - base, mean_by_set(found, method, "seconds", sets).mean()
        low, high = interval(gain)
        worst = int(gain.argmin())
        print(
            f"{method:12}{auroc.mean():7.3f}{aupr.mean():7.3f}   {gain.mean():+.3f} [{low:+.3f}, {high:+.3f}]"
            f"{'':8}{sets[worst]:18}{gain[worst]:+.3f}   {seconds:6.1f}"
        )


def factors(rng: np.random.Generator) -> np.ndarray:
    """Twelve columns of three common factors."""
    return rng.normal(size=(600, 3)) @ rng.normal(size=(3, 12)) + 0.3 * rng.normal(size=(600, 12))


def curves(rng: np.random.Generator) -> np.ndarray:
    """Eight columns that are curved functions of two variables."""
    t, s = rng.uniform(-2, 2, 600), rng.uniform(0, 1, 600)
    x = np.stack([t, t**2, np.sin(2 * t), t + s, np.exp(t) * s, s, s**2, np.cos(3 * t)], 1)
    return x + 0.05 * x.std(0) * rng.normal(size=x.shape)


def independent(rng: np.random.Generator) -> np.ndarray:
    """Eight skewed columns that know nothing of each other."""
    return np.exp(rng.normal(size=(600, 8)) * np.linspace(0.2, 1, 8))


def explanations(seeds: int) -> None:
    """In 30 of 600 rows one cell is moved by four to six standard deviations: how often it is named first."""
    for make in (factors, curves, independent):
        hits = []
        for seed in range(seeds):
            rng = np.random.default_rng(seed)
            x = make(rng)
            rows, columns = rng.choice(600, 30, replace=False), rng.integers(x.shape[1], size=30)
            x[rows, columns] += rng.choice([-1, 1], 30) * rng.uniform(4, 6, 30) * x.std(0)[columns]
            explained = OutlierDetector(random_state=seed).fit(x).explain(x[rows])
            hits.append((explained.contributions.argmax(1) == columns).mean())
        print(f"{make.__name__:12} guilty cell first in {100 * np.mean(hits):5.1f} % of {30 * seeds} rows", flush=True)


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--only", nargs="*", default=[""])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--pyod", action="store_true")
    parser.add_argument("--half", action="store_true")
    parser.add_argument("--explanations", action="store_true")
    parser.add_argument("--log", type=Path, help="a file of what was measured, to which a run adds what is missing")
    given = parser.parse_args()
    torch.set_num_threads(1)
    if given.explanations:
        explanations(given.seeds)
        return
    files = [
        f
        for f in sorted(given.folder.glob("*.npz"), key=lambda f: f.stat().st_size)
        if any(w in f.stem for w in given.only)
    ]
    methods = METHODS | (pyod_models() if given.pyod else {})
    found = measure(files, methods, given.seeds, given.log)
    names = sorted(file.stem for file in files)
    report(found, list(methods), names, "all")
    if given.half:
        half = set(np.random.default_rng(0).permutation(names)[: len(names) // 2])
        report(found, list(methods), sorted(half), "one half, at random")
        report(found, list(methods), [name for name in names if name not in half], "the other half")


if __name__ == "__main__":
    main()
