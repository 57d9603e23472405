"""`autoencode train`."""

import inspect
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from autoencode.cli.commands import Command, Panel, commands
from autoencode.cli.console import command_line, out, print_verdict
from autoencode.cli.options import (
    TrustOption,
    TrustPathsOption,
    data_names,
    detector_names,
    find_run,
    log_names,
    recipe_names,
    run_names,
)
from autoencode.cli.preparse import is_completing, option_value, recipe_name, train_arguments
from autoencode.cli.start_processes import start_processes

if TYPE_CHECKING:
    from autoencode.recipes import Recipe
    from autoencode.runs.run import Run
    from autoencode.runtime.reporter import Reporter

_SHARPENED = 32
"""Pixels of a side from which new pictures gain by detail of the training pictures."""
_HELP = """Train a model, and write a report of what it learned.

DATA is the name of a data set (see: autoencode list datasets), a folder of pictures, a clip or a folder of clips, a
table, a file of arrays (see: autoencode list formats), or shards: .tar or .parquet files that may be larger than the
memory. Each recipe has options of its own: add --help to see them.

\b
autoencode train fashion-mnist                  recipe chosen by the data
autoencode train fashion-mnist --minutes 3      in about three minutes
autoencode train photos/ --minutes 5
autoencode train 'shard-{0000..0127}.tar'       larger than the memory
autoencode train table.csv                      numbers and categories
autoencode train table.csv --recipe outliers    for autoencode detect
autoencode train series.csv --recipe series     for autoencode detect
autoencode train cells/ --target masks/ -r segmenter
autoencode train good/ --recipe anomaly         for autoencode detect
autoencode train photos/ --resume runs/photos   continue a training
autoencode train more/ --init-from runs/photos  begin with a run's weights
autoencode train --resume last --minutes 5 --learning-rate 0.0003
autoencode train more/ --config last            the settings of another run
autoencode train photos/ -r pca-vae --help      the options of pca-vae
autoencode train photos/ -r mymodel:tiny_vae    your own recipe
"""


def _a_run(about: str) -> Any:
    """An option that names a run."""
    return typer.Option(help=about, metavar="RUN", parser=find_run, autocompletion=run_names)


def _train(
    recipe_found: "Recipe | None",
    data: Annotated[
        str | None,
        typer.Argument(help="The data to learn from; not needed with --resume.", autocompletion=data_names),
    ] = None,
    *,
    recipe: Annotated[
        str | None,
        typer.Option(
            "--recipe",
            "-r",
            help="The kind of model; see: autoencode list recipes.",
            show_default="chosen by the data",
            autocompletion=recipe_names,
        ),
    ] = None,
    out_folder: Annotated[
        Path | None, typer.Option("--out", "-o", help="The run folder.", show_default="a new one under runs/")
    ] = None,
    resume: Annotated[
        Path | None,
        _a_run("Continue the training of this run."),
    ] = None,
    init_from: Annotated[
        Path | None,
        _a_run("Begin with the weights of this run (fine-tuning); recipe and options are as there unless given."),
    ] = None,
    encoder_from: Annotated[
        Path | None,
        _a_run("Begin with the encoder of this run, and with all else at random."),
    ] = None,
    config: Annotated[
        Path | None,
        _a_run("Recipe, options and settings as in this run, or in its run.json, unless given."),
    ] = None,
    trust: TrustOption = None,
    trust_paths: TrustPathsOption = False,
    log: Annotated[
        list[str] | None,
        typer.Option(
            help="Where the numbers go as well: csv, tensorboard, wandb or mlflow; can be given several times.",
            show_default="metrics.jsonl alone",
            autocompletion=log_names,
        ),
    ] = None,
    processes: Annotated[
        int | None, typer.Option(min=1, max=1024, help="Train in so many processes, by torchrun.", show_default="1")
    ] = None,
    report: Annotated[bool, typer.Option(help="Evaluate the model at the end and write report.html.")] = True,
    **options: Any,
) -> None:
    from autoencode import tasks
    from autoencode.cli.training_progress import TrainingProgress
    from autoencode.errors import ArgumentError
    from autoencode.runtime.processes import joined_processes
    from autoencode.runtime.reporter import Reporter

    if processes is not None and processes > 1:
        raise SystemExit(start_processes(processes))
    given, run, detector = _given_options(recipe_found, options), None, None
    with (
        joined_processes() as together,
        TrainingProgress() if together.is_first else nullcontext(Reporter()) as reporter,
    ):
        if resume is not None:
            if recipe or out_folder or init_from or encoder_from or config:
                raise ArgumentError(
                    "--resume continues a run with its recipe in its folder: leave out --recipe, --out, "
                    "--init-from, --encoder-from and --config"
                )
            trusted = {"trust": trust, "trust_paths": trust_paths}
            run = tasks.resume(resume, data, reporter=reporter, log=log or (), **trusted, **given)
        elif data is None:
            raise ArgumentError(
                "name the data to learn from: a data set, a folder or a file (see: autoencode list datasets)"
            )
        elif recipe in detector_names() and together.count > 1:
            raise ArgumentError(f"the detector {recipe} learns in one process: leave --processes and torchrun out")
        elif recipe in detector_names():
            others = {"init_from": init_from, "encoder_from": encoder_from, "config": config, "log": log, **given}
            detector = _train_detector(data, str(recipe), out_folder, others, reporter)
        else:
            begin = {
                "init_from": init_from,
                "encoder_from": encoder_from,
                "config": config,
                "trust": trust,
                "trust_paths": trust_paths,
            }
            run = tasks.train(data, recipe, out=out_folder, reporter=reporter, log=log or (), **begin, **given)
    if not together.is_first:
        return
    if run is not None:
        _finish(run, report=report)
    elif detector is not None:
        what = "PICTURES" if recipe == "anomaly" else data or "TABLE"
        out.write_line("next     ", command_line("detect", detector, what), style="dim")


