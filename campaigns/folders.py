"""Run folders with something wrong in them, given to every command that opens one."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from random import Random

from campaigns.base_runs import RECIPES, Workshop, make_bases
from campaigns.child import autoencode, run
from campaigns.fault import CaseResult, Fault
from campaigns.mutate.file_bytes import in_bytes, in_kind
from campaigns.mutate.json_text import mutate_json, mutate_lines
from campaigns.mutate.tensor_file import mutate_tensors
from campaigns.removal import remove_tree
from campaigns.tree import differences, snapshot

_RUN = "case/run"
COMMANDS: dict[str, tuple[tuple[str, ...], int]] = {
    "evaluate": (("evaluate", _RUN), 4),
    "report": (("report", _RUN), 4),
    "generate": (("generate", _RUN, "-n", "4"), 4),
    "generate ex-post": (("generate", _RUN, "-n", "2", "--prior", "ex-post"), 3),
    "generate normal": (("generate", _RUN, "-n", "2", "--prior", "normal"), 3),
    "reconstruct": (("reconstruct", _RUN), 3),
    "reconstruct file": (("reconstruct", _RUN, "pictures.npy", "-o", "back"), 2),
    "resume": (("train", "--resume", _RUN, "--epochs", "2", "--no-report"), 5),
    "resume data": (("train", "digits", "--resume", _RUN, "--steps", "3", "--no-report"), 2),
    "fit-prior": (("fit-prior", _RUN, "mixture", "--n-components", "1"), 2),
    "explore": (("explore", _RUN), 3),
    "map": (("map", _RUN), 3),
    "latent-space": (("latent-space", _RUN), 1),
    "edit list": (("edit", _RUN, "--list"), 2),
    "edit": (("edit", _RUN, "test:1", "-a", "3+1"), 2),
    "traverse": (("traverse", _RUN, "test:1"), 2),
    "morph": (("morph", _RUN, "test:1", "test:2", "--frames", "3"), 2),
    "blend": (("blend", _RUN, "test:1", "test:2"), 2),
    "generate class": (("generate", _RUN, "-n", "4", "--class", "3"), 2),
    "last": (("generate", _RUN, "-n", "2", "--last"), 1),
}
"""What is run on a damaged folder, and how often."""
_USED_BY = {
    "run.json": tuple(COMMANDS),
    "metrics.jsonl": ("report", "resume", "resume data"),
    "evaluation.json": ("report", "evaluate"),
    "split.safetensors": ("evaluate", "report", "resume", "reconstruct", "map"),
    "model.safetensors": tuple(COMMANDS),
    "last.safetensors": ("last", "resume"),
    "checkpoint/state.safetensors": ("resume", "resume data"),
    "prior.json": ("generate", "generate ex-post", "report", "generate normal", "fit-prior", "latent-space"),
    "prior.safetensors": ("generate", "generate ex-post", "report", "generate normal", "latent-space"),
    "priors/normal/prior.json": ("generate normal",),
    "priors/normal/prior.safetensors": ("generate normal",),
    "directions.safetensors": ("edit", "edit list"),
}
"""The files that are damaged, and the commands that read them."""
_OFTEN = {"run.json": 10, "metrics.jsonl": 3, "checkpoint/state.safetensors": 3, "model.safetensors": 3}


class Folders:
    """Mutated run folders."""

    count = 2_000

    def prepare(self, workshop: Workshop, numbers: Sequence[int]) -> None:
        """Trains the run folders that are damaged."""
        make_bases(workshop)

    def run_case(self, workshop: Workshop, number: int) -> CaseResult:
        """A copy of a run folder with one or two files damaged, and two or three commands on it."""
        random, home = Random(f"folders {workshop.seed} {number}"), workshop.root / f"case-{number}"
        recipe = random.choice(list(RECIPES))
        folder = home / "work" / _RUN
        shutil.copytree(workshop.bases / recipe, folder)
        shutil.copy(workshop.bases / "pictures.npy", home / "work")
        name, said = _damage(folder, random)
        commands = [COMMANDS[key][0] for key in _chosen(name, random)] + [("list", "runs", "--in", "case")]
        result = _run_all(commands, home, number, f"{recipe}, {name}: {said}")
        remove_tree(home)
        return result


def _damage(folder: Path, random: Random) -> tuple[str, str]:
    there = [name for name in _USED_BY if (folder / name).is_file()]
    name = random.choices(there, [_OFTEN.get(name, 1) for name in there])[0]
    file = folder / name
    if random.random() < 0.15:
        return name, in_kind(file, random)
    if name.endswith(".safetensors"):
        return name, mutate_tensors(file, random)
    if random.random() < 0.15:
        return name, in_bytes(file, random)
    mutate = mutate_lines if name.endswith(".jsonl") else mutate_json
    text, said = mutate(file.read_text(), random)
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    return name, said


def _chosen(name: str, random: Random) -> list[str]:
    usable = _USED_BY[name]
    weights = [COMMANDS[key][1] for key in usable]
    return list(dict.fromkeys(random.choices(usable, weights, k=2)))


def _run_all(commands: list[tuple[str, ...]], home: Path, number: int, about: str) -> CaseResult:
    work, faults, refused = home / "work", list[Fault](), 0
    own = [work / _RUN, work / "back"]
    for words in commands:
        before = snapshot(work, own)
        ended = run(autoencode(*words), words, cwd=work, log=home / "log")
        refused += ended.status in (1, 2)
        faults += ended.faults
        changed = differences(before, snapshot(work, own))
        faults += [Fault("outside", "a file outside the run folder", line, " ".join(words)) for line in changed]
    return CaseResult(number, about, len(commands), refused, tuple(faults))
