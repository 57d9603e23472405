"""Growth of time and memory with the number of examples, the size of pictures, the length of codes, and with steps.

    python benchmarks/growth.py                    all four, ten minutes; a chart in runs/growth/
    python benchmarks/growth.py --only examples    one of: examples, side, latent, steps

Each point is measured in a process of its own, which trains with `fit` in a run folder on synthetic bytes, and prints
the milliseconds of a step (the median after the first tenth) and the peak memory. The exponent is the slope in a
log-log plot over the larger half of the axis: 1 is linear growth, 0 is none. `steps` trains 10,000 steps of `dense-vae`
and prints the memory on the way: if it is larger at the end than after the first thousand, there is a leak.
"""

import argparse
import itertools
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PLACE = Path("runs/growth")
AXES: dict[str, tuple[str, str, list[int]]] = {
    "examples": ("training examples, 28 × 28", "dense-vae", [5_000, 20_000, 80_000, 320_000]),
    "side": ("side of a picture, 32 examples per step", "conv-vae", [32, 64, 128, 256]),
    "latent": ("dimensions of a code", "dense-vae", [2, 32, 512, 8192]),
}
STEPS, LEAK_EVERY = 10_000, 1_000


def main() -> None:
    """Measures, prints, draws."""
    parser = argparse.ArgumentParser(description="measures growth")
    parser.add_argument("--only", choices=[*AXES, "steps"])
    parser.add_argument("--point", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.point:
        print(json.dumps(measured(options.point[0], int(options.point[1]))))
        return
    PLACE.mkdir(parents=True, exist_ok=True)
    found = {axis: series(axis) for axis in [*AXES, "steps"] if options.only in (None, axis)}
    drawn(found)
    print(f"see {PLACE / 'growth.png'}")


def series(axis: str) -> list[dict[str, float]]:
    """The points of an axis, each printed when it is measured."""
    print(f"\n{'steps of dense-vae' if axis == 'steps' else ', '.join(AXES[axis][:2])}", flush=True)
    if axis == "steps":
        points = in_a_process("steps", STEPS)["points"]
        for point in points:
            print(
                f"{point['at']:>9,}  {point['megabytes']:8.1f} MB  {point['milliseconds']:8.3f} ms per step", flush=True
            )
        return points
    points = list[dict[str, float]]()
    for value in AXES[axis][2]:
        points.append(in_a_process(axis, value))
        print(
            f"{value:>9,}  {points[-1]['megabytes']:8.1f} MB  {points[-1]['milliseconds']:8.3f} ms per step", flush=True
        )
    exponents = (f"{key} {exponent(points, key):+.2f}" for key in ("megabytes", "milliseconds"))
    print("exponents over the larger half: " + ", ".join(exponents), flush=True)
    return points


def in_a_process(axis: str, value: int) -> dict:
    """One point, measured in a new process."""
    command = [sys.executable, __file__, "--point", axis, str(value)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1])


def measured(axis: str, value: int) -> dict:
    """Trains, and returns milliseconds and megabytes."""
    import torch

    from autoencode.data import load
    from autoencode.recipes import recipes
    from autoencode.runs.folder import RunFolder
    from autoencode.runtime.reporter import Event, Reporter
    from autoencode.settings import Settings
    from autoencode.training import StepFinished, fit

    class Clock(Reporter):
        """Records when each step ended, and the memory from time to time."""

        def __init__(self) -> None:
            self.at, self.points = list[float](), list[dict[str, float]]()

        def event(self, event: Event) -> None:
            if not isinstance(event, StepFinished):
                return
            self.at.append(time.perf_counter())
            if event.step % LEAK_EVERY == 0:
                recent = self.at[-LEAK_EVERY:]
                took = 1e3 * (recent[-1] - recent[0]) / (len(recent) - 1)
                self.points.append({"at": event.step, "megabytes": held_now(), "milliseconds": took})

    n = value if axis == "examples" else 256 if axis == "side" else 5_000
    shape = (1, value, value) if axis == "side" else (1, 28, 28)
    torch.manual_seed(0)
    pictures = torch.randint(0, 256, (n + 256, *shape), dtype=torch.uint8)
    data = load(pictures.numpy(), validation=128, test=128)
    recipe = "dense-vae" if axis == "steps" else AXES[axis][1]
    arguments = {"latent_dim": value} if axis == "latent" else {}
    steps = value if axis == "steps" else 10 if axis == "side" else 200
    settings = Settings(steps=steps, batch_size=32 if axis == "side" else 128, learning_rate=1e-4, optimizer="adam")
    model, objective = recipes[recipe](data.data_shape, **arguments)
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        fit(model, objective, data, settings, folder=RunFolder.create(Path(folder) / "run"), reporter=clock)
    later = clock.at[len(clock.at) // 10 :]
    gaps = sorted(b - a for a, b in itertools.pairwise(later))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "at": value,
        "milliseconds": 1e3 * gaps[len(gaps) // 2],
        "megabytes": peak,
        "points": clock.points,
    }


def held_now() -> float:
    """Resident memory in MB (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20


def exponent(points: list[dict[str, float]], key: str) -> float:
    """d log value / d log axis between the middle and the end."""
    a, b = points[len(points) // 2 - 1], points[-1]
    return math.log(b[key] / a[key]) / math.log(b["at"] / a["at"])


def drawn(found: dict[str, list[dict[str, float]]]) -> None:
    """A chart of the points: time above, memory below."""
    from autoencode.views.figures.chart import SOFT, STRONG, label, new_figure, title

    figure, panels = new_figure(2.7 * len(found) + 0.6, 5.2, 2 * len(found), len(found))
    for place, (axis, points) in enumerate(found.items()):
        for row, (key, unit, colour) in enumerate((("milliseconds", "ms per step", STRONG), ("megabytes", "MB", SOFT))):
            panel = panels[row * len(found) + place]
            panel.plot([p["at"] for p in points], [p[key] for p in points], "o-", color=colour)
            if axis != "steps":
                panel.set_xscale("log", base=2)
                panel.set_yscale("log", base=2)
                panel.set_xticks([p["at"] for p in points], [f"{p['at']:,}" for p in points])
                ticks = [p[key] for p in points]
                ends = [min(ticks), max(ticks)] if max(ticks) > 1.5 * min(ticks) else [max(ticks)]
                panel.set_yticks(ends, [f"{tick:,.0f}" if tick >= 100 else f"{tick:.2g}" for tick in ends])
                panel.set_ylim(min(ticks) / 2, 2 * max(ticks))
                panel.minorticks_off()
            else:
                panel.set_ylim(0, 1.2 * max(p[key] for p in points))
            title(panel, unit, "steps done" if axis == "steps" else AXES[axis][0])
            label(panel)
    figure.savefig(PLACE / "growth.png", dpi=110)


if __name__ == "__main__":
    main()
