"""A trained model is a folder; this is the only file that knows what lies where in it."""

import json
import os
import platform
import subprocess
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from autoencode.data import Dataset, Split
from autoencode.errors import DataError, RunError, StorageError
from autoencode.model import Autoencoder
from autoencode.objectives import Objective
from autoencode.recipes import Recipe, find_recipe, is_user_recipe, recipes
from autoencode.runs.build import build_checked
from autoencode.runs.json_text import parse_json
from autoencode.runs.metrics import EpochMetrics, read_metrics, write_metrics
from autoencode.runs.plain_file import read_plain
from autoencode.runs.plan import Plan
from autoencode.runs.record import Change, DataRecord, RunRecord, Status, Versions, read_record
from autoencode.runs.tensor_file import is_tensor_file, load_into, load_tensors, read_header, save_tensors
from autoencode.settings import Settings
from autoencode.storage import RUN_FILE, atomic_write, exclusive_lock, is_run_folder, remove_unfinished

DETECTOR_FILE = "detector.safetensors"
_SPLIT, _FILES, _LOCK, _START = "split.safetensors", "files.json", ".lock", "start.safetensors"
_MAX_FILES_BYTES = 2**27
_MAX_COMMAND = 100_000
_locked_here: ContextVar[frozenset[str]] = ContextVar("run folders that the caller has locked", default=frozenset())