def _train_detector(data: str, recipe: str, path: Path | None, given: dict[str, Any], reporter: "Reporter") -> Path:
    """Trains a detector; options of other trainings are refused."""
    from autoencode import tasks
    from autoencode.errors import ArgumentError

    own = {name: value for name, value in given.items() if value}
    takes = ("seed", "steps") if recipe == "anomaly" else ("labels", "seed", "steps")
    if unknown := sorted(own.keys() - set(takes)):
        names = " and ".join(", ".join(f"--{name}" for name in takes).rsplit(", ", 1))
        raise ArgumentError(f"the detector {recipe} has no option --{unknown[0].replace('_', '-')}; it has {names}")
    if recipe == "anomaly":
        return tasks.train_anomaly_detector(data, out=path, reporter=reporter, **own)
    train = tasks.train_series_detector if recipe == "series" else tasks.train_detector
    return train(data, out=path, label=own.pop("labels", None), reporter=reporter, **own)


def _given_options(recipe_found: "Recipe | None", options: dict[str, Any]) -> dict[str, Any]:
    """The options that were given, converted to the arguments of `tasks.train`."""
    from autoencode.cli.recipe_options import parse_size, parse_tuples

    given = {name: value for name, value in options.items() if value is not None}
    for name in ("validation", "test"):
        if name in given:
            given[name] = parse_size(given[name], f"--{name}")
    return parse_tuples(recipe_found, given) if recipe_found else given


def _finish(run: "Run", *, report: bool) -> None:
    """Prints where the results are, and what to do next."""
    from autoencode import tasks
    from autoencode.cli.commands.evaluate import show
    from autoencode.cli.terminal_reporter import TerminalReporter
    from autoencode.runs.record import Status
    from autoencode.runtime.reporter import note_what_is_kept

    if run.folder.record.status is Status.INTERRUPTED:
        out.write_line("stopped; to continue:  ", (command_line("train", "--resume", run.path), "bold"))
        return
    if not report:
        print_verdict(tasks.verdict(run))
    else:
        later = f"the trained model is kept; for its report:  {command_line('report', run.path)}"
        with TerminalReporter() as reporter, note_what_is_kept(reporter, lambda: later):
            measured = tasks.evaluate(run, reporter=reporter)
            page = tasks.report(run, measured, reporter=reporter)
        show(run, measured)
        out.write_line("report   ", (str(page), "bold"))
    for place, command in enumerate(_next_commands(run)):
        out.write_line("next     " if place == 0 else "         ", command, style="dim")


def _next_commands(run: "Run") -> list[str]:
    """Commands that the model can be used by."""
    from autoencode.latent.ex_post import ex_post_prior

    if run.masks is not None:
        return [f"{command_line('segment', run.path)} PICTURES…"]
    if run.folder.data.options.get("future"):
        return [command_line("predict", run.path, "test:1"), f"{command_line('predict', run.path)} FRAMES…"]
    if run.accepts_any_size:
        clips = run.model.is_conditional and run.folder.data.options.get("frames")
        use = f"{command_line('restore', run.path)} {'CLIPS' if clips else 'PICTURES'}…"
    else:
        use = command_line("reconstruct", run.path)
    can_generate = run.model.prior is not None or ex_post_prior(run) is not None
    sharpen = ["--sharpen"] if run.modality.spatial and min(run.model.data_shape[1:]) >= _SHARPENED else []
    return [use, command_line("generate", run.path, "-n", "64", *sharpen)] if can_generate else [use]


def make_train(words: list[str]) -> Callable[..., None]:
    """The command with the options of the recipe that these words name."""

    arguments = train_arguments(words)
    recipe_found = None if arguments is None else _find_recipe(arguments)

    def train(**values: Any) -> None:
        _train(recipe_found, **values)

    fixed = [p for p in inspect.signature(_train).parameters.values() if p.kind is not p.VAR_KEYWORD][1:]
    extra = [] if arguments is None else _extra(recipe_found)
    train.__signature__ = inspect.Signature([*fixed, *extra])  # pyright: ignore[reportFunctionMemberAccess]
    train.__annotations__ = {p.name: p.annotation for p in [*fixed, *extra]}
    train.__doc__ = _HELP
    return train


commands.add("train", Command(Panel.TRAIN, rank=1, make=make_train))


def _extra(recipe_found: "Recipe | None") -> list[inspect.Parameter]:
    """The recipe's own options; none for another command, as they would cost the import of PyTorch."""
    from autoencode.cli.recipe_options import train_options

    return train_options(recipe_found)


def _find_recipe(words: list[str]) -> "Recipe | None":
    """The recipe that the words name. A user's own recipe is imported only if they named it, never by a run folder."""
    name = recipe_name(words)
    if name is None or name in detector_names():
        return None
    from autoencode.recipes import find_recipe, is_user_recipe, recipes

    if is_completing() and name not in recipes:  # a name that is still being typed
        return None
    if is_user_recipe(name) and name not in (option_value(words, "--recipe", "-r"), option_value(words, "--trust")):
        return None  # named by a run folder alone
    return find_recipe(name)
