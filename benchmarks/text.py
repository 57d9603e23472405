"""Sentences: a VAE of text beside models without a code, in nats a sentence on sentences held out.

    python benchmarks/text.py                     trains what is missing, measures, prints the table
    python benchmarks/text.py --only ngrams       n-grams alone: seconds
    python benchmarks/text.py --only pretrained   text-vae with an encoder that was trained without a KL before
    python benchmarks/text.py --tokens byte-pairs     byte pairs in place of words: nats a word are then per byte pair
    python benchmarks/text.py --read              sentences, morphs and reconstructions to read

The data are 28,885 English sentences of Tatoeba (CC BY 2.0 FR), `text/tatoeba_en.txt` in the folder that
AUTOENCODE_DATA names; 2,000 are the test part by seed. Words are in lower case, those that the training part has once
are unknown, and the end of a sentence counts as a word. Runs are kept in runs/text/. Minutes are of CPU time.
"""

import argparse
import json
import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from autoencode import tasks
from autoencode.cli.terminal_reporter import TerminalReporter
from autoencode.data import Batches, Dataset, load
from autoencode.distributions.token_sequences import token_counts
from autoencode.evaluation.ngrams import NGrams
from autoencode.likelihoods.tokens import TokenLikelihood
from autoencode.recipes import recipes
from autoencode.runs.run import Run
from autoencode.runtime.seeding import seeded_rng

FOLDER = Path("runs/text")
EM_STEPS = 30
EPOCHS_WITHOUT_KL = 5
MORPHS = (
    ("i am tired.", "where did you buy that book?"),
    ("he likes to play tennis.", "she doesn't know how to swim."),
    ("i have to go now.", "the weather is very nice today."),
)


def main() -> None:
    """Trains, measures, prints."""
    parser = argparse.ArgumentParser(description="measures models of sentences")
    parser.add_argument("--only", choices=["ngrams", "without", "vae", "pretrained"], action="append")
    parser.add_argument("--tokens", choices=["words", "byte-pairs"], default="words")
    parser.add_argument("--epochs", type=int, default=14)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--read", action="store_true", help="print sentences in place of the table")
    options = parser.parse_args()
    path = Path(os.environ["AUTOENCODE_DATA"]) / "text" / "tatoeba_en.txt"
    if options.read:
        name = "pretrained" if options.only == ["pretrained"] else "vae"
        read(Run(FOLDER / f"{name}-{options.epochs}-{options.seed}{_kind(options.tokens)}", data=path))
        return
    data = load(path, test=2000, seed=options.seed, tokens=options.tokens)
    for note in data.notes:
        print(note)
    measures = {"ngrams": ngrams, "without": without_code, "vae": with_code, "pretrained": with_pretrained_encoder}
    for name in options.only or ("ngrams", "without", "vae"):
        measures[name](data, options.epochs, options.seed)


def line(name: str, nats: float, data: Dataset, more: str = "") -> None:
    """One row of the table."""
    tokens = token_counts(data.test.inputs().long()).double().mean().item()
    print(f"{name:34} {nats:6.2f} nats a sentence  {nats / tokens:.3f} a word{more}", flush=True)


def ngrams(data: Dataset, epochs: int, seed: int) -> None:
    """N-grams, counted on the training part."""
    line("trigram, interpolated", interpolated_trigram(data), data)
    for order in (3, 5):
        found = NGrams(data.train.x, order, data.vocabulary.size).nats(data.test.x)
        line(f"{order}-gram, Kneser-Ney", sum(found) / len(found), data)


def interpolated_trigram(data: Dataset) -> float:
    """Nats a sentence of a mixture of trigrams, bigrams, words and the uniform distribution, with weights by EM."""
    counts = [Counter[tuple[int, ...]]() for _ in range(4)]
    for gram in grams(data.train.x):
        for n in range(4):
            counts[n][gram[3 - n :]] += 1
    before = [Counter[tuple[int, ...]]() for _ in range(4)]
    for n in range(1, 4):
        for gram, times in counts[n].items():
            before[n][gram[:-1]] += times

    def parts(x: Tensor) -> Tensor:
        rows = [
            [1 / data.vocabulary.size]
            + [counts[n][gram[3 - n :]] / max(1, before[n][gram[3 - n : -1]]) for n in range(1, 4)]
            for gram in grams(x)
        ]
        return torch.tensor(rows, dtype=torch.float64)

    weights, held_out = torch.full((4,), 0.25, dtype=torch.float64), parts(data.validation.x)
    for _ in range(EM_STEPS):
        share = held_out * weights
        weights = (share / share.sum(1, keepdim=True)).mean(0)
    return -(parts(data.test.x) @ weights).log().sum().item() / len(data.test)


def grams(x: Tensor) -> list[tuple[int, ...]]:
    """All trigrams of rows, their ends included; −1 stands before the first word."""
    found = list[tuple[int, ...]]()
    for row in x.tolist():
        padded = [-1, -1, *row[: row.index(0) + 1]]
        found += [tuple(padded[place : place + 3]) for place in range(len(padded) - 2)]
    return found


def without_code(data: Dataset, epochs: int, seed: int) -> None:
    """The decoder of text-vae without a code, trained as long; the epoch that is best on the validation part."""
    path = FOLDER / f"without-{epochs}-{seed}{_kind(data.options['tokens'])}.json"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(train_without(data, epochs, seed)))
    found = json.loads(path.read_text())
    line("the same decoder without a code", found["nats"], data, f"  {found['minutes']:.1f} minutes")