class RunFolder:
    """What a training leaves on disk.

        run.json             recipe and arguments, data, settings, versions, seed, status
        split.safetensors    which examples were held out
        files.json           the names of the pictures of a folder
        start.safetensors    the weights that it began with, where they are another run's
        model.safetensors    the weights that were best on the validation part
        last.safetensors     the weights after the last epoch
        metrics.jsonl        one line an epoch
        checkpoint/          all that an exact resume needs
        figures/ report.html what a person looks at

    A folder may come from a stranger: what is read is checked first, only plain files inside it are opened, and nothing
    is written through links in it.

    Args:
        path: the folder.
        trust: the name of a recipe outside this package that may be imported to build the model, if the folder names
            it: importing runs code, so that only a person may say so.
        trust_paths: whether files and folders outside it that run.json names may be opened, though another computer or
            person wrote it.

    Raises:
        RunError: it is no run folder, one of another format, or run.json is damaged.
    """

    def __init__(self, path: str | Path, *, trust: str | None = None, trust_paths: bool = False) -> None:
        self.path, self.trust, self.trust_paths = Path(path), trust, trust_paths
        self._pending: dict[str, Any] = {}
        self.record = self._read()

    @classmethod
    def create(
        cls,
        path: str | Path,
        *,
        recipe: str | None = None,
        arguments: Mapping[str, Any] | None = None,
        data: Dataset | None = None,
        settings: Settings | None = None,
        command: str = "",
        start: Mapping[str, Tensor] | None = None,
    ) -> "RunFolder":
        """Makes a new folder and writes its run.json.

        Args:
            path: a folder that is not there yet, is empty, or holds no more than what a process that was killed in this
                method left.
            recipe: its name; None for a model assembled by hand.
            arguments: of the recipe.
            data: what it will be trained on.
            settings: how.
            command: what a person did to start it.
            start: the weights that it begins with, where they are not drawn at random by the seed.

        Raises:
            RunError: there is something at `path` already, or run.json cannot hold what it is given.
        """
        path = Path(path)
        cls.check_free(path)
        remove_unfinished(path)
        record = RunRecord(
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            versions=versions(),
            git=git_revision(),
            command=command[:_MAX_COMMAND],
            recipe=recipe,
        ).replace(
            arguments=dict(arguments or {}),
            data=None if data is None else DataRecord.of(data),
            settings=settings or Settings(),
        )
        if data is not None:  # before run.json, so that a run that is found has its split
            data.split.save(path / _SPLIT)
            if data.files is not None and not data.options.get("frames"):
                atomic_write(path / _FILES, json.dumps(list(dict.fromkeys(data.files))))
        if start is not None:
            save_tensors(path / _START, start)
        atomic_write(path / RUN_FILE, record.signed().as_json())
        return cls(path)

    @staticmethod
    def check_free(path: Path) -> None:
        """Raises unless a run folder can be made at a path.

        Raises:
            RunError: there is something at `path` already.
        """
        if not _is_free(path):
            resume = f", or go on with --resume {path}" if is_run_folder(path) else ""
            raise RunError(f"{path} is there already: choose another --out{resume}")

    @contextmanager
    def lock(self) -> Generator[None]:
        """Keeps others from training the run, or fitting a prior to it, meanwhile: other processes and other threads.

        May be nested, also by another `RunFolder` of the same folder. What others wrote until now is read again.

        Raises:
            RunError: somebody else is at it.
        """
        folder = os.path.realpath(self.path)
        if folder in _locked_here.get():
            yield
            return
        with ExitStack() as held:
            try:
                held.enter_context(exclusive_lock(self.path / _LOCK))
            except BlockingIOError as error:
                raise RunError(
                    f"{self.path} is being trained, or a prior fitted to it, by another process: wait until it ends, "
                    "or stop it"
                ) from error
            _locked_here.set(_locked_here.get() | {folder})
            held.callback(lambda: _locked_here.set(_locked_here.get() - {folder}))
            self.record = self._read()
            yield

    def update(self, **changes: Any) -> None:
        """Changes fields of run.json; the others stay as they are on the disk.

        Raises:
            RunError: a value that a field cannot hold.
            StorageError: run.json cannot be written.
        """
        self._write(self._read().replace(**changes))

    def change_at_resume(self, change: Change) -> None:
        """Takes other settings or arguments from here on; they are written when the training begins.

        Args:
            change: what is different.

        Raises:
            RunError: a value that run.json cannot hold.
        """
        arguments = {**self.record.arguments, **change.arguments}
        self._pending = {"arguments": arguments, "changes": (*self.record.changes, change)}
        self.record = self.record.replace(**self._pending)

    @property
    def changes_arguments(self) -> bool:
        """Whether arguments of the recipe were changed that are not written yet."""
        return bool(self._pending and self.record.changes[-1].arguments)

    def begin_training(self, settings: Settings, plan: Plan) -> None:
        """Notes that training runs, how and by which plan, and what was changed.

        Args:
            settings: of the training.
            plan: what was decided.
        """
        before = self._read()
        record = before.replace(settings=settings, plan=plan, status=Status.RUNNING, verdict=None, **self._pending)
        self._write(record.signed(data=False, arguments=before.has_own_arguments) if self._pending else record)
        self._pending = {}

    def update_data(self, data: Dataset) -> None:
        """Keeps where the data of the run lie now, if the folder can be written."""
        record = self._read()
        moved = DataRecord.of(data).replace(notes=record.data.notes if record.data else ())
        with suppress(StorageError):
            self._write(record.replace(data=moved).signed(arguments=False))

    def _write(self, record: RunRecord) -> None:
        atomic_write(self.path / RUN_FILE, record.as_json())
        self.record = record

    def _read(self) -> RunRecord:
        if not os.path.isdir(self.path):  # noqa: PTH112  # False for a name that is too long
            raise RunError(f"there is no folder {self.path}: see `autoencode list runs`")
        if not os.path.lexists(self.path / RUN_FILE):
            raise RunError(f"{self.path} is no run folder (it has no run.json): see `autoencode list runs`")
        return read_record(self.path)

    @property
    def settings(self) -> Settings:
        """How it was trained."""
        return self.record.settings

    @property
    def data(self) -> DataRecord:
        """What run.json says of the data.

        Raises:
            RunError: nothing, as the model was assembled by hand.
        """
        if self.record.data is None:
            raise RunError(f"{self.path} does not say what data it was trained on: its model was assembled by hand")
        return self.record.data

    @property
    def plan(self) -> Plan:
        """What was decided when the training began.

        Raises:
            RunError: it has not begun.
        """
        if self.record.plan is None:
            raise RunError(f"{self.path} was not trained yet: autoencode train --resume {self.path}")
        return self.record.plan

    @property
    def model_file(self) -> Path:
        """The best weights."""
        return self.path / "model.safetensors"

    @property
    def last_model_file(self) -> Path:
        """The weights after the last epoch."""
        return self.path / "last.safetensors"

    @property
    def start_file(self) -> Path:
        """The weights that it began with; there only where they are another run's."""
        return self.path / _START

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

    def metrics(self) -> list[EpochMetrics]:
        """The lines of metrics.jsonl; a line cut off by a crash is left out.

        Raises:
            RunError: a line is damaged.
        """
        return read_metrics(self.metrics_file)

    def write_metrics(self, epochs: Sequence[EpochMetrics]) -> None:
        """Replaces metrics.jsonl."""
        write_metrics(self.metrics_file, epochs)

    def split(self) -> Split:
        """Which examples were held out.

        Raises:
            RunError: the file is missing or damaged.
        """
        try:
            read_header(self.split_file)
            return Split.load(self.split_file)
        except DataError as error:
            raise RunError(f"{error}: copy the run folder again") from error

    def files(self) -> frozenset[str] | None:
        """The names of the pictures of a folder that the run was trained on; None where they were not pictures.

        Raises:
            RunError: the file is damaged.
        """
        file = self.path / _FILES
        if not os.path.lexists(file):
            return None
        names = parse_json(read_plain(file, _MAX_FILES_BYTES), str(file))
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise RunError(f"{file} should be a list of names: copy the run folder again")
        return frozenset(names)

    def build(self, data_shape: Sequence[int] | None = None) -> tuple[Autoencoder, Objective]:
        """The model and objective of the recipe, with fresh weights.

        A name in the table of recipes is built; any other only if it is the one that is trusted. A run folder itself
        never decides what code is run.

        Args:
            data_shape: of one example; that of the data it was trained on where it is left out.

        Raises:
            RunError: the model was assembled by hand, or by a recipe that is not trusted; the arguments have no
                meaning, or give another model than that of the weights.
        """
        weights = next((file for file in (self.model_file, self.last_model_file) if is_tensor_file(file)), None)
        return self._build(weights, data_shape)

    def _build(self, weights: Path | None, data_shape: Sequence[int] | None = None) -> tuple[Autoencoder, Objective]:
        recipe, arguments = self.recipe, self.record.arguments
        shape = tuple(data_shape or self.data.data_shape)
        if is_user_recipe(recipe.name):  # whose code is trusted
            return recipe(shape, **arguments)
        if not self._may_open_argument_files:  # without them the model is the same, and `check_argument_files` refuses
            arguments = {**arguments, **{p.name: p.default for p in recipe.parameters if p.is_file}}
        module = itemgetter(0) if data_shape is None else None
        return build_checked(lambda: recipe(shape, **arguments), weights, str(self.path), module=module)

    @property
    def recipe(self) -> Recipe:
        """The recipe of the model.

        Raises:
            RunError: the model was assembled by hand, or by a recipe that is not trusted, or there is no such
                recipe.
        """
        self.check_trusted()
        name = self.record.recipe
        if os.path.lexists(self.path / DETECTOR_FILE):
            raise RunError(
                f"{self.path} holds a detector, which scores what is unusual and does nothing else: autoencode detect "
                f"{self.path} TABLE"
            )
        if name is None:
            raise RunError(
                f"{self.path} holds a model assembled by hand: build it the same way, then "
                "RunFolder.load_weights(model)"
            )
        if not is_user_recipe(name) and name not in recipes:
            raise RunError(f"{self.path} was trained by a recipe that is not in this version of autoencode: {name!r}")
        return find_recipe(name)

    def check_argument_files(self) -> None:
        """Raises where arguments of the recipe name files, for the objective, that must not be opened.

        They may be opened where this user's autoencode wrote the arguments, where a person said so, and where they lie
        in the run folder.

        Raises:
            RunError: somebody else named them.
        """
        if self._may_open_argument_files:
            return
        arguments, here = self.record.arguments, self.path.resolve()
        named = [file for p in self.recipe.parameters if p.name in arguments for file in p.files(arguments[p.name])]
        for file in named:
            if not file.resolve().is_relative_to(here):
                raise RunError(
                    f"{self.path} names the file {file}, and was made by someone else or on another computer: allow it "
                    "to be opened with --trust-paths"
                )

    @property
    def _may_open_argument_files(self) -> bool:
        return self.trust_paths or self.record.has_own_arguments or is_user_recipe(self.record.recipe or "")

    def check_trusted(self) -> None:
        """Raises where the run's recipe is outside this package and not the one that is trusted.

        Raises:
            RunError: this code was not trusted.
        """
        name = self.record.recipe or ""
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
        model, objective = self._build(self._weights_file(last=last))
        self.load_weights(model, last=last)
        return model.eval(), objective

    def load_weights(self, model: Autoencoder, *, last: bool = False) -> None:
        """Gives `model` the trained weights.

        Raises:
            RunError: they are missing, truncated, tampered with, or another model's.
        """
        path = self._weights_file(last=last)
        tensors, _ = load_tensors(path)
        load_into(model, tensors, path)

    def _weights_file(self, *, last: bool) -> Path:
        return self.last_model_file if last else self.model_file

    def save_weights(self, last: Mapping[str, Tensor] | None = None, best: Mapping[str, Tensor] | None = None) -> None:
        """Writes the last weights, the best ones, or both."""
        for path, weights in ((self.last_model_file, last), (self.model_file, best)):
            if weights is not None:
                save_tensors(path, weights)


def _is_free(path: Path) -> bool:
    """Whether nothing is there, or no more than what a process that was killed while it made a run folder left."""
    if not os.path.lexists(path):
        return True
    leftovers = {_SPLIT, _FILES, _LOCK, _START}
    return path.is_dir() and all(file.name in leftovers or file.name.endswith(".part") for file in path.iterdir())


def versions() -> Versions:
    """Of what the numbers may depend on."""
    return Versions(python=platform.python_version(), torch=torch.__version__, platform=platform.platform())


def git_revision() -> str | None:
    """The revision of the folder in which the command runs, or None."""
    try:
        command = ["git", "rev-parse", "--short", "HEAD"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
