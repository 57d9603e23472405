"""Trains a recipe on data, into a run folder."""

import shlex
import sys
from collections.abc import Sequence
from contextlib import ExitStack, nullcontext, suppress
from dataclasses import dataclass
from os.path import lexists
from pathlib import Path
from typing import Any

from autoencode.data import Batches, Dataset, is_media_path, is_volume_path, load
from autoencode.data.loading import Source
from autoencode.data.modality import FrameWindows
from autoencode.data.resolve import is_registered
from autoencode.data.shards.file_rows import FileRows
from autoencode.errors import ArgumentError, DataError, RunError
from autoencode.latent.ex_post import PriorRecord, fitted_record, read_prior_record
from autoencode.latent.ex_post.fit_prior import fit_prior
from autoencode.likelihoods import Likelihood, likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import Objective
from autoencode.recipes import Recipe, default_recipe, find_recipe, recipes
from autoencode.recipes.options import data_options, sort_options
from autoencode.runs.folder import RunFolder
from autoencode.runs.output_paths import new_run_path
from autoencode.runs.record import Change, Status
from autoencode.runs.run import Run
from autoencode.runs.run_data import read_run_data
from autoencode.runs.starting_point import StartingPoint, run_folder_of
from autoencode.runs.tensor_file import load_into, load_tensors
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.processes import current_processes
from autoencode.runtime.reporter import CombinedReporter, Reporter, note_what_is_kept, resolve_reporter
from autoencode.runtime.seeding import derive_seed, seeded_rng
from autoencode.settings import Settings
from autoencode.storage import remove_unfinished
from autoencode.tasks.verdict import conclude
from autoencode.training import fit
from autoencode.training.checkpoint import read_state
from autoencode.training.foresight import cut_short, foresee
from autoencode.training.history import History, format_steps
from autoencode.training.logs import LogFacts, open_logs
from autoencode.training.planning import planned_steps

_LEARNING = ("learning_rate", "schedule", "batch_size", "grad_clip", "augment")
"""Settings that change what is learned from here on."""
_RESUMABLE_SETTINGS = (
    *("epochs", "steps", "minutes", "patience", "min_delta", "checkpoint_seconds", "device", "threads"),
    *_LEARNING,
)
_MOST_CHECKED = 10_000
_LIMITS = {"epochs", "steps", "minutes"}
_CONTINUING = {*_LIMITS, "patience", "min_delta"}
"""What lets a training continue that has ended."""
_ENDED = (Status.COMPLETE, Status.STOPPED_EARLY)
_INIT_STREAM = 3
_OF_DATA = {
    "n_classes": "labels",
    "n_values": "attributes (--attributes FILE.csv) or labels",
    "context_shape": "a context for each example",
    "n_tokens": "lines of text",
    "future_frames": "frames in order, with --future",
    "mask_classes": "masks (--target masks/, or an .npz file with arrays images and masks)",
}
"""Arguments of recipes that data decide, and what data must bring for them."""


