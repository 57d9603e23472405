"""Run folders from somebody with intentions: no command changes, or reads, anything outside them."""

import json
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from PIL import Image

from campaigns.base_runs import Workshop, make_bases
from campaigns.child import Ended, autoencode, run
from campaigns.fault import CaseResult, Fault
from campaigns.removal import remove_tree
from campaigns.tree import differences, snapshot, watched

_RUN = "runs/theirs"
_FILES: dict[str, tuple[str, ...]] = {
    "run.json": ("list", "evaluate", "resume"),
    "metrics.jsonl": ("list", "report", "resume"),
    "evaluation.json": ("evaluate", "report"),
    "model.safetensors": ("evaluate", "generate", "resume"),
    "last.safetensors": ("resume",),
    "split.safetensors": ("evaluate", "resume", "reconstruct"),
    "checkpoint/state.safetensors": ("resume",),
    "prior.json": ("generate", "fit-prior", "report", "resume"),
    "prior.safetensors": ("generate", "fit-prior", "report"),
    "priors/normal/prior.json": ("generate normal",),
    "priors/normal/prior.safetensors": ("generate normal",),
    "directions.safetensors": ("edit",),
    "report.html": ("report",),
    "explorer.html": ("explore",),
    "map.html": ("map",),
    "map.png": ("map png",),
    "traversal.png": ("traverse",),
    "blends/sheet.png": ("blend",),
    "blends/blend.png": ("blend",),
    "morphs/test-1-test-2.gif": ("morph",),
    "edits/test-1/sheet.png": ("edit",),
    "figures/curves.png": ("report",),
    "figures/samples.png": ("report",),
    "samples/sheet.png": ("generate",),
    "samples/0001.png": ("generate", "generate normal"),
    "reconstructions/sheet.png": ("reconstruct",),
    "reconstructions/test-0001.png": ("reconstruct",),
    "run.lock": ("resume",),
    ".lock": ("resume",),
}
"""Files of a run folder, and the commands that read or write them."""
_FOLDERS: dict[str, tuple[str, ...]] = {
    "figures": ("report",),
    "samples": ("generate",),
    "reconstructions": ("reconstruct",),
    "checkpoint": ("resume",),
    "priors": ("generate normal", "generate flow"),
    "priors/normal": ("generate normal",),
    "edits": ("edit",),
    "morphs": ("morph",),
    "blends": ("blend",),
    "latent-space": ("latent-space",),
}
COMMANDS: dict[str, tuple[str, ...]] = {
    "evaluate": ("evaluate", _RUN),
    "report": ("report", _RUN),
    "generate": ("generate", _RUN, "-n", "2"),
    "generate normal": ("generate", _RUN, "-n", "2", "--prior", "normal"),
    "generate flow": ("generate", _RUN, "-n", "2", "--prior", "mixture"),
    "reconstruct": ("reconstruct", _RUN),
    "resume": ("train", "--resume", _RUN, "--epochs", "2", "--no-report"),
    "fit-prior": ("fit-prior", _RUN, "normal"),
    "explore": ("explore", _RUN),
    "map": ("map", _RUN),
    "map png": ("map", _RUN, "-o", f"{_RUN}/map.png"),
    "latent-space": ("latent-space", _RUN),
    "edit": ("edit", _RUN, "test:1", "-a", "3+1"),
    "traverse": ("traverse", _RUN, "test:1"),
    "morph": ("morph", _RUN, "test:1", "test:2", "--frames", "3"),
    "blend": ("blend", _RUN, "test:1", "test:2"),
    "list": ("list", "runs", "--in", "runs"),
}
_PLANTED = "planted:make"
_MARKS = (
    "[red]x",
    "[/x]",
    "[bold",
    "\x1b[31mred",
    "\x1b]0;title\x07",
    "a\nb",
    "\u202egnp",
    "\x9b2J",
    "[link=file:///x]y[/link]",
)
Trick = Callable[[Path, Path, Random], tuple[str, tuple[str, ...]]]
"""Sets the trap; says what it is, and which commands step into it."""


class Hostile:
    """Folders that try to get out."""

    count = 400

    def prepare(self, workshop: Workshop, numbers: Sequence[int]) -> None:
        """Trains the run folders that are turned into traps."""
        make_bases(workshop, ("dense-vae", "conv-ae"))

    def run_case(self, workshop: Workshop, number: int) -> CaseResult:
        """One trick, and some commands on the folder; or one command whose arguments are dangerous."""
        random, home = Random(f"hostile {workshop.seed} {number}"), workshop.root / f"case-{number}"
        work, outside = home / "work", home / "outside"
        folder = work / _RUN
        shutil.copytree(workshop.bases / random.choice(["dense-vae", "conv-ae"]), folder)
        _make_outside(outside, folder)
        (work / "planted.py").write_text(f"open({str(outside / 'pwned')!r}, 'w').close()\ndef make(*a, **k): pass\n")
        shutil.copy(work / "planted.py", folder)
        trick = random.choices(TRICKS, [8, 3, 6, 4, 2, 4])[0]
        said, keys = trick(folder, outside, random)
        commands = _commands_for(keys, random, outside)
        faults, refused = list[Fault](), 0
        stranger = random.random() < 0.5
        said += ", from another computer" if stranger else ", from this computer"
        for words in commands:
            ended, found = _run(words, work, outside, home, stranger)
            refused += ended.status in (1, 2)
            faults += found
        remove_tree(home)
        return CaseResult(number, said, len(commands), refused, tuple(faults))


