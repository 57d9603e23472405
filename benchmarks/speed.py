"""Images per second in training: this library and its peers, on the CPU or a GPU.

    python benchmarks/speed.py                                   all: about two hours on 2 cores
    python benchmarks/speed.py --jobs A --contenders ours,pytorch
    python benchmarks/speed.py --device cuda                     ours and PyTorch: the others' environments have no GPU
    python benchmarks/speed.py --check                           small, for correctness: ours and PyTorch, 20 steps

Jobs: A `dense-vae` on MNIST, B `fashion-vae`, C `fashion-denoise`; contenders: ours, pytorch, keras-tf, keras-jax, jax,
lightning, pythae. Each setting of a contender is a process, in an environment that is made with pip under
runs/speed/environments the first time. It trains on some hundred batches, reports its loss, and is stopped; then all
get time slices in turn, one at a time, in several rounds. Printed are medians, the ratio of ours to each, and the share
of the machine's peak; all results are also in runs/speed/results.json. The exit status is 1 if a contender does not do
the same work: another number of parameters, or another loss. Ctrl-C prints what is measured so far.

It does not run where processes cannot be stopped by a signal (Windows). docs/performance.md describes the method.
"""

import argparse
import json
import signal
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from speed.contenders import CONTENDERS, NAMES, Contender
from speed.data import rectangles, written
from speed.environments import python_of
from speed.jobs import JOBS
from speed.process import bind, environment_for
from speed.rounds import Plan, Row, race
from speed.tables import ratios, table, wrong

from autoencode.runtime.hardware import describe_device


def main() -> None:
    """Prepares, measures, prints."""
    options = parsed()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options.threads = bind(options.threads)
    contenders = chosen(options)
    result: dict[str, Any] = {
        "machine": describe_device(options.device),
        "threads": options.threads,
        "python": sys.version.split()[0],
        "began": time.strftime("%Y-%m-%d %H:%M:%S %z"),
        "peak_gflops": peak(256 if options.check else 2048, options.threads, options.device),
        "jobs": {},
    }
    peaks = ", ".join(f"{speed:,} GFLOP/s in {precision}" for precision, speed in result["peak_gflops"].items())
    print(f"{result['machine']}; {options.threads} threads for each; peak {peaks}", flush=True)
    problems = list[str]()
    try:
        pythons = {name: prepared(name, options.out) for name in dict.fromkeys(c.environment for c in contenders)}
        for letter in options.jobs:
            problems += compared(letter, contenders, pythons, options, result)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
    sys.exit("\n".join(problems) or None)


def parsed() -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(description="images per second in training")
    parser.add_argument("--jobs", type=lambda text: named(text, JOBS), help="A,B,C")
    parser.add_argument("--contenders", type=lambda text: named(text, NAMES), default=list(NAMES), help=",".join(NAMES))
    parser.add_argument("--rounds", type=int, default=5, help="slices of each contender")
    parser.add_argument("--seconds", type=float, default=5.0, help="of a slice")
    parser.add_argument("--steps", type=int, help="whose losses are compared; by default the job's")
    parser.add_argument(
        "--limit", type=float, default=240.0, help="seconds that a contender may take to its first step"
    )
    parser.add_argument("--threads", type=int, help="cores for each contender; by default all")
    parser.add_argument("--device", default="cpu", help="cpu, or cuda, where ours uses CUDA graphs")
    parser.add_argument("--out", type=Path, default=Path("runs/speed"))
    parser.add_argument("--check", action="store_true", help="20 steps of ours and PyTorch, on rectangles")
    options = parser.parse_args()
    if options.check:
        options.rounds, options.seconds, options.steps = 1, 0.2, 20
    options.jobs = options.jobs or (["A"] if options.check else list(JOBS))
    return options


def named(text: str, names: Any) -> list[str]:
    """The names in a list with commas."""
    requested = text.split(",")
    if unknown := [name for name in requested if name not in names]:
        raise argparse.ArgumentTypeError(f"there is no {unknown[0]}; there are {', '.join(names)}")
    return requested


def chosen(options: argparse.Namespace) -> list[Contender]:
    """The rows."""
    among = [contender for contender in CONTENDERS if contender.name in options.contenders]
    if options.device != "cpu":
        among = [c.on(options.device) for c in among if c.environment == "own"]
    if not options.check:
        return among
    return [c for c in among if c.environment == "own" and c.precision == "float32"][:2]


def peak(side: int, threads: int, device: str) -> dict[str, int]:
    """GFLOP/s of matrix products, by precision."""
    command = [sys.executable, "-m", "speed.peak", str(side), device]
    environ = environment_for(own=True, threads=threads, more={})
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environ)
    return {precision: max(1, round(speed)) for precision, speed in json.loads(done.stdout).items()}


def prepared(name: str, out: Path) -> Path | str:
    """The Python of an environment, or the reason why there is none."""
    try:
        return python_of(name, out / "environments")
    except (OSError, RuntimeError, subprocess.CalledProcessError) as error:
        return str(error)


def compared(
    letter: str,
    contenders: list[Contender],
    pythons: dict[str, Path | str],
    options: argparse.Namespace,
    result: dict[str, Any],
) -> list[str]:
    """Runs a job, prints its table, and returns what is wrong; an interrupted one prints what it has."""
    changes = {}
    if options.check:  # after 20 steps the initial weights still have an effect
        changes = {"source": rectangles(options.out / "data"), "together": 1, "tolerance": 0.1}
    job = replace(JOBS[letter], **changes)
    rows = [Row(contender) for contender in contenders]
    plan = Plan(
        letter=letter,
        changes=changes,
        data=written(job.source, options.out / "data"),
        folder=options.out.absolute(),
        pythons=pythons,
        threads=options.threads,
        steps=options.steps or job.steps,
        rounds=options.rounds,
        seconds=options.seconds,
        limit=options.limit,
    )
    try:
        race(plan, rows)
    finally:
        problems = wrong(letter, job, rows)
        print("", *table(letter, job, rows, result["peak_gflops"]), "", sep="\n")
        print(*(f"- {name}: {text}" for name, text in ratios(rows).items()), sep="\n", flush=True)
        found = [{**asdict(row), "images_per_second": row.speed} for row in rows]
        result["jobs"][letter] = {"rows": found, "ours": ratios(rows), "wrong": problems}
        (options.out / "results.json").write_text(json.dumps(result, indent=1))
    return problems


if __name__ == "__main__":
    main()
