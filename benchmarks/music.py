"""Music: chorales as chords in nats a step, and folk tunes that come back from their codes.

    python benchmarks/music.py                    trains what is missing, measures, prints
    python benchmarks/music.py --only chords      JSB chorales, quarter notes: deep-markov
    python benchmarks/music.py --only tunes       Nottingham, two bars of each tune: music-vae
    python benchmarks/music.py --only tunes --bars 16 --conductor 16 --steps 600 --batch-size 32
                                                  sixteen bars, planned by a conductor
    python benchmarks/music.py --listen           writes eight new pieces of each, and counts what they are like

The data are `jsb-chorales/jsb-chorales-quarter.json` with its own parts, and the MIDI files of
`music/nottingham/nottingham_midi.zip`, unpacked into runs/music/nottingham and divided by tune with seed 0, both in the
folder that AUTOENCODE_DATA names. Runs are kept in runs/music/. Minutes are of CPU time of one thread. The bound is of
one code for each piece, given how long it is.
"""

import argparse
import os
import time
import zipfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from autoencode import tasks
from autoencode.cli.terminal_reporter import TerminalReporter
from autoencode.data import Dataset, load
from autoencode.data.music.notes import FIRST_NOTE
from autoencode.distributions.token_sequences import TokenChoice, tokens_back
from autoencode.evaluation import evaluate
from autoencode.evaluation.key_chains import KeyChains
from autoencode.runs.run import Run

FOLDER = Path("runs/music")
SETTINGS = {"threads": 1, "compile": "never"}


def main() -> None:
    """Trains, measures, prints."""
    parser = argparse.ArgumentParser(description="measures models of music")
    parser.add_argument("--only", choices=["chords", "tunes"], action="append")
    parser.add_argument("--steps", type=int, default=None, help="in place of those of the recipe")
    parser.add_argument("--beta", type=float, default=None, help="of tunes, in place of that of the recipe")
    parser.add_argument("--bars", type=int, default=2, help="of an example of tunes")
    parser.add_argument("--conductor", type=int, default=0, help="of tunes: steps that it plans at a time")
    parser.add_argument("--batch-size", type=int, default=None, help="in place of that of the recipe")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--listen", action="store_true")
    options = parser.parse_args()
    for name in options.only or ("chords", "tunes"):
        data = chorales() if name == "chords" else tunes(options.bars)
        run = trained(name, data, options.seed, chosen_settings(name, options))
        if options.listen:
            listen(run)
        elif name == "chords":
            measure_chords(run)
        else:
            measure_tunes(run)


def chorales() -> Dataset:
    """229, 76 and 77 chorales."""
    return load(Path(os.environ["AUTOENCODE_DATA"]) / "jsb-chorales" / "jsb-chorales-quarter.json")


def tunes(bars: int) -> Dataset:
    """So many bars at every bar of 1,034 tunes, no tune in two parts."""
    folder = FOLDER / "nottingham"
    if not folder.exists():
        source = Path(os.environ["AUTOENCODE_DATA"]) / "music" / "nottingham" / "nottingham_midi.zip"
        with zipfile.ZipFile(source) as archive:
            archive.extractall(folder, [name for name in archive.namelist() if "/" not in name])
    return load(folder, voices="tune", grid="16th", bars=bars, seed=0)


def chosen_settings(name: str, options: argparse.Namespace) -> dict[str, float]:
    """What differs from the recipe."""
    both = {"steps": options.steps, "batch_size": options.batch_size}
    of_tunes = {"beta": options.beta, "conductor": options.conductor or None}
    chosen = both if name == "chords" else both | of_tunes
    return {key: value for key, value in chosen.items() if value is not None}


def trained(name: str, data: Dataset, seed: int, chosen: dict[str, float]) -> Run:
    """The run, trained where it is missing."""
    parts = [name, *map(str, data.data_shape), str(seed), *(f"{key}-{value}" for key, value in chosen.items())]
    path = FOLDER / "-".join(parts)
    if path.exists():
        return Run(path, data=data)
    began = time.process_time()
    run = tasks.train(data, out=path, seed=seed, reporter=TerminalReporter(), **SETTINGS, **chosen)
    weights = sum(weight.numel() for weight in run.model.parameters())
    minutes = (time.process_time() - began) / 60
    print(f"{run.folder.metrics()[-1].step} steps, {minutes:.1f} minutes, {weights:,} weights", flush=True)
    return run