def _make_outside(outside: Path, folder: Path) -> None:
    """A person's own things, among them such as a run folder would hold."""
    outside.mkdir()
    shutil.copytree(folder, outside / "another-run")
    shutil.copytree(folder / "figures", outside / "album", dirs_exist_ok=True) if (folder / "figures").is_dir() else (
        outside / "album"
    ).mkdir()
    for number in range(12):
        pixels = np.full((8, 8, 3), 20 * number, np.uint8)
        Image.fromarray(pixels).save(outside / "album" / f"{number:04d}.png")
    (outside / "notes.txt").write_text("mine\n")
    (outside / "page.html").write_text("<html>mine</html>\n")
    os.mkfifo(outside / "pipe")


def _link_file(folder: Path, outside: Path, random: Random) -> tuple[str, tuple[str, ...]]:
    """A file of the run is a link to one outside."""
    name = random.choice(list(_FILES))
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    theirs = outside / "another-run" / name
    targets = [theirs if theirs.is_file() else outside / "notes.txt"] * 3 + [
        outside / "notes.txt",
        outside / "new-file",
    ]
    return f"{name} is {_replace(file, random.choice(targets), random)}", _FILES[name]


def _link_folder(folder: Path, outside: Path, random: Random) -> tuple[str, tuple[str, ...]]:
    """A folder of the run is a link to one outside."""
    name = random.choice(list(_FOLDERS))
    place = folder / name
    if place.is_dir():
        shutil.rmtree(place)
    place.parent.mkdir(parents=True, exist_ok=True)
    theirs = outside / "another-run" / name
    target = theirs if theirs.is_dir() else outside / "album"
    return f"{name}/ is {_replace(place, target, random)}", _FOLDERS[name]


def _replace(place: Path, target: Path, random: Random) -> str:
    place.unlink(missing_ok=True)
    way = random.randrange(4)
    if way == 0:
        place.symlink_to(target)
        return f"a link to outside/{target.name}"
    if way == 1:
        place.symlink_to(os.path.relpath(target, place.parent))
        return f"a relative link to outside/{target.name}"
    if way == 2:
        (place.parent / "step").symlink_to(target)
        place.symlink_to("step")
        return f"a link to a link to outside/{target.name}"
    if target.is_file():
        os.link(target, place)
        return f"another name of outside/{target.name}"
    place.symlink_to(outside_root(target))
    return "a link to all that is outside"


def outside_root(target: Path) -> Path:
    """The folder `outside` that a path lies in."""
    return next(parent for parent in target.parents if parent.name == "outside")


def _named_path(folder: Path, outside: Path, random: Random) -> tuple[str, tuple[str, ...]]:
    """A path outside, where run.json may name one."""
    target = str(outside / random.choice(["album", "pipe", "notes.txt", "album/0001.png", "another-run", "page.html"]))
    facts = json.loads((folder / "run.json").read_text())
    ways: dict[str, Callable[[], Any]] = {
        "data.source": lambda: facts["data"].update(source=target),
        "data.options.target": lambda: facts["data"]["options"].update(target=target),
        "data.name": lambda: facts["data"].update(name=target),
        "features": lambda: facts.update(recipe="perceptual-vae", arguments={**facts["arguments"], "features": target}),
        "watermark": lambda: facts["arguments"].update(corruption=[f"watermark:{target}"]),
        "denoising": lambda: facts.update(recipe="restorer", arguments={"corruption": [f"watermark:{target}"]}),
        "recipe": lambda: facts.update(recipe=target),
        "device": lambda: facts["settings"].update(device=target),
        "values": lambda: facts["data"].update(values=target),
        "split": lambda: facts.update(split=target),
    }
    name = random.choice(list(ways))
    ways[name]()
    (folder / "run.json").write_text(json.dumps(facts))
    return f"{name} = {Path(target).name} outside", ("evaluate", "resume")


def _named_code(folder: Path, outside: Path, random: Random) -> tuple[str, tuple[str, ...]]:
    """Code that the folder names."""
    facts = json.loads((folder / "run.json").read_text())
    name = random.choice(
        [_PLANTED, "planted:", "planted", "os:system", f"{folder}/planted:make", "runs.theirs.planted:make"]
    )
    holder, key = random.choice(
        [
            (facts, "recipe"),
            (facts["arguments"], "likelihood"),
            (facts["settings"], "optimizer"),
            (facts["data"], "source"),
        ]
    )
    holder[key] = name
    (folder / "run.json").write_text(json.dumps(facts))
    if random.random() < 0.3 and (folder / "prior.json").is_file():
        prior = json.loads((folder / "prior.json").read_text())
        prior["kind"] = name
        (folder / "prior.json").write_text(json.dumps(prior))
    return f"{key} = {name}", ("evaluate", "resume", "generate")