def train(
    source: Source | Dataset,
    recipe: str | None = None,
    *,
    out: str | Path | None = None,
    init_from: str | Path | None = None,
    encoder_from: str | Path | None = None,
    config: str | Path | None = None,
    trust: str | None = None,
    trust_paths: bool = False,
    command: str | None = None,
    log: Sequence[str] = (),
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
    **options: Any,
) -> Run:
    """Trains a model and leaves it in a run folder.

    Args:
        source: what `autoencode.data.load` takes, or a data set already loaded.
        recipe: its name, or `module:function` for one of your own, whose module is then imported; by default that of
            `init_from`, or one that suits the data.
        out: the run folder; by default a new one under `runs/`, named after data and recipe.
        init_from: the folder of an earlier run whose weights the training begins with (fine-tuning). Recipe, its
            options, and size and colours of pictures are those of that run unless they are given.
        encoder_from: the folder of an earlier run whose encoder the training begins with; nothing else is taken from
            it. A run with `beta=0` gives one that was trained without a KL.
        config: the folder of an earlier run, or its run.json: recipe, its options, settings of the training, and size
            and colours of pictures are as there unless they are given; its weights are not used.
        trust: the recipe outside this package that `init_from` or `config` names, if it may be imported.
        trust_paths: whether files outside the folder `init_from` or `config` that its run.json names may be opened.
        command: what made this run, for its report.
        log: where the numbers go besides metrics.jsonl, by name: "csv", "tensorboard", "wandb", "mlflow".
        reporter: receives the progress of "downloading", "reading" and "training", notes, and the events of
            `autoencode.training`.
        cancel: ends the training after the current step; the run can then be resumed.
        options: of the recipe (latent_dim, …), of `Settings` (epochs, …) and of `autoencode.data.load` (size, …);
            `split_seed` is the seed by which parts are held out.

    Returns:
        The run, its model with the weights that were best on the validation part.

    Raises:
        ArgumentError: an unknown option, a value without a meaning, or weights that do not fit the model.
        CapabilityError: compiling is always wanted, and this step cannot be compiled.
        DataError: data that cannot be read or held by the likelihood.
        RunError: `out` is there already, or `init_from` or `encoder_from` is no trained run.
        CancelledError: `cancel` asked for it while data were read.

    Example:
        >>> run = train("digits", epochs=1, out=getfixture("tmp_path") / "digits")
        >>> run.model.latent_shape
        (2,)
    """
    processes = current_processes()
    if out and processes.is_first:
        RunFolder.check_free(Path(out))
    reporter, log = (resolve_reporter(reporter), log) if processes.is_first else (Reporter(), ())
    if config and init_from:
        raise ArgumentError(
            "--config takes the settings of a run, --init-from its weights and recipe: give one of them"
        )
    if encoder_from and init_from:
        raise ArgumentError("--init-from takes all weights of a run, --encoder-from those of its encoder: give one")
    named = init_from or config
    like = StartingPoint(RunFolder(run_folder_of(named), trust=trust, trust_paths=trust_paths)) if named else None
    encoder = StartingPoint(RunFolder(run_folder_of(encoder_from))) if encoder_from else None
    start = like if init_from else encoder
    asked = _Asked(source, _recipe(source, recipe, like), options, like)
    loaded = asked.load(reporter, cancel)
    chosen = asked.recipe or default_recipe(loaded.name, loaded.modality.recipe_kind)
    sorted_ = sort_options(chosen, options)
    usual = like.folder.settings if like and config else chosen.settings
    settings = usual.replace(**_exact_limits(sorted_.settings))
    earlier = like.arguments(chosen) if like else {}
    arguments = {**infer_arguments(chosen, loaded), **earlier, **sorted_.arguments}
    if start:
        start.check_same_vocabulary(loaded.vocabulary)
    with seeded_rng(derive_seed(settings.seed, _INIT_STREAM)):
        model, objective = chosen(loaded.data_shape, **arguments)
    if loaded.standardisation and asked.may_read_raw and not _fits(model, loaded):
        loaded = asked.load(reporter, cancel, values="raw")  # counts, say, for a Poisson
    path = Path(processes.of_first(str(out or new_run_path(Path("runs"), loaded.name, chosen.name))))
    logs = open_logs(log, LogFacts(path, {"recipe": chosen.name, **arguments, **settings.model_dump()}))

    def make_folder() -> RunFolder:
        reporter.note(f"run folder {path}")
        folder = RunFolder.create(
            path,
            recipe=chosen.name,
            arguments=chosen.arguments(**arguments),
            data=loaded,
            settings=settings,
            command=command or shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]]),
            start=model.state_dict() if start else None,
        )
        held.enter_context(folder.lock())
        return folder

    for note in loaded.notes:
        reporter.note(note)
    inferred = infer_likelihood(chosen, loaded).get("likelihood")
    if inferred and "likelihood" not in {**earlier, **sorted_.arguments}:
        reporter.note(_likelihood_note(inferred))
    for warning in foresee(loaded, settings):
        reporter.warn(warning)
    if note := cut_short(loaded, settings):
        reporter.note(note)
    if encoder:
        encoder.initialise_encoder(model, reporter)
    elif start:
        start.initialise(model, reporter)
    if config and like:
        reporter.note(f"recipe and settings as in {like.folder.path}")
    with ExitStack() as held:
        logged = CombinedReporter(reporter, *logs) if logs else reporter
        fit(model, objective, loaded, settings, folder=make_folder, reporter=logged, cancel=cancel)
        processes.wait()
        run = Run(path, device=settings.device, data=loaded, trust=chosen.name)
        if processes.is_first:
            _fit_missing_prior(run, reporter, cancel)
            _conclude(run, reporter, cancel)
    return run


def _recipe(source: Source | Dataset, name: str | None, like: StartingPoint | None) -> Recipe | None:
    """The recipe that was named, that of the starting point, or that of a data set with a name; None for any other."""
    if name is not None or like is not None:
        return find_recipe(name) if name else like and like.recipe
    return next(
        (one for one in map(recipes.__getitem__, recipes) if is_registered(source) and source in one.default_for), None
    )


