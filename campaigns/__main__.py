"""Runs a campaign: `python -m campaigns folders --count 2000 --seed 0`."""

import argparse
import json
import os
import sys
import tempfile
import time
from functools import partial
from pathlib import Path


def main() -> int:
    """Runs the command line; 0 if every case of every campaign is clean."""
    options = _parse()
    # One thread, PyTorch's own kernels, no terminal: the same for everybody, and a fork finds no other threads.
    os.environ |= {"OMP_NUM_THREADS": "1", "AUTOENCODE_KERNELS": "0", "NO_COLOR": "1", "MPLBACKEND": "agg"}
    from campaigns.preload import preload
    from campaigns.registry import CAMPAIGNS

    names = list(CAMPAIGNS) if options.name == "all" else [options.name]
    preload()  # before folders of the user are moved: Matplotlib keeps its list of fonts in one
    with tempfile.TemporaryDirectory(prefix=f"campaign-{options.name}-") as root:
        # What commands keep for later, such as classifiers and the key of this user, is kept here.
        os.environ |= {
            f"XDG_{kind}_HOME": str(Path(root) / kind.lower()) for kind in ("CACHE", "STATE", "DATA", "CONFIG")
        }
        clean = [_run(name, options, Path(root).resolve()) for name in names]
    return 0 if all(clean) else 1


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m campaigns", description="tries to break autoencode")
    parser.add_argument("name", choices=["folders", "arrays", "kills", "disk", "hostile", "all"])
    parser.add_argument("--count", type=int, help="cases; by default as many as the table in SECURITY.md")
    parser.add_argument("--seed", type=int, default=0, help="another seed makes other cases")
    parser.add_argument("--only", type=int, nargs="+", metavar="N", help="these cases alone")
    parser.add_argument("--start", type=int, default=0, metavar="N", help="the first case's number")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="cases at a time")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every case's result there")
    return parser.parse_args()


def _run(name: str, options: argparse.Namespace, root: Path) -> bool:
    from campaigns.base_runs import Workshop
    from campaigns.pool import results
    from campaigns.registry import CAMPAIGNS
    from campaigns.summary import summarise

    campaign = CAMPAIGNS[name]
    count = campaign.count if options.count is None else options.count
    numbers = options.only or range(options.start, options.start + count)
    began, found = time.monotonic(), []
    workshop = Workshop(root / name, root / "bases", options.seed)
    workshop.root.mkdir()
    campaign.prepare(workshop, numbers)
    for result in results(list(numbers), partial(campaign.run_case, workshop), options.jobs):
        found.append(result)
        for kind, place in sorted({(fault.kind, fault.place) for fault in result.faults}):
            print(f"{name} --seed {options.seed} --only {result.number}: {kind} {place}", flush=True)
    found.sort(key=lambda result: result.number)
    if options.json:
        options.json.write_text(json.dumps([_plain(result) for result in found], indent=1))
    print(summarise(name, options.seed, found, time.monotonic() - began))
    return not any(result.faults for result in found)


def _plain(result: object) -> object:
    from dataclasses import asdict, is_dataclass

    return asdict(result) if is_dataclass(result) and not isinstance(result, type) else result


if __name__ == "__main__":
    sys.exit(main())
