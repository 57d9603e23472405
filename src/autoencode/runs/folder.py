"""A trained model is a folder; this is the only file that knows what lies where in it."""

import json
import platform
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from autoencode._version import __version__
from autoencode.data import Split
from autoencode.errors import RunError
from autoencode.model import Autoencoder
from autoencode.objectives import Objective
from autoencode.recipes import find_recipe, is_user_recipe
from autoencode.runs.tensor_file import load_into, load_tensors, save_tensors
from autoencode.settings import Settings
from autoencode.storage import atomic_write

FORMAT = 1
_SPLIT = "split.safetensors"


class RunFolder:
    """What a training leaves on disk.

        run.json             recipe and arguments, data, settings, versions, seed, status
        split.safetensors    which examples were held out
        model.safetensors    the weights that were best on the validation part
        last.safetensors     the weights after the last epoch
        metrics.jsonl        one line an epoch
        checkpoint/          all that an exact resume needs
        figures/ report.html what a person looks at

    Args:
        path: the folder.
        trust: the name of a recipe outside this package that may be imported to build the model, if the folder names
            it: importing runs code, so that only a person may say so.

    Raises:
        RunError: it is no run folder, or one of another format.
    """

    def __init__(self, path: str | Path, *, trust: str | None = None) -> None:
        self.path, self.trust = Path(path), trust
        self.metadata = self._read_metadata()

    @classmethod
    def create(cls, path: str | Path, metadata: dict[str, Any], split: Split | None = None) -> "RunFolder":
        """Makes a new folder and writes its run.json.

        Args:
            path: a folder that is not there yet, or is empty.
            metadata: `recipe`, `arguments`, `data`, `settings`, and whatever else should be known of the run.
            split: which examples are held out.

        Raises:
            RunError: there is something at `path` already.
        """
        path = Path(path)
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise RunError(f"{path} is there already: choose another --out, or go on with --resume {path}")
        made = {
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "versions": versions(),
            "git": git_revision(),
        }
        if split is not None:  # before run.json, so that whoever finds a run finds its split
            split.save(path / _SPLIT)
        everything = {"format": FORMAT, "autoencode": __version__, "status": "running", **made, **metadata}
        atomic_write(path / "run.json", json.dumps(everything, indent=2) + "\n")
        return cls(path)

    def discard(self) -> None:
        """Takes away what `create` wrote, where nothing has been trained: a refused training leaves no run behind."""
        if self.checkpoint_file.is_file() or self.metrics_file.is_file():
            return
        for file in (self.path / "run.json", self.split_file):
            file.unlink(missing_ok=True)
        with suppress(OSError):  # a person's own file may lie in it meanwhile
            self.path.rmdir()

    def update(self, **metadata: Any) -> None:
        """Changes metadata of run.json."""
        self.metadata = {**self.metadata, **metadata}
        atomic_write(self.path / "run.json", json.dumps(self.metadata, indent=2) + "\n")

    def _read_metadata(self) -> dict[str, Any]:
        file = self.path / "run.json"
        if not self.path.is_dir():
            raise RunError(f"there is no folder {self.path}: see `autoencode list runs`")
        if not file.is_file():
            raise RunError(f"{self.path} is no run folder (it has no run.json): see `autoencode list runs`")
        try:
            metadata = json.loads(file.read_text())
        except (ValueError, OSError) as error:
            raise RunError(f"{file} cannot be read ({error}): copy the run folder again") from error
        if not isinstance(metadata, dict) or metadata.get("format") != FORMAT:
            raise RunError(_other_format(self.path, metadata))
        return metadata

    @property
    def settings(self) -> Settings:
        """How it was trained."""
        return Settings(**self.metadata["settings"])

    @property
    def model_file(self) -> Path:
        """The best weights."""
        return self.path / "model.safetensors"

    @property
    def last_model_file(self) -> Path:
        """The weights after the last epoch."""
        return self.path / "last.safetensors"

    @property
    def checkpoint_file(self) -> Path:
        """The state of the training."""
        return self.path / "checkpoint" / "state.safetensors"

    @property
    def split_file(self) -> Path:
        """Which examples were held out."""
        return self.path / _SPLIT

    @property
    def figures(self) -> Path:
        """Where pictures go."""
        return self.path / "figures"

    @property
    def report_file(self) -> Path:
        """The page that a person looks at first."""
        return self.path / "report.html"

    @property
    def metrics_file(self) -> Path:
        """One line an epoch."""
        return self.path / "metrics.jsonl"

    def metrics(self) -> list[dict[str, Any]]:
        """The lines of metrics.jsonl; a line cut off by a crash is left out."""
        if not self.metrics_file.is_file():
            return []
        lines: list[dict[str, Any]] = []
        for line in self.metrics_file.read_text().splitlines():
            try:
                lines.append(json.loads(line))
            except ValueError:
                break
        return lines

    def write_metrics(self, lines: list[dict[str, Any]]) -> None:
        """Replaces metrics.jsonl."""
        atomic_write(self.metrics_file, "".join(json.dumps(line) + "\n" for line in lines))

    def build(self, data_shape: Sequence[int] | None = None) -> tuple[Autoencoder, Objective]:
        """The model and objective of the recipe, with fresh weights.

        A name in the table of recipes is built; any other only if it is the one that is trusted. A run folder itself
        never decides what code is run.

        Args:
            data_shape: of one example; that of the data it was trained on where it is left out.

        Raises:
            RunError: the model was assembled by hand, or by a recipe that nobody said is trusted.
        """
        name = self.metadata.get("recipe")
        if name is None:
            raise RunError(
                f"{self.path} holds a model assembled by hand: build it the same way, then "
                "RunFolder.load_weights(model)"
            )
        self.check_trusted()
        arguments = {key: tuple(v) if isinstance(v, list) else v for key, v in self.metadata["arguments"].items()}
        return find_recipe(name)(data_shape or self.metadata["data"]["data_shape"], **arguments)

    def check_trusted(self) -> None:
        """Raises where the run's recipe is outside this package and not the one that is trusted.

        Raises:
            RunError: nobody said that this code may be run.
        """
        name = self.metadata.get("recipe") or ""
        if is_user_recipe(name) and name != self.trust:
            raise RunError(
                f"{self.path} was trained by a recipe outside autoencode, {name!r}, and opening it would run that "
                f"code: if you know it, say so with --trust {name} (in Python, trust={name!r})"
            )

    def load_model(self, *, last: bool = False) -> tuple[Autoencoder, Objective]:
        """The trained model, in evaluation mode, and its objective.

        Args:
            last: the weights after the last epoch in place of the best ones.
        """
        model, objective = self.build()
        self.load_weights(model, last=last)
        return model.eval(), objective

    def load_weights(self, model: Autoencoder, *, last: bool = False) -> None:
        """Gives `model` the trained weights.

        Raises:
            RunError: they are missing, truncated, tampered with, or another model's.
        """
        path = self.last_model_file if last else self.model_file
        tensors, _ = load_tensors(path)
        load_into(model, tensors, path)

    def save_weights(self, last: Mapping[str, Tensor] | None = None, best: Mapping[str, Tensor] | None = None) -> None:
        """Writes the last weights, the best ones, or both."""
        for path, weights in ((self.last_model_file, last), (self.model_file, best)):
            if weights is not None:
                save_tensors(path, weights)


def versions() -> dict[str, str]:
    """Of what the numbers may depend on."""
    return {"python": platform.python_version(), "torch": torch.__version__, "platform": platform.platform()}


def git_revision() -> str | None:
    """The revision of the folder in which the command runs, or None."""
    try:
        command = ["git", "rev-parse", "--short", "HEAD"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def _other_format(path: Path, metadata: Any) -> str:
    if not isinstance(metadata, dict) or "format" not in metadata:
        return f"{path / 'run.json'} is not autoencode's: it names no format"
    return (
        f"{path} was written by autoencode {metadata.get('autoencode', '?')} in run format {metadata['format']}, and this is "
        f"autoencode {__version__}, which reads format {FORMAT}: install that version, or train anew"
    )
