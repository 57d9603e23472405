"""Counts how often a call goes back up while a model is trained, generates and restores.

    python scripts/walks.py            the three walks; exit status 1 where one goes up more than twice

Layers are those of pyproject.toml, which imports keep to: an upper layer calls a lower one. A call goes back up where
code of a lower layer directly calls code of an upper one, which can only be a function that was handed down. Calls that
another library makes between them are listed as well: a network called by `Module.__call__`, a hook of PyTorch.
"""

import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import autoencode
from autoencode import tasks
from autoencode.runtime.reporter import Reporter

_PACKAGE = Path(autoencode.__file__).parent
_PROJECT = Path(__file__).parents[1] / "pyproject.toml"
MOST = 2
"""Times that a walk may go back up."""


class Walk:
    """Follows the calls of a walk while it runs.

    Args:
        name: what it does.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.direct: set[str] = set()
        self.through_others: set[str] = set()
        self._levels = _levels()
        self._rooms: dict[CodeType, str | None] = {}

    @contextmanager
    def followed(self) -> Iterator[None]:
        """Calls made inside are followed."""
        sys.setprofile(self._on_call)
        try:
            yield
        finally:
            sys.setprofile(None)

    def _on_call(self, frame: FrameType, event: str, arg: Any) -> None:
        caller, between = frame.f_back, False
        if event != "call" or self._room(frame.f_code) is None:
            return
        while caller is not None and self._room(caller.f_code) is None:
            caller, between = caller.f_back, True
        if caller is None:
            return
        room, above = self._room(caller.f_code), self._room(frame.f_code)
        if room and above and self._levels[above] < self._levels[room]:
            found = self.through_others if between else self.direct
            found.add(f"{room}.{caller.f_code.co_name} calls {above}.{frame.f_code.co_qualname}")

    def _room(self, code: CodeType) -> str | None:
        """The layer in which code lies, such as "tasks"; None for code outside the package's layers."""
        if code not in self._rooms:
            path = Path(code.co_filename)
            inside = path.is_relative_to(_PACKAGE)
            room = path.relative_to(_PACKAGE).parts[0].removesuffix(".py") if inside else None
            self._rooms[code] = room if room in self._levels else None
        return self._rooms[code]

    def __str__(self) -> str:
        lines = [f"{self.name}: back up {len(self.direct)}"]
        lines += [f"  {each}" for each in sorted(self.direct)]
        lines += [f"  through another library: {each}" for each in sorted(self.through_others)]
        return "\n".join(lines)


def _levels() -> dict[str, int]:
    """The place of each layer, counted from the top."""
    contract = tomllib.loads(_PROJECT.read_text())["tool"]["importlinter"]["contracts"][0]
    return {
        name.strip().removeprefix("autoencode."): place
        for place, names in enumerate(contract["layers"])
        for name in names.split("|")
    }


def walks(folder: Path) -> list[Walk]:
    """Trains, generates and restores within seconds, and follows the calls.

    Args:
        folder: empty, for what is written.
    """
    train, generate, restore = found = [Walk(name) for name in ("train", "generate", "restore")]
    quiet = Reporter()
    with train.followed():
        run = tasks.train("digits", "conv-vae", steps=20, out=folder / "vae", reporter=quiet)
    with generate.followed():
        tasks.generate(run, 4, folder / "new", reporter=quiet)
    restorer = tasks.train("digits", "restorer", steps=5, out=folder / "restorer", reporter=quiet)
    with restore.followed():
        tasks.restore(restorer, [folder / "new" / "0001.png"], folder / "restored", reporter=quiet)
    return found


def main() -> int:
    """Prints the walks."""
    with tempfile.TemporaryDirectory() as folder:
        found = walks(Path(folder))
    print("\n".join(map(str, found)))
    return int(any(len(walk.direct) > MOST for walk in found))


if __name__ == "__main__":
    sys.exit(main())
