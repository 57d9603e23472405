"""Memory and time of a training on shards that are larger than the memory it may take.

    python benchmarks/shards.py                        20 GB of noise and patterns, 200 steps of 64 pictures
    python benchmarks/shards.py --gigabytes 4 --steps 100 --draw docs/images/shards.png

The shards are made on the spot from a seed and removed afterwards. Each line is a process of its own that opens so many
of the shards and trains for the same number of steps: seconds to read the shards that are new and all from the index,
seconds a step, and the most memory that it ever had.
"""

import argparse
import hashlib
import io
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from autoencode.data import Batches, load
from autoencode.recipes import recipes
from autoencode.runtime.reporter import Event, Reporter
from autoencode.runtime.seeding import seeded_rng
from autoencode.training import fit
from autoencode.training.events import StepFinished

SIDE, RECIPE, BATCH = 64, "conv-vae", 64
STORED = 256
"""Pixels of a side as they are stored; noise takes a byte for each value, whatever packs it."""
HOW = {"size": SIDE, "validation": 256, "test": 64}
LIMIT = 2000
"""Megabytes."""


def make_shard(path: Path, seed: int, size: int) -> None:
    """A tar of about so many bytes: pictures of stripes in noise, with the direction of the stripes as their class."""
    rng, number, across = np.random.default_rng(seed), 0, np.arange(STORED)
    with tarfile.open(path, "w") as archive:
        while archive.offset < size:
            kind = int(rng.integers(2))
            stripes = 64 * np.sin(across * rng.uniform(0.05, 0.3))[:, None, None]
            stripes = stripes if kind else stripes.transpose(1, 0, 2)
            noise = rng.integers(64, 192, (STORED, STORED, 3))
            file = io.BytesIO()
            Image.fromarray((noise + stripes).clip(0, 255).astype(np.uint8)).save(file, "PPM")
            for name, content in ((f"{number:06d}.ppm", file.getvalue()), (f"{number:06d}.cls", str(kind).encode())):
                info = tarfile.TarInfo(name)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
            number += 1


class Clock(Reporter):
    """Notes when each step ended."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def event(self, event: Event) -> None:
        """Notes the time of a step."""
        if isinstance(event, StepFinished):
            self.times.append(time.perf_counter())


def measured(source: str, steps: int) -> dict[str, float | str]:
    """What a training in this process takes."""
    begin = time.perf_counter()
    data = load(source, **HOW)
    first, begin = time.perf_counter() - begin, time.perf_counter()
    data = load(source, **HOW)
    again, clock = time.perf_counter() - begin, Clock()
    settings = recipes[RECIPE].settings.replace(
        steps=steps, batch_size=BATCH, threads=1, compile="never", augment="none"
    )
    with seeded_rng(0):
        model, objective = recipes[RECIPE](data.data_shape)
    batches = Batches(data.train, BATCH, seed=0)
    begin = time.perf_counter()
    digest = hashlib.sha256(b"".join(batches.gather(step).x.numpy().tobytes() for step in (0, steps - 1))).hexdigest()
    gathered = (time.perf_counter() - begin) / 2
    fit(model, objective, data, settings, reporter=clock)
    gaps = [b - a for a, b in zip(clock.times, clock.times[1:], strict=False)]
    return {
        "examples": sum(data.split.sizes.values()),
        "first": first,
        "again": again,
        "batch": gathered,
        "step": statistics.median(gaps),
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "digest": digest[:12],
    }


def in_a_process(source: str, steps: int, cache: Path) -> dict[str, float | str]:
    """The same in a process of its own, whose memory holds nothing else."""
    command = [sys.executable, __file__, "--measure", source, "--steps", str(steps)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "XDG_CACHE_HOME": str(cache)}
    return json.loads(subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE).stdout)


def draw(path: Path, sizes: list[float], found: list[dict[str, float | str]]) -> None:
    """Memory against the size of the data."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.2, 3.2), layout="constrained")
    axes = figure.subplots()
    axes.plot(
        sizes, [float(one["megabytes"]) for one in found], "o-", color="black", label="peak memory of the training"
    )
    axes.plot(sizes, [1000 * size for size in sizes], "--", color="grey", label="the data")
    axes.set(xlabel="data, GB", ylabel="MB", ylim=(0, 2.2 * LIMIT), xlim=(0, None))
    axes.axhline(LIMIT, color="grey", linewidth=0.8)
    axes.annotate("2 GB", (0, LIMIT), textcoords="offset points", xytext=(4, 4), color="grey")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)


def main() -> None:
    """Prints a line for each size."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--gigabytes", type=float, default=20)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--shards", type=int, default=16)
    parser.add_argument(
        "--place", type=Path, help="where the shards are made; the folder for temporary files otherwise"
    )
    parser.add_argument("--draw", type=Path, help="a picture of the result")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        print(json.dumps(measured(asked.measure, asked.steps)))
        return
    size = int(asked.gigabytes * 1e9)
    with tempfile.TemporaryDirectory(dir=asked.place) as place:
        if shutil.disk_usage(place).free < 1.1 * size:
            parser.error(f"{asked.gigabytes:g} GB do not fit into {place}: give --gigabytes or --place")
        for number in range(asked.shards):
            make_shard(Path(place) / f"shard-{number:04d}.tar", number, size // asked.shards)
        print(f"{RECIPE} at {SIDE}x{SIDE}, {asked.steps} steps of {BATCH}, one thread, PyTorch {torch.__version__}")
        sizes, found = list[float](), list[dict[str, float | str]]()
        for count in sorted({max(1, asked.shards // 8), max(1, asked.shards // 2), asked.shards}):
            source = f"{place}/shard-{{0000..{count - 1:04d}}}.tar"
            one = in_a_process(source, asked.steps, Path(place) / "cache")
            sizes.append(sum(file.stat().st_size for file in sorted(Path(place).glob("*.tar"))[:count]) / 1e9)
            found.append(one)
            size_of, read, again, batch, step, peak = (
                sizes[-1],
                *(float(one[name]) for name in ("first", "again", "batch", "step", "megabytes")),
            )
            print(
                f"{size_of:6.2f} GB, {one['examples']:>7,} pictures: {peak:,.0f} MB at most; read in {read:.0f} s, "
                f"again in {again:.2f} s; a batch {1000 * batch:.0f} ms, a step {1000 * step:.0f} ms; "
                f"rows {one['digest']}",
                flush=True,
            )
        if asked.draw:
            draw(asked.draw, sizes, found)
        worst = max(float(one["megabytes"]) for one in found)
        print(f"{'less' if worst < LIMIT else 'MORE'} than {LIMIT:,} MB")


if __name__ == "__main__":
    main()
