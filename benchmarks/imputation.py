"""Missing cells filled: `autoencode impute` beside scikit-learn's imputers, on tables whose cells are hidden at random.

    python benchmarks/imputation.py ADBENCH                  six of its tables, cells of numbers
    python benchmarks/imputation.py ADBENCH --seeds 3 --steps 4000

A fifth of the cells is hidden (missing completely at random), the model is trained on what is left, and both fill the
same cells. Printed is the root mean squared error of hidden cells, in standard deviations of their columns: the mean
has 1. `normal` is the same recipe with the likelihood that takes a filled cell for a measured one.
"""

import argparse
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.experimental import enable_iterative_imputer  # noqa: F401  # pyright: ignore
from sklearn.impute import IterativeImputer, KNNImputer

from autoencode import tasks

TABLES = ("2_annthyroid", "4_breastw", "6_cardio", "18_Ionosphere", "38_thyroid", "44_Wilt")
HIDDEN, MOST_ROWS = 0.2, 3_000
Numbers = npt.NDArray[np.float64]


def main() -> None:
    """Prints a line for each table, and the means."""
    parser = argparse.ArgumentParser(description="missing cells filled, beside scikit-learn's imputers")
    parser.add_argument("adbench", type=Path, help="folder of ADBench's .npz files")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--steps", type=int, default=3_000, help="training steps")
    parser.add_argument("--recipe", default="deep-vae")
    parser.add_argument("--latent-dim", type=int, default=5)
    options = parser.parse_args()
    found = list[dict[str, float]]()
    for path in [path for path in sorted(options.adbench.glob("*.npz")) if path.stem in TABLES]:
        for seed in range(options.seeds):
            started = time.process_time()
            errors = _measure(_rows(path, seed), seed, options)
            found.append(errors)
            line = "  ".join(f"{name} {error:.3f}" for name, error in errors.items())
            print(f"{path.stem:14} seed {seed}  {line}  ({time.process_time() - started:.0f} s)", flush=True)
    if not found:
        raise SystemExit(f"none of {', '.join(TABLES)} is in {options.adbench}")
    print("mean".ljust(22), "  ".join(f"{name} {np.mean([one[name] for one in found]):.3f}" for name in found[0]))


def _rows(path: Path, seed: int) -> Numbers:
    with np.load(path, allow_pickle=False) as file:
        x = np.asarray(file["X"], dtype=np.float64)
    x = x[:, x.std(0) > 0]
    return x[np.random.default_rng(seed).permutation(len(x))[:MOST_ROWS]]


def _measure(x: Numbers, seed: int, options: argparse.Namespace) -> dict[str, float]:
    hidden = np.random.default_rng(seed + 1).random(x.shape) < HIDDEN
    seen = np.where(hidden, np.nan, x)
    mean, scale = np.nanmean(seen, 0), np.nanstd(seen, 0)
    scale[scale == 0] = 1.0
    known = (seen - mean) / scale
    filled = {"mean": np.zeros_like(x)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an iterative imputer that has not converged
        filled["5-nn"] = KNNImputer().fit_transform(known)
        filled["iterative"] = IterativeImputer(random_state=seed, max_iter=20).fit_transform(known)
    frame = pd.DataFrame(seen, columns=[f"column {number}" for number in range(x.shape[1])])
    for name, likelihood in {"normal": "normal", "impute": None}.items():
        filled[name] = (_impute(frame, likelihood, seed, options) - mean) / scale
    return {name: float(np.sqrt(np.square((y - (x - mean) / scale)[hidden]).mean())) for name, y in filled.items()}


def _impute(frame: pd.DataFrame, likelihood: str | None, seed: int, options: argparse.Namespace) -> Numbers:
    """`autoencode train`, then `autoencode impute`."""
    of_cells = {} if likelihood is None else {"likelihood": likelihood}
    with tempfile.TemporaryDirectory() as place:
        frame.to_csv(Path(place) / "table.csv", index=False)
        run = tasks.train(
            Path(place) / "table.csv",
            options.recipe,
            out=Path(place) / "run",
            steps=options.steps,
            latent_dim=options.latent_dim,
            seed=seed,
            **of_cells,
        )
        tasks.impute(run, Path(place) / "table.csv", Path(place) / "full.csv")
        return pd.read_csv(Path(place) / "full.csv").to_numpy(dtype=np.float64)


if __name__ == "__main__":
    main()
