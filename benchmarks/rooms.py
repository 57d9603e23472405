"""Game rooms from text maps: how many drawn ones are walled, connected and new.

    python benchmarks/rooms.py ROOMS.txt                  zelda_rooms_16x11.txt of the Video Game Level Corpus

Rooms are taken once each, those with doors; `map-vae` learns from them but for a tenth each to validate and to test. Of
400 rooms from its prior, each cell the most probable symbol, it is counted how many are walled (the outer two rings of
cells are walls and doors, with a door at least), have all doors reachable from each other over floor, stairs and
monsters (D:FSM), and are not in the training part. "Different" counts a room that is drawn twice once. Beside it, doors
reachable over water and lava as well (D:FSMOP), as most are in the real rooms, and the same of the real rooms. The last
line is for `generate --connected D:FSM`, where what does not follow the rule is drawn again.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from autoencode.data.text.symbol_maps import Connected, SymbolMap, find_maps, map_lines
from autoencode.runs.run import Run
from autoencode.tasks import generate, train

DRAWN = 400
STRICT, WITH_ELEMENTS = Connected.parse("D:FSM"), Connected.parse("D:FSMOP")


def main() -> None:
    """Prints a line for each measurement."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rooms = [room for room in dict.fromkeys(find_maps(options.data.read_text())) if any("D" in line for line in room)]
    with TemporaryDirectory() as temporary:
        text = Path(temporary) / "rooms.txt"
        text.write_text("\n\n".join("\n".join(room) for room in rooms) + "\n")
        started = time.process_time()
        run = train(text, out=Path(temporary) / "run", seed=options.seed)
        minutes = (time.process_time() - started) / 60
        known = map_lines(run.data.train.inputs(), _symbols(run))
        print(f"{len(known)} rooms to learn from, {minutes:.1f} minutes")
        _report("real rooms", rooms, [])
        for name, rule in (("drawn", None), ("drawn, --connected D:FSM", "D:FSM")):
            x, _ = generate(run, DRAWN, Path(temporary) / name, prior="own", seed=options.seed, connected=rule)
            _report(name, map_lines(x, _symbols(run)), known)


def _symbols(run: Run) -> str:
    return str(run.data.options["symbols"])


def _report(name: str, rooms: Sequence[SymbolMap], known: Sequence[SymbolMap]) -> None:
    walled = np.array([_is_walled(room) for room in rooms])
    strict, elements = (np.array([rule.holds(room) for room in rooms]) for rule in (STRICT, WITH_ELEMENTS))
    new = np.array([room not in set(known) for room in rooms])
    good = walled & strict
    print(
        f"{name}: walled and connected {good.mean():.3f} (with elements {(walled & elements).mean():.3f}), "
        f"new {new.mean():.3f}, of the good ones {new[good].mean():.3f}; different {len(set(rooms)) / len(rooms):.3f}",
        flush=True,
    )


def _is_walled(room: SymbolMap) -> bool:
    cells = np.array([list(line) for line in room])
    ring = np.ones(cells.shape, bool)
    ring[2:-2, 2:-2] = False
    return bool(np.isin(cells[ring], ["W", "D"]).all() and (cells == "D").any())


if __name__ == "__main__":
    main()