@dataclass(frozen=True)
class _Asked:
    """What `train` was asked for, as far as the reading of data depends on it."""

    source: Source | Dataset
    recipe: Recipe | None
    options: dict[str, Any]
    start: StartingPoint | None

    @property
    def may_read_raw(self) -> bool:
        """Whether the option that says what the values are was left out."""
        return not isinstance(self.source, Dataset) and "values" not in self.options

    def load(self, reporter: Reporter, cancel: CancelToken | None, **changes: Any) -> Dataset:
        """The data; pictures in files in the size that was asked for, else that of the starting point or the recipe."""
        if isinstance(self.source, Dataset):
            return self.source
        how = data_options(self.options)
        own = self.start.media_options if self.start else self.recipe.data if self.recipe else {}
        if self.recipe:
            usual = {**self.recipe.data, **own}
            how = {**{name: usual[name] for name in ("target_is", "past", "future") if name in usual}, **how}
        if is_volume_path(self.source):
            how = {**{name: value for name, value in own.items() if name == "frames"}, **how}
        elif is_media_path(self.source):
            given = {name for name in ("size", "patch") if how.get(name)}
            how = {**{name: value for name, value in own.items() if not given or name not in ("size", "patch")}, **how}
        return load(self.source, reporter=reporter, cancel=cancel, **{**how, **changes})


def resume(
    path: str | Path,
    source: Source | Dataset | None = None,
    *,
    trust: str | None = None,
    trust_paths: bool = False,
    log: Sequence[str] = (),
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
    **changes: Any,
) -> Run:
    """Continues a training exactly where its last checkpoint is, and fits the prior that its recipe asks for.

    Args:
        path: the run folder.
        source: the data, or where they lie now; by default where they were.
        trust: the recipe outside this package that the folder names, if it may be imported.
        trust_paths: whether files outside the folder that run.json names may be opened, though someone else or another
            computer wrote it.
        log: as for `train`.
        reporter: receives progress, notes and events, as in `train`.
        cancel: ends the training after the current step.
        changes: of settings (epochs, steps, minutes, patience, min_delta, checkpoint_seconds, device, threads,
            learning_rate, schedule, batch_size, grad_clip, augment) and of those options of the recipe that leave its
            weights as they are, such as beta or free_bits. Limits that are given (epochs, steps, minutes) replace all
            old ones; minutes count from now. What changes the learning is noted and kept in run.json.

    Returns:
        The run.

    Raises:
        ArgumentError: another option was given.
        RunError: the training has ended and is not given more to do, another process writes the run, or the data are
            others than before.
    """
    processes, folder = current_processes(), RunFolder(path, trust=trust, trust_paths=trust_paths)
    reporter, log = (resolve_reporter(reporter), log) if processes.is_first else (Reporter(), ())
    folder.check_trusted()
    with folder.lock() if processes.is_first else nullcontext():
        arguments = _changed_arguments(folder, changes)
        if processes.count > 1 and (others := sorted((arguments.keys() | changes.keys()) - _LIMITS - {"threads"})):
            raise ArgumentError(
                f"several processes go on as before: leave --{others[0].replace('_', '-')} out, or change it with one"
            )
        settings = resumed_settings(folder, {name: value for name, value in changes.items() if name not in arguments})
        finished = folder.record.status in _ENDED and not changes.keys() & _CONTINUING
        if not finished:
            if processes.is_first:
                remove_unfinished(folder.path)
            folder.check_argument_files()
            source = data = read_run_data(folder, source, reporter=reporter, cancel=cancel)
            finished = _has_made_all_steps(folder, settings, data)
            if not finished:
                changed = _change(folder, settings, arguments)
                model, objective = _initial_model(folder, settings)
                if changed:
                    reporter.note(changed)
                facts = {"recipe": folder.record.recipe, **folder.record.arguments, **settings.model_dump()}
                logs = open_logs(log, LogFacts(folder.path, facts))
                logged = CombinedReporter(reporter, *logs) if logs else reporter
                fit(model, objective, data, settings, folder=folder, reporter=logged, cancel=cancel)
                processes.wait()
        run = Run(folder.path, device=settings.device, data=source, trust=trust, trust_paths=trust_paths)
        if not processes.is_first:
            return run
        if not _fit_missing_prior(run, reporter, cancel) and finished:
            raise RunError(_ended_message(folder))
        _conclude(run, reporter, cancel)
    return run


def _conclude(run: Run, reporter: Reporter, cancel: CancelToken | None) -> None:
    """Reports what a training came to that has ended by itself."""
    if run.folder.record.status in _ENDED:
        with note_what_is_kept(reporter, lambda: f"the trained model is kept in {run.path}"):
            conclude(run, reporter, cancel)


