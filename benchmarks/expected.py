"""The numbers of the README: each tutorial's model, trained with its defaults and measured on the official test split.

    python benchmarks/expected.py                       all of them
    python benchmarks/expected.py fashion-vae conv-ae   some of them
    python benchmarks/expected.py pca                   the error of PCA with 8 components, for comparison with conv-ae

Prints one line for each, in the form of the README's table. The runs are kept in runs/expected/.
"""

import sys
from pathlib import Path

from autoencode import tasks
from autoencode.data import load
from autoencode.runs.run import Run
from autoencode.runtime.reporter import Event, Reporter
from autoencode.training import EpochFinished

JOBS = {
    "fashion-vae": ("fashion-mnist", {}),
    "deep-vae": ("fashion-mnist", {"beta": 0.39, "epochs": 5}),
    "dense-vae": ("mnist", {}),
    "conv-ae": ("fashion-mnist", {}),
    "conv-vae": ("fashion-mnist", {"likelihood": "discretized-logistic", "epochs": 5}),
}


class Log(Reporter):
    """Prints a line for every epoch to standard error."""

    def event(self, event: Event) -> None:
        """Prints the epoch."""
        if not isinstance(event, EpochFinished):
            return
        record = event.metrics
        terms = "  ".join(f"{name} {value:.3f}" for name, value in record.validation.items())
        print(f"  epoch {record.epoch:g}: {terms}  {record.examples_per_second:,.0f}/s", file=sys.stderr, flush=True)


def main() -> None:
    """Trains and measures the models named on the command line."""
    for name in sys.argv[1:] or [*JOBS, "pca"]:
        print(pca() if name == "pca" else line(name), flush=True)


def line(recipe: str, seed: int = 0) -> str:
    """Trains a recipe, unless its run is complete, and measures it on the test split."""
    data, options = JOBS[recipe]
    path = Path("runs/expected") / f"{recipe}-{seed}"
    command = "python benchmarks/expected.py " + recipe
    run = (
        Run(path)
        if path.exists()
        else tasks.train(data, recipe, out=path, reporter=Log(), command=command, seed=seed, **options)
    )
    measured = tasks.evaluate(run)
    tasks.report(run, measured)
    last = run.folder.metrics()[-1]
    bpd = f", {measured.elbo_bpd} bits per dimension" if measured.elbo_bpd else ""
    bounds = f"elbo {measured.elbo}{bpd}, log-likelihood {measured.log_likelihood}; " if measured.elbo else ""
    error = f"squared error per pixel {measured.squared_error}"
    return (
        f"{recipe} on {data}: nll per pixel {measured.nll_per_value}, {error}, "
        f"{bounds}{last.epoch:g} epochs, "
        f"{last.seconds / 60:.1f} minutes, {run.folder.plan.hardware}, seed {seed}"
    )


def pca(numbers: int = 8) -> str:
    """The squared error of PCA on the test split of Fashion-MNIST, fitted to the training split."""
    from sklearn.decomposition import PCA

    data = load("fashion-mnist")
    x, test = (part.inputs().flatten(1).numpy() for part in (data.train, data.test))
    fitted = PCA(numbers, svd_solver="randomized", random_state=0).fit(x)
    error = (fitted.inverse_transform(fitted.transform(test)) - test) ** 2
    return f"PCA with {numbers} components on fashion-mnist: squared error per pixel {error.mean():.5f}"


if __name__ == "__main__":
    main()
