"""Music: chorales as chords in nats a step, and folk tunes that come back from their codes.

    python benchmarks/music.py                    trains what is missing, measures, prints
    python benchmarks/music.py --only chords      JSB chorales, quarter notes: deep-markov
    python benchmarks/music.py --only tunes       Nottingham, two bars of each tune: music-vae
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
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--listen", action="store_true")
    options = parser.parse_args()
    for name in options.only or ("chords", "tunes"):
        data = chorales() if name == "chords" else tunes()
        beta = options.beta if name == "tunes" else None
        run = trained(name, data, options.steps, options.seed, beta)
        if options.listen:
            listen(name, run)
        elif name == "chords":
            measure_chords(run)
        else:
            measure_tunes(run)


def chorales() -> Dataset:
    """229, 76 and 77 chorales."""
    return load(Path(os.environ["AUTOENCODE_DATA"]) / "jsb-chorales" / "jsb-chorales-quarter.json")


def tunes() -> Dataset:
    """Two bars at every bar of 1,034 tunes, no tune in two parts."""
    folder = FOLDER / "nottingham"
    if not folder.exists():
        source = Path(os.environ["AUTOENCODE_DATA"]) / "music" / "nottingham" / "nottingham_midi.zip"
        with zipfile.ZipFile(source) as archive:
            archive.extractall(folder, [name for name in archive.namelist() if "/" not in name])
    return load(folder, voices="tune", grid="16th", bars=2, seed=0)


def trained(name: str, data: Dataset, steps: int | None, seed: int, beta: float | None) -> Run:
    """The run, trained where it is missing."""
    path = FOLDER / f"{name}-{steps or 'all'}-{seed}{'' if beta is None else f'-{beta}'}"
    if path.exists():
        return Run(path, data=data)
    began = time.process_time()
    chosen = {name: value for name, value in (("steps", steps), ("beta", beta)) if value is not None}
    run = tasks.train(data, out=path, seed=seed, reporter=TerminalReporter(), **SETTINGS, **chosen)
    print(f"{run.folder.metrics()[-1].step} steps, {(time.process_time() - began) / 60:.1f} minutes", flush=True)
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
    x = run.data.test.inputs()
    choices = {"drawn": TokenChoice(), "likeliest": TokenChoice(temperature=0.0)}
    torch.manual_seed(0)
    back = {name: [] for name in choices}
    rates, nlls = list[Tensor](), list[Tensor]()
    for batch in x.split(500):
        q = run.model.encode(batch)
        z = q.sample()
        p = run.model.decode(z)
        nlls.append(-p.log_prob(batch))
        rates.append(torch.distributions.kl_divergence(q, run.model.prior_for()))
        for name, choice in choices.items():
            back[name].append(p.draw(choice))
    print(f"nll {torch.cat(nlls).mean():.2f}, KL {torch.cat(rates).mean():.2f} nats a tune of {len(x):,}")
    for name, parts in back.items():
        found = torch.cat(parts)
        begins = x >= 4
        notes = ((found == x) & begins).sum() / begins.sum()
        print(f"{name:10}  tokens {tokens_back(found, x).mean():.4f}, notes that begin {notes:.4f}")


def listen(name: str, run: Run) -> None:
    """Writes eight new pieces, and says what a hundred are like beside the training part."""
    tasks.generate(run, 8, FOLDER / f"{name}-new", reporter=TerminalReporter())
    new, _ = tasks.generate(run, 100, FOLDER / f"{name}-hundred", seed=1)
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