def _fit_missing_prior(run: Run, reporter: Reporter, cancel: CancelToken | None) -> bool:
    """Fits the prior that the recipe asks for, or that was fitted to earlier weights; whether one was missing.

    The earlier one stays until the new one takes its place.
    """
    with suppress(RunError):  # a damaged one is missing
        if fitted_record(run) is not None:
            return False
    before = _earlier_prior(run.path)
    kind = before.kind if before else run.folder.recipe.ex_post
    if not kind or run.folder.record.status is Status.INTERRUPTED:
        return False
    reporter.note(f"fitting the {kind} prior to the codes")
    chosen: dict[str, Any] = {"part": before.part, "seed": before.seed, **before.options} if before else {}
    with note_what_is_kept(reporter, lambda: f"the trained model is kept in {run.path}; to resume fits its prior"):
        fitted = fit_prior(run, kind, reporter=reporter, cancel=cancel, **chosen).record
    reporter.note(f"nll of held-out codes {fitted.nll} nats, after {fitted.seconds:.0f} s")
    return True


def _earlier_prior(folder: Path) -> PriorRecord | None:
    """How the prior in a folder was fitted; None where there is none, or it is damaged."""
    with suppress(RunError):
        return read_prior_record(folder)
    return None


def _fits(model: Autoencoder, data: Dataset) -> bool:
    """Whether the model's likelihood can hold the data."""
    return _holds(model.likelihood, data)


def _holds(likelihood: Likelihood, data: Dataset) -> bool:
    try:
        # rows that lie in files are known to be finite: a sample shows whether the likelihood suits them
        train = data.train.subsample(_MOST_CHECKED) if isinstance(data.train.x, FileRows) else data.train
        for rows in train.chunks():
            likelihood.check(train.inputs(rows))
    except DataError:
        return False
    return True


def infer_likelihood(recipe: Recipe, data: Dataset) -> dict[str, str]:
    """A likelihood for vectors of ordinary numbers, where the recipe's own default cannot hold them.

    It is normal, and for tables with categories or missing cells that of their cells.

    Args:
        recipe: whose default is asked.
        data: what it will be trained on.
    """
    default = next((str(p.default) for p in recipe.parameters if p.name == "likelihood"), "")
    if default and (own := data.modality.likelihood):
        return {"likelihood": own}
    if default not in likelihoods or data.values.high is not None or data.modality.bounded:
        return {}
    cells = data.modality.cells
    if cells is not None and set(cells.split(",")) != {"1"}:
        return {"likelihood": f"table:{cells}"}
    return {} if _holds(likelihoods[default](data.data_shape), data) else {"likelihood": "normal"}


def _likelihood_note(name: str) -> str:
    if name.startswith("symbols:"):
        return "the likelihood is that of a map: one symbol for each cell"
    if name == "normal":
        return "the likelihood is normal, with a scale learned for each column (say --likelihood for another)"
    return (
        "the likelihood is that of a table: numbers are normal, with a scale learned for each column, categories "
        "categorical, and missing cells do not count (say --likelihood for another)"
    )


def infer_arguments(recipe: Recipe, data: Dataset) -> dict[str, Any]:
    """What a recipe wants to know of the data, where it has an option for it.

    It is `n_examples`, `n_classes`, `n_values`, `n_tokens` and `context_shape`, and `likelihood` for ordinary numbers.

    Raises:
        DataError: it wants classes or a context, and the data have none.
    """
    wanted = {parameter.name for parameter in recipe.parameters}
    found: dict[str, Any] = {"n_examples": len(data.train)}
    if data.train.labels is not None:
        found["n_classes"] = len(data.classes) if data.classes else int(data.train.labels.max()) + 1
    if data.train.context is not None:
        found["context_shape"] = tuple(data.train.context.shape[1:])
    if data.masks is not None:
        found["mask_classes"] = len(data.masks)
    if isinstance(data.modality, FrameWindows):
        found |= {"future_frames": data.modality.future, "frame_channels": data.modality.frame_channels}
    if data.attributes is not None:
        found["n_values"] = tuple(len(values) for values in data.attributes.values())
    elif "n_classes" in found:  # the class is the one attribute
        found["n_values"] = (found["n_classes"],)
    if data.vocabulary is not None:
        found["n_tokens"] = data.vocabulary.size
        if "n_tokens" not in wanted:
            suits = default_recipe(data.name, data.modality.recipe_kind).name
            raise DataError(
                f"{recipe.name} learns from numbers, and {data.name} has {data.modality.noun}: take --recipe {suits}"
            )
    for name, what in _OF_DATA.items():
        if name in wanted and name not in found:
            raise DataError(f"{recipe.name} learns from {what}, and {data.name} has none: choose other data or recipe")
    found |= infer_likelihood(recipe, data)
    return {name: value for name, value in found.items() if name in wanted}