def measure_chords(run: Run) -> None:
    """The bound and the KL a step, on each part, beside counting."""
    chains = KeyChains(run.data.train.inputs())
    for part in ("train", "validation", "test"):
        subset = run.data.subsets[part]
        found = evaluate(run.model, subset, split=part, importance_samples=0, batch_size=40)
        x = subset.inputs()
        counted = chains.nats(x).sum().item() / (x[:, :, 0] >= 0).sum().item()
        if found.elbo_per_step and found.kl_per_step:
            bound, rate = -found.elbo_per_step.value, found.kl_per_step.value
            print(f"{part:10}  {bound:.3f} nats a step, of which KL {rate:.3f}; keys by the step before {counted:.3f}")


@torch.no_grad()
def measure_tunes(run: Run) -> None:
    """Share of the tokens, and of the notes alone, that come back from codes, of all held-out examples."""
    for part in ("validation", "test"):
        x = run.data.subsets[part].inputs()
        choices = {"drawn": TokenChoice(), "likeliest": TokenChoice(temperature=0.0)}
        torch.manual_seed(0)
        back = {name: list[Tensor]() for name in choices}
        rates, nlls = list[Tensor](), list[Tensor]()
        for batch in x.split(500):
            q = run.model.encode(batch)
            p = run.model.decode(q.sample())
            nlls.append(-p.log_prob(batch))
            rates.append(torch.distributions.kl_divergence(q, run.model.prior_for()))
            for name, choice in choices.items():
                back[name].append(p.draw(choice))
        print(f"{part}: nll {torch.cat(nlls).mean():.2f}, KL {torch.cat(rates).mean():.2f} nats a tune of {len(x):,}")
        for name, found in back.items():
            print(f"    {name:13}  {describe_back(torch.cat(found), x)}", flush=True)
        print(f"    another tune   {describe_back(x.roll(len(x) // 2, 0), x)}", flush=True)


def describe_back(found: Tensor, x: Tensor) -> str:
    """The shares of tokens and of notes that stand in their places."""
    begins = x >= FIRST_NOTE
    notes = ((found == x) & begins).sum() / begins.sum()
    return f"tokens {tokens_back(found, x).mean():.4f}, notes that begin {notes:.4f}"


def listen(run: Run) -> None:
    """Writes eight new pieces, and says what a hundred are like beside the training part."""
    tasks.generate(run, 8, FOLDER / f"{run.path.name}-new", reporter=TerminalReporter())
    new, _ = tasks.generate(run, 100, FOLDER / f"{run.path.name}-hundred", seed=1)
    old = run.data.train.inputs(slice(0, 400))
    for title, x in (("new", new), ("training", old)):
        print(title, *describe([run.modality.notes(one) for one in x]), sep="\n    ")
    seen = {row.numpy().tobytes() for row in in_bars(run.data.train.inputs())}
    bars = in_bars(new)
    print(f"{sum(row.numpy().tobytes() in seen for row in bars) / len(bars):.1%} of {len(bars):,} new parts are old")


def in_bars(x: Tensor) -> Tensor:
    """Rows of tunes; of chords every four steps that are there."""
    if x.ndim == 2:
        return x.round().to(torch.int8)
    bars = x[:, : x.shape[1] // 4 * 4].unflatten(1, (-1, 4)).flatten(0, 1)
    return (bars[(bars[..., 0] >= 0).all(1)] > 0.5).to(torch.int8).flatten(1)


def describe(pieces: Sequence[tuple[np.ndarray, int]]) -> list[str]:
    """Notes a step, lengths, pitches, intervals, and the share of the commonest scale."""
    notes = np.concatenate([found for found, _ in pieces])
    steps = sum(n for _, n in pieces)
    intervals = Counter(int(abs(d)) for found, _ in pieces for d in np.diff(found[:, 2]))
    total = max(1, sum(intervals.values()))
    scales = [_in_scale(found[:, 2].astype(int)) for found, _ in pieces if len(found)]
    lengths = notes[:, 1] - notes[:, 0]
    return [
        f"{len(notes) / steps:.3f} notes begin a step; length {lengths.mean():.2f} steps",
        f"pitch {notes[:, 2].mean():.1f} ± {notes[:, 2].std():.1f}; {np.mean(scales):.3f} in the best major scale",
        "intervals " + ", ".join(f"{d}: {intervals[d] / total:.2f}" for d in range(8)),
    ]


def _in_scale(pitches: np.ndarray) -> float:
    """The share of notes in the major scale that holds most of them."""
    major = np.array([0, 2, 4, 5, 7, 9, 11])
    return max(float(np.isin((pitches - key) % 12, major).mean()) for key in range(12))


if __name__ == "__main__":
    main()