def _named_markup(folder: Path, outside: Path, random: Random) -> tuple[str, tuple[str, ...]]:
    """Markup and control codes where a name stands."""
    mark = random.choice(_MARKS)
    facts = json.loads((folder / "run.json").read_text())
    ways: dict[str, Callable[[], Any]] = {
        "classes": lambda: facts["data"].update(classes=[mark + str(number) for number in range(10)]),
        "data.name": lambda: facts["data"].update(name=mark),
        "status": lambda: facts.update(status=mark),
        "created": lambda: facts.update(created=mark),
        "command": lambda: facts.update(command=mark),
        "autoencode": lambda: facts.update(autoencode=mark, format=99),
        "recipe": lambda: facts.update(recipe=mark),
        "source": lambda: facts["data"].update(source=mark),
        "notes": lambda: facts["data"].update(notes=[mark], skipped=[mark]),
        "likelihood": lambda: facts["arguments"].update(likelihood=mark),
        "git": lambda: facts.update(git=mark),
        "hardware": lambda: facts["plan"].update(hardware=mark),
    }
    name = random.choice(list(ways))
    ways[name]()
    (folder / "run.json").write_text(json.dumps(facts))
    return f"{name} = {mark!r}", ("report", "list")


def _arguments(folder: Path, outside: Path, random: Random) -> tuple[str, tuple[str, ...]]:
    """An honest folder; the arguments are what is dangerous."""
    return "arguments that name a person's files", ()


TRICKS: tuple[Trick, ...] = (_link_file, _link_folder, _named_path, _named_code, _named_markup, _arguments)


def _commands_for(keys: tuple[str, ...], random: Random, outside: Path) -> list[tuple[str, ...]]:
    if keys:
        return [COMMANDS[key] for key in dict.fromkeys([*keys, *random.sample(list(COMMANDS), 2)])]
    picture, page, notes = (str(outside / name) for name in ("album/0001.png", "page.html", "notes.txt"))
    weights = f"{_RUN}/model.safetensors"
    return random.sample(
        [
            ("morph", _RUN, picture, "test:2", "-o", picture),
            ("blend", _RUN, picture, "test:2", "-o", picture),
            ("traverse", _RUN, picture, "-o", picture),
            ("edit", _RUN, picture, "-a", "3+1", "-o", picture),
            ("blend", _RUN, "test:1", "test:2", "-o", picture),
            ("traverse", _RUN, "test:1", "-o", picture),
            ("map", _RUN, "-o", page),
            ("map", _RUN, "-o", picture),
            ("map", _RUN, "-o", weights),
            ("explore", _RUN, "-o", page),
            ("explore", _RUN, "-o", weights),
            ("explore", _RUN, "-o", notes),
            ("reconstruct", _RUN, str(outside / "album"), "-o", str(outside / "album")),
            ("generate", _RUN, "-n", "2", "-o", str(outside / "album")),
            ("morph", _RUN, "test:1", "test:2", "--frames", "3", "-o", str(outside / "album")),
            ("corrupt", str(outside / "album"), "--corruption", "blur:1", "-o", str(outside / "album")),
            ("train", "digits", "--steps", "1", "-o", str(outside / "album")),
        ],
        4,
    )


def _run(words: tuple[str, ...], work: Path, outside: Path, home: Path, stranger: bool) -> tuple[Ended, list[Fault]]:
    """What came of a command, and what it touched."""

    def become_a_stranger() -> None:
        if stranger:  # with a key of its own, nothing in the folder is signed by this user
            os.environ["XDG_STATE_HOME"] = str(home.parent / "other-state")

    said = " ".join(words).replace(str(home), "")
    given = any(str(outside) in word for word in words)
    before, weights = snapshot(home, [work / _RUN, home / "log"]), _digest(work)
    with watched([] if given else _all_in(outside)) as touched:
        ended = run(autoencode(*words), words, cwd=work, log=home / "log", before=become_a_stranger)
    changed = differences(before, snapshot(home, [work / _RUN, home / "log"]))
    faults = [Fault("outside", _place(words), line, said) for line in changed]
    if touched.names:
        faults.append(Fault("read", _place(words), ", ".join(touched.names[:3]).replace(str(home), ""), said))
    if given is False and "-o" in words and words[-1].endswith("model.safetensors") and _digest(work) != weights:
        faults.append(Fault("lost", _place(words), "the weights were replaced", said))
    return ended, [*ended.faults, *faults]


def _place(words: tuple[str, ...]) -> str:
    return f"autoencode {words[0]}{' -o' if '-o' in words else ''}"


def _digest(work: Path) -> bytes:
    file = work / _RUN / "model.safetensors"
    return file.read_bytes() if file.is_file() and not file.is_symlink() else b""


def _all_in(folder: Path) -> list[Path]:
    return [folder, *(path for path in folder.rglob("*") if path.is_dir())]
