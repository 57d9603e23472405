"""Whether generated examples help a classifier that has few labelled ones: Fashion-MNIST, 10 and 100 of each class.

    python benchmarks/augment.py

A `pca-vae` learns from the labelled pictures alone; `augment` adds 200 of each class; logistic regression on the pixels
and five nearest neighbours on them are fitted with and without, and measured on 2,000 test pictures.
"""

import argparse
from pathlib import Path

import torch
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler
from torch import Tensor

from autoencode import tasks
from autoencode.data import Dataset, load

PLACE = Path("runs/augment")
PER_CLASS, N_TEST = 200, 2_000


def labelled(data: Dataset, count: int) -> tuple[Tensor, Tensor]:
    """The first pictures of each class, in turn."""
    labels = data.train.labels
    assert labels is not None
    places = torch.cat([(labels == kind).nonzero()[:count, 0] for kind in range(10)])
    return data.train.inputs()[places], labels[places]


def in_folders(x: Tensor, y: Tensor, place: Path) -> Path:
    """A folder for each class, as a person has them."""
    for number, (picture, kind) in enumerate(zip(x, y.tolist(), strict=True)):
        (place / str(kind)).mkdir(parents=True, exist_ok=True)
        Image.fromarray((picture[0] * 255).round().byte().numpy()).save(place / str(kind) / f"{number:04}.png")
    return place


def in_more(run: tasks.Run, place: Path) -> Path:
    """The folder of generated pictures."""
    tasks.augment(run, PER_CLASS, place)
    return place


def accuracies(x: Tensor, y: Tensor, test: Tensor, truth: Tensor) -> tuple[float, float]:
    """Shares that logistic regression and nearest neighbours get right."""
    scaler = StandardScaler().fit(x.flatten(1).numpy())
    fitted, asked = (scaler.transform(each.flatten(1).numpy()) for each in (x, test))
    models = LogisticRegression(C=0.01, max_iter=500), KNeighborsClassifier(5)
    logistic, neighbours = (float(model.fit(fitted, y.numpy()).score(asked, truth.numpy())) for model in models)
    return logistic, neighbours


def main() -> None:
    """Prints a line for each number of labels."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--threads", type=int, help="threads, where not all")
    threads = {"threads": threads} if (threads := parser.parse_args().threads) else {}
    data = load("fashion-mnist")
    test, truth = data.test.inputs()[:N_TEST], data.test.labels[:N_TEST]
    for count in (10, 100):
        x, y = labelled(data, count)
        folder = in_folders(x, y, PLACE / f"{count}-labelled")
        run = tasks.train(folder, "pca-vae", out=PLACE / f"{count}-labels", test=1, **threads)
        more = load(in_more(run, PLACE / f"{count}-more"), colour="grey", validation=1, test=1).train
        both = torch.cat([x, more.inputs()]), torch.cat([y, more.labels])
        without, with_more = accuracies(x, y, test, truth), accuracies(*both, test, truth)
        print(
            f"{count:>4} labels a class   logistic regression {without[0]:.3f} -> {with_more[0]:.3f}   "
            f"nearest neighbours {without[1]:.3f} -> {with_more[1]:.3f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
