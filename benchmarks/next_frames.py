"""The frames that come next, beside copying the last one and black: a simulated drive, and Moving MNIST.

    python benchmarks/next_frames.py drive  [--data data/driving/frames_96x48.zip]
    python benchmarks/next_frames.py digits [--data data/mnist]

drive     3,242 frames of 96 x 48 in colour, 14 a second, of a simulator; a model that is given 5 frames predicts 10.
          The last fifth of the windows by time is the test part, the tenth before it chooses the epoch, and no frame
          is in two parts. PSNR is that of each frame, averaged over windows.
digits    Moving MNIST: two digits of 28 x 28 move in a frame of 64 x 64 and rebound from its edges, 10 frames are given
          and 10 predicted. 10,000 clips are made of training digits and 1,000 of test digits, by their seeds. The
          error is the sum of squares over the 64 x 64 values of a frame.

The rule of the digits is that of Srivastava, Mansimov and Salakhutdinov, "Unsupervised learning of video
representations using LSTMs", ICML 2015: positions, directions and digits are drawn uniformly, a step is 0.1 of the way
that a digit can go, and digits are laid over each other by the larger value. On other clips of this rule Wang et al.,
"PredRNN", NeurIPS 2017, report 103.3 for ConvLSTM and 56.8 for PredRNN.

Minutes are of one thread, measured by the processor's time.
"""

import argparse
import gzip
import os
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from autoencode.evaluation import PredictionQuality, prediction_quality
from autoencode.runs.predictor import require_frames
from autoencode.runs.run import Run
from autoencode.tasks import train

DATA = Path(os.environ.get("AUTOENCODE_DATA", "data"))
SIDE, DIGIT, STEP, FRAMES = 64, 28, 0.1, 20
TRAIN_CLIPS, TEST_CLIPS = 10_000, 1_000


def main() -> None:
    """Trains on one of the two, and prints what test windows come to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("which", choices=["drive", "digits"])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--augment", default="mirror,affine", help="of the drive")
    parser.add_argument("--clips", type=int, default=TRAIN_CLIPS)
    parser.add_argument("--test-clips", type=int, default=TEST_CLIPS)
    parser.add_argument("--out", type=Path, help="keep the run here")
    options = parser.parse_args()
    with TemporaryDirectory() as temporary:
        out = options.out or Path(temporary) / "run"
        if options.which == "drive":
            source = options.data or DATA / "driving" / "frames_96x48.zip"
            how = {"past": 5, "future": 10, "test": 0.2, "augment": options.augment, "steps": options.steps or 1_500}
        else:
            source = write_digits(Path(temporary), options.data or DATA / "mnist", options.clips, options.test_clips)
            how = {"past": 10, "future": 10, "validation": 200, "steps": options.steps or 2_000}
        trained(source, out, options.seed, how)


def trained(source: Path, out: Path, seed: int, how: dict[str, Any]) -> None:
    """Trains, and prints the numbers of the test part."""
    started = time.process_time()
    run = train(source, "predict-vae", out=out, seed=seed, threads=1, compile="never", **how)
    minutes = (time.process_time() - started) / 60
    print(f"{how['steps']:,} steps, {minutes:.1f} processor minutes, seed {seed}: {run.path}", flush=True)
    report(measured(run))


def measured(run: Run) -> PredictionQuality:
    """The test part of a run."""
    return prediction_quality(run.model, run.data.test, require_frames(run))


def report(found: PredictionQuality) -> None:
    """Prints the numbers."""
    for ahead in sorted({1, 2, 5, len(found.psnr)}):
        own, copied = found.psnr[ahead - 1], found.copied_psnr[ahead - 1]
        print(f"{ahead:3} ahead: PSNR {own} dB, last frame copied {copied} dB ({own.value - copied.value:+.2f})")
    print(f"squared error a frame: {found.squared_error}; last frame {found.copied_error}; black {found.black_error}")
    print(f"kl {found.kl} nats; {found.active} of {len(found.kl_per_dimension)} numbers in use")
    print(
        f"on 200 windows, {found.draws} draws: mean code {found.drawn_error}, mean of draws {found.mean_error}, "
        f"nearest draw {found.best_error}; spread {found.spread:.4f}",
        flush=True,
    )


def write_digits(folder: Path, mnist: Path, n_train: int, n_test: int) -> Path:
    """Writes clips of training digits (seed 1) and of test digits (seed 2) to one file."""
    path = folder / "moving-digits.npz"
    own = moving_digits(_images(mnist / "train-images-idx3-ubyte.gz"), n_train, seed=1)
    test = moving_digits(_images(mnist / "t10k-images-idx3-ubyte.gz"), n_test, seed=2)
    np.savez(path, x_train=own, x_test=test)
    return path


def _images(file: Path) -> np.ndarray:
    return np.frombuffer(gzip.open(file).read(), np.uint8, offset=16).reshape(-1, DIGIT, DIGIT)


def moving_digits(digits: np.ndarray, n: int, seed: int, n_digits: int = 2) -> np.ndarray:
    """Clips, (n, 20, 64, 64), of digits that rebound from the edges."""
    random = np.random.default_rng(seed)
    clips = np.zeros((n, FRAMES, SIDE, SIDE), np.uint8)
    for clip in clips:
        for _ in range(n_digits):
            digit = digits[random.integers(len(digits))]
            place, angle = random.random(2), random.random() * 2 * np.pi
            speed = STEP * np.array([np.sin(angle), np.cos(angle)])
            for frame in clip:
                place = place + speed
                speed = np.where((place <= 0) | (place >= 1), -speed, speed)
                place = place.clip(0, 1)
                y, x = (place * (SIDE - DIGIT)).astype(int)
                shown = frame[y : y + DIGIT, x : x + DIGIT]
                np.maximum(shown, digit, out=shown)
    return clips


if __name__ == "__main__":
    main()