def train_without(data: Dataset, epochs: int, seed: int) -> dict[str, float]:
    """Trains it; nats on the test part and minutes of CPU time."""
    began, recipe = time.process_time(), recipes["text-vae"]
    own = recipe.arguments()
    likelihood = with_seed(
        seed,
        lambda: TokenLikelihood(
            data.data_shape,
            data.vocabulary.size,
            features=1,
            embedding=own["embedding"],
            hidden=own["hidden"],
            dropout=own["dropout"],
        ),
    )
    batches = Batches(data.train, recipe.settings.batch_size, seed=seed)
    steps, best = epochs * batches.steps_per_epoch, (float("inf"), float("inf"))
    optimizer = torch.optim.Adam(likelihood.parameters(), recipe.settings.learning_rate)
    torch.manual_seed(seed)
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = recipe.settings.learning_rate * (1 - step / steps)
        x = batches(step).x
        optimizer.zero_grad()
        (-likelihood(torch.zeros(len(x), 1)).log_prob(x).mean()).backward()
        torch.nn.utils.clip_grad_norm_(likelihood.parameters(), recipe.settings.grad_clip)
        optimizer.step()
        if (step + 1) % batches.steps_per_epoch == 0:
            likelihood.eval()
            now = tuple(nats_without(likelihood, part.inputs()) for part in (data.validation, data.test))
            likelihood.train()
            best = min(best, now)
            print(f"  epoch {(step + 1) // batches.steps_per_epoch}: validation {now[0]:.2f} nats", flush=True)
    return {"nats": best[1], "minutes": (time.process_time() - began) / 60}


def with_seed(seed: int, make: Any) -> Any:
    """What a function makes with a seed of its own."""
    with seeded_rng(seed):
        return make()


@torch.no_grad()
def nats_without(likelihood: TokenLikelihood, x: Tensor) -> float:
    """Nats a sentence."""
    return -likelihood(torch.zeros(len(x), 1)).log_prob(x).mean().item()


def with_code(data: Dataset, epochs: int, seed: int) -> None:
    """text-vae with its own settings."""
    measure(trained(f"vae-{epochs}-{seed}", data, epochs=epochs, seed=seed), data, seed)


def with_pretrained_encoder(data: Dataset, epochs: int, seed: int) -> None:
    """The same, with an encoder that was trained for five epochs before, with sampled codes and without a KL."""
    free = {"beta": 0.0, "free_bits": 0.0, "warmup_steps": 0}
    first = trained(f"autoencoder-{EPOCHS_WITHOUT_KL}-{seed}", data, epochs=EPOCHS_WITHOUT_KL, seed=seed, **free)
    run = trained(f"pretrained-{epochs}-{seed}", data, epochs=epochs, seed=seed, encoder_from=first.path)
    measure(run, data, seed)


def measure(run: Run, data: Dataset, seed: int) -> None:
    """The rows of a run in the table."""
    best = min(epoch.validation["loss"] for epoch in run.folder.metrics())
    print(f"validation loss of the best epoch {best:.2f}, KL below the free bits counted as those")
    found = tasks.evaluate(run, importance_examples=len(data.test), reporter=TerminalReporter())
    minutes = run.folder.metrics()[-1].seconds / 60
    code = f"  kl {found.kl.value:.2f}, mutual information {mutual_information(run, data):.2f}"
    line("text-vae, bound", -found.elbo.value, data, f"{code}, {found.active_units} active units")
    more = (
        f"  {found.tokens_back.value:.1%} of words back, {found.wholly_back.value:.1%} of sentences; {minutes:.1f} min"
    )
    line("text-vae, importance-weighted", -found.log_likelihood.value, data, more)
    new = run.lines(torch.cat([tasks.generate(run, 400, seed=seed)[0] for seed in range(3)]))
    seen = set(data.vocabulary.decode(data.train.x))
    print(f"{sum(one in seen for one in new) / len(new):.1%} of {len(new):,} new sentences stand in the training part")


@torch.no_grad()
def mutual_information(run: Run, data: Dataset) -> float:
    """Nats that a code has about its sentence: the mean of log q(z|x) − log q(z), with q(z) over the test part.

    It is at most the logarithm of their number.
    """
    q = run.model.encode(data.test.inputs())
    z = with_seed(0, q.sample)
    of_all = torch.stack([q.log_prob(one) for one in z])  # in row i: code i under the posterior of each sentence
    return (of_all.diagonal() - of_all.logsumexp(1) + torch.tensor(float(len(z))).log()).mean().item()


def trained(name: str, data: Dataset, **options: Any) -> Run:
    """The run of a name, trained if it is missing, and resumed where it was interrupted."""
    path = FOLDER / f"{name}{_kind(data.options['tokens'])}"
    if not path.exists():
        return tasks.train(data, "text-vae", out=path, reporter=TerminalReporter(), **options)
    if Run(path).folder.record.status != "complete":
        return tasks.resume(path, data, reporter=TerminalReporter())
    return Run(path, data=data)


def _kind(tokens: str) -> str:
    return "" if tokens == "words" else f"-{tokens}"


def read(run: Run) -> None:
    """Prints what a person should read."""
    for title, options in (("new sentences", {}), ("at temperature 0.5", {"temperature": 0.5})):
        print(f"\n{title}")
        print(*run.lines(tasks.generate(run, 25, **options)[0]), sep="\n")
    for a, b in MORPHS:
        print(f"\nfrom {a!r} to {b!r}")
        print(*run.lines(tasks.morph(run, a, b, frames=7).examples), sep="\n")
    x = run.data.test.inputs(slice(0, 15))
    back = torch.as_tensor(run.reconstruct(x))
    print("\nreconstructions")
    for before, after in zip(run.lines(x), run.lines(back), strict=True):
        print(f"{before}\n    {after}")


if __name__ == "__main__":
    main()
