"""Floor plans drawn for outlines of buildings: how many keep to the outline, with all rooms reachable.

    python benchmarks/plans.py                        the default training of floor-plan-vae, and 1,000 plans
    python benchmarks/plans.py --epochs 6 --draws 3   shorter, and three plans for each outline

The outlines are those of the 1,000 test plans, which no training saw. A wall is a point more probable than not. A plan

    keeps to its outline    all points of the outline's edge but 1 in 50 are walls, and no wall is outside of it
    is reachable            there is a way from each free point inside to each other one, through the doors
    has rooms               as many as there are once gaps in walls of up to three points, which doors are, are closed

The same is counted of the test plans themselves. "Again" draws anew, up to 20 times, what does not do the first two,
as `generate --connected rooms` does.
"""

import argparse
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from scipy import ndimage

from autoencode.data.plans import is_reachable, keeps_to
from autoencode.data.published.sets.floor_plans import numbered_rooms
from autoencode.runs.run import Run
from autoencode.tasks import train

SMALLEST_ROOM = 4
TRIES = 20


def main() -> None:
    """Prints a line for the test plans and one for each way of drawing."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--epochs", type=int, help="in place of the recipe's")
    parser.add_argument("--draws", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--run", type=Path, help="a trained run, in place of a training")
    options = parser.parse_args()
    with TemporaryDirectory() as temporary:
        run = Run(options.run) if options.run else _trained(options, Path(temporary) / "run")
        plans, outlines = run.data.test.inputs().bool().numpy()[:, 0], _outlines(run)
        _report("test plans", plans, outlines)
        torch.manual_seed(options.seed)
        outlines = np.repeat(outlines, options.draws, 0)
        drawn = _draw(run, outlines)
        _report("drawn", drawn, outlines)
        for _ in range(TRIES):
            wrong = ~(_keeps(drawn, outlines) & _reachable(drawn, outlines))
            if not wrong.any():
                break
            drawn[wrong] = _draw(run, outlines[wrong])
        _report("drawn, again where wrong", drawn, outlines)


def _trained(options: argparse.Namespace, folder: Path) -> Run:
    started = time.process_time()
    more = {} if options.epochs is None else {"epochs": options.epochs}
    run = train("floor-plans", "floor-plan-vae", out=folder, seed=options.seed, threads=1, compile="never", **more)
    minutes = (time.process_time() - started) / 60
    print(f"{len(run.data.train):,} plans to learn from, {minutes:.1f} processor minutes", flush=True)
    return run


def _outlines(run: Run) -> np.ndarray:
    context = run.data.test.conditioning()
    if context is None:
        raise SystemExit("no outlines")
    return context.numpy()[:, 0] > 0.5


@torch.no_grad()
def _draw(run: Run, outlines: np.ndarray) -> np.ndarray:
    contexts = torch.from_numpy(outlines[:, None]).float()
    return torch.cat([run.model.sample(1, part)[0, :, 0] > 0.5 for part in contexts.split(250)]).numpy()


def _keeps(plans: np.ndarray, outlines: np.ndarray) -> np.ndarray:
    return np.array([keeps_to(*pair) for pair in zip(plans, outlines, strict=True)])


def _reachable(plans: np.ndarray, outlines: np.ndarray) -> np.ndarray:
    return np.array([is_reachable(*pair) for pair in zip(plans, outlines, strict=True)])


def _closed_rooms(plan: np.ndarray, outline: np.ndarray) -> int:
    closed = plan.copy()
    for line in (np.ones((1, 5)), np.ones((5, 1))):
        closed |= ndimage.binary_closing(np.pad(plan, 4), line)[4:-4, 4:-4]
    numbers = numbered_rooms(closed.astype(np.uint8), outline.astype(np.uint8))
    return int((np.bincount(numbers.ravel())[1:] >= SMALLEST_ROOM).sum())


def _report(name: str, plans: np.ndarray, outlines: np.ndarray) -> None:
    keeps, reachable = _keeps(plans, outlines), _reachable(plans, outlines)
    rooms = np.array([_closed_rooms(*pair) for pair in zip(plans, outlines, strict=True)])
    print(
        f"{name}, {len(plans):,}: keep to the outline {keeps.mean():.3f}, every room reachable {reachable.mean():.3f}, "
        f"both {(keeps & reachable).mean():.3f}; {rooms.mean():.2f} rooms a plan, of one room "
        f"{(rooms <= 1).mean():.3f}; different {len({plan.tobytes() for plan in plans}) / len(plans):.3f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
