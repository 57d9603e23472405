"""Voices: spoken digits of a speaker who was not heard, from 32 numbers.

    python benchmarks/voice.py                        each of the five speakers held out in turn
    python benchmarks/voice.py --speaker theo         one of them

The data are `audio/fsdd_8k_int16.npz` in the folder that AUTOENCODE_DATA names, written as WAV files to runs/voice/.
The error is that of logarithms of power, in nats, root mean square over all values of 32x32 log-spectrograms. PCA is
fitted to the same training part. The digit is read by the library's small classifier, trained on the originals of the
other speakers and on copies of them that are moved by up to two places.
"""

import argparse
import os
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile
import torch
from torch import Tensor

from autoencode import tasks
from autoencode.cli.terminal_reporter import TerminalReporter
from autoencode.data import Batch, Dataset, Subset, load
from autoencode.data.augmentation import Augmentation
from autoencode.data.sound.spectrogram import NATS
from autoencode.evaluation import train_classifier
from autoencode.latent.encoding import reconstruct_examples
from autoencode.nn.principal_components import principal_components
from autoencode.runs.run import Run

FOLDER = Path("runs/voice")
SPEAKERS = ("george", "jackson", "lucas", "nicolas", "theo")
NUMBERS, DIGITS, RATE = 32, 10, 8000
_COPIES, _EPOCHS = 3, 6


def main() -> None:
    """Trains, measures, prints."""
    parser = argparse.ArgumentParser(description="measures a model of spoken digits")
    parser.add_argument("--speaker", choices=SPEAKERS, action="append")
    parser.add_argument("--augment", default="auto")
    parser.add_argument("--steps", type=int, default=None, help="in place of those of the recipe")
    options = parser.parse_args()
    print(f"{'speaker':10}{'RMSE':>7}{'PCA':>7}   digit read from originals, reconstructions, and those of PCA")
    rows = [measure(name, options.augment, options.steps) for name in options.speaker or SPEAKERS]
    print(shown("mean", np.mean(rows, axis=0)))


def measure(speaker: str, augment: str, steps: int | None) -> Sequence[float]:
    """The errors of a model and of PCA, in nats, and the shares of digits that are read."""
    data = digits(speaker)
    run = trained(speaker, data, augment, steps)
    x, known = data.test.inputs(), labels(data, "test")
    train = data.train.inputs()
    found = principal_components(train.flatten(1), NUMBERS)
    centred = x.flatten(1) - found.mean
    by_pca = (centred @ found.axes @ found.axes.T + found.mean).reshape(x.shape).clamp(0, 1)
    back = reconstruct_examples(run, x)
    reader = train_classifier(with_copies(train, labels(data, "train")), DIGITS, epochs=_EPOCHS)
    shares = [float((reader.probabilities(some).argmax(1) == known).double().mean()) for some in (x, back, by_pca)]
    row = [error(back, x), error(by_pca, x), *shares]
    print(shown(speaker, row), flush=True)
    return row


def shown(name: str, row: Sequence[float]) -> str:
    """A line of the table."""
    return f"{name:10}{row[0]:7.3f}{row[1]:7.3f}   {row[2]:.3f} {row[3]:.3f} {row[4]:.3f}"


def digits(speaker: str) -> Dataset:
    """The recordings of a speaker as the test part, and a tenth of all others to validate."""
    folder = FOLDER / f"without-{speaker}"
    if not folder.exists():
        source = np.load(Path(os.environ["AUTOENCODE_DATA"]) / "audio" / "fsdd_8k_int16.npz")
        for number, (begin, end) in enumerate(zip(source["offsets"], source["offsets"][1:], strict=False)):
            who, take = source["speaker"][number], source["take"][number]
            place = folder / ("test" if who == speaker else "train")
            place.mkdir(parents=True, exist_ok=True)
            name = f"{source['digit'][number]}_{who}_{take}.wav"
            soundfile.write(place / name, source["samples"][begin:end], RATE)
    return load(folder, size=(32, 32), seed=0)


def trained(speaker: str, data: Dataset, augment: str, steps: int | None) -> Run:
    """The run, trained where it is missing."""
    path = FOLDER / f"{speaker}-{augment.replace(':', '')}-{steps or 'all'}"
    if path.exists():
        return Run(path, data=data)
    began, chosen = time.process_time(), {} if steps is None else {"steps": steps}
    run = tasks.train(
        data,
        out=path,
        latent_dim=NUMBERS,
        augment=augment,
        threads=1,
        compile="never",
        reporter=TerminalReporter(),
        **chosen,
    )
    print(f"{run.folder.metrics()[-1].step} steps, {(time.process_time() - began) / 60:.1f} minutes", flush=True)
    return run


def labels(data: Dataset, part: str) -> Tensor:
    """The digits, by the names of the files."""
    return torch.tensor([int(Path(name).name[0]) for name in data.names(part)])


def with_copies(x: Tensor, known: Tensor) -> Subset:
    """Examples and moved copies of them, with their digits."""
    torch.manual_seed(0)
    copies = [Augmentation(shift=2)(Batch(x, x)).x for _ in range(_COPIES)]
    return Subset(torch.cat([x, *copies]), known.repeat(1 + _COPIES))


def error(back: Tensor, x: Tensor) -> float:
    """Of logarithms of power, in nats: twice those of amplitudes."""
    return 2 * NATS * (back - x).double().square().mean().sqrt().item()


if __name__ == "__main__":
    main()