def resumed_settings(folder: RunFolder, changes: dict[str, Any]) -> Settings:
    """The run's settings with those that may change at a resume. Nothing is written.

    Limits (epochs, steps, minutes) that are given replace all old ones; minutes count from now.

    Raises:
        ArgumentError: an option that may not change.
    """
    if fixed := sorted(changes.keys() - set(_RESUMABLE_SETTINGS)):
        flag = "--" + fixed[0].replace("_", "-")
        raise ArgumentError(
            f"{flag} cannot change at a resume; {', '.join(_RESUMABLE_SETTINGS)} can: train a new run for it"
        )
    if changes.keys() & _LIMITS:
        changes = {**dict.fromkeys(_LIMITS), **changes}
    settings = folder.settings.replace(**_exact_limits(changes))
    if changes.get("minutes") is None:
        return settings
    return settings.replace(minutes=changes["minutes"] + read_state(folder.checkpoint_file).seconds / 60)


def _changed_arguments(folder: RunFolder, changes: dict[str, Any]) -> dict[str, Any]:
    """The options of the recipe among those that were given, checked."""
    parameters = {parameter.name: parameter for parameter in folder.recipe.parameters} if folder.record.recipe else {}
    return {name: parameters[name].validate(value) for name, value in changes.items() if name in parameters}


def _change(folder: RunFolder, settings: Settings, arguments: dict[str, Any]) -> str:
    """One line on what is different from here on, which run.json will keep; "" where nothing is."""
    before, now = folder.settings.model_dump(), settings.model_dump()
    changed = {name: now[name] for name in _LEARNING if now[name] != before[name]}
    different = {name: value for name, value in arguments.items() if value != folder.record.arguments.get(name)}
    if not changed and not different:
        return ""
    step, old = read_state(folder.checkpoint_file).step, {**before, **folder.record.arguments}
    shown = [
        f"{name} {_or_default(old.get(name))} → {_or_default(value)}"
        for name, value in {**changed, **different}.items()
    ]
    folder.change_at_resume(Change(step=step, settings=changed, arguments=different))
    return f"changed from step {step:,} on: {', '.join(shown)}"


def _or_default(value: object) -> object:
    return "by default" if value is None else value


def _has_made_all_steps(folder: RunFolder, settings: Settings, data: Dataset) -> bool:
    """Whether a training that has ended has made exactly the steps that the settings ask for."""
    steps_per_epoch = Batches(data.train, settings.batch_size, seed=0).steps_per_epoch
    planned = planned_steps(settings, steps_per_epoch, History(folder.metrics()))
    return folder.record.status in _ENDED and read_state(folder.checkpoint_file).step == planned


def _ended_message(folder: RunFolder) -> str:
    made = "".join(f" after {format_steps(last.step, last.epoch)}" for last in folder.metrics()[-1:])
    stopped = folder.record.status is Status.STOPPED_EARLY
    patience = ", or more --patience" if stopped else ""
    return (
        f"{folder.path} is {folder.record.status}{made}: give more --epochs, --steps or --minutes{patience} to train on"
    )


def _exact_limits(settings: dict[str, Any]) -> dict[str, Any]:
    """Without the recipe's own least and most steps where a length is given, which is then meant exactly."""
    if settings.get("epochs") is not None:
        return {"min_steps": 0, "max_steps": None, **settings}
    return {"max_steps": None, **settings} if settings.get("minutes") is not None else settings


def _build_changed(folder: RunFolder) -> tuple[Autoencoder, Objective]:
    """The run's model and objective; its weights have to fit.

    Raises:
        ArgumentError: arguments were changed that the weights depend on.
    """
    try:
        return folder.build()
    except RunError as error:
        if not folder.changes_arguments:
            raise
        names = ", ".join(f"--{name.replace('_', '-')}" for name in folder.record.changes[-1].arguments)
        raise ArgumentError(
            f"{names} gives another model than that of the weights of {folder.path}: train a new one, from these "
            "weights where they fit, with --init-from"
        ) from error


def _initial_model(folder: RunFolder, settings: Settings) -> tuple[Autoencoder, Objective]:
    """The model as it was before its first step; a checkpoint, where there is one, replaces its weights."""
    with seeded_rng(derive_seed(settings.seed, _INIT_STREAM)):
        model, objective = _build_changed(folder)
    if lexists(folder.start_file):
        load_into(model, load_tensors(folder.start_file)[0], folder.start_file)
    return model, objective
