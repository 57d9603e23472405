"""`autoencode train`."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from autoencode.cli.completion import data_names, recipe_names
from autoencode.cli.console import out
from autoencode.cli.preparse import is_completing, option_value, recipe_name, train_arguments
from autoencode.cli.run_options import TrustOption

if TYPE_CHECKING:
    from autoencode.recipes import Recipe
    from autoencode.runs.run import Run

_HELP = """Train a model, and write a report of what it learned.

DATA is the name of a data set (see: autoencode list datasets), a folder of pictures, a clip or a folder of clips, or a
.npy or .npz file.

\b
autoencode train fashion-mnist                    a sensible recipe for it
autoencode train fashion-mnist --minutes 3        as long as you have time
autoencode train photos/ --recipe conv-vae --latent-dim 32 --epochs 50
autoencode train photos/ --resume runs/photos     goes on where it stopped
autoencode train photos/ -r conv-vae --help       the options of that recipe
autoencode train photos/ -r mymodel:tiny_vae      a recipe of your own, in mymodel.py here (docs/own-recipes.md)
"""


def _train(
    recipe_found: "Recipe | None",
    data: Annotated[
        str | None,
        typer.Argument(help="What to learn from; may be left out with --resume.", autocompletion=data_names),
    ] = None,
    *,
    recipe: Annotated[
        str | None,
        typer.Option("--recipe", "-r", help="The kind of model.", show_default="by data", autocompletion=recipe_names),
    ] = None,
    out_folder: Annotated[
        Path | None, typer.Option("--out", "-o", help="The run folder.", show_default="a new one under runs/")
    ] = None,
    resume: Annotated[Path | None, typer.Option(help="Go on with the training in this run folder.")] = None,
    trust: TrustOption = None,
    report: Annotated[bool, typer.Option(help="Evaluate the model at the end and write report.html.")] = True,
    **options: Any,
) -> None:
    from autoencode import tasks
    from autoencode.cli.training_progress import TrainingProgress
    from autoencode.errors import ArgumentError

    given = _given_options(recipe_found, options)
    with TrainingProgress() as callback:
        if resume is not None:
            if recipe or out_folder:
                raise ArgumentError("--resume goes on with a run as it is: leave --recipe and --out away")
            run = tasks.resume(resume, data, callback=callback, trust=trust, **given)
        elif data is None:
            raise ArgumentError(
                "say what to learn from: a data set's name, a folder or a file (autoencode list datasets)"
            )
        else:
            run = tasks.train(data, recipe, out=out_folder, callback=callback, **given)
    _finish(run, report=report)


def _given_options(recipe_found: "Recipe | None", options: dict[str, Any]) -> dict[str, Any]:
    """The options that were given, as the tasks want them."""
    from autoencode.cli.recipe_options import parse_size, parse_tuples

    given = {name: value for name, value in options.items() if value is not None}
    for name in ("validation", "test"):
        if name in given:
            given[name] = parse_size(given[name], f"--{name}")
    return parse_tuples(recipe_found, given) if recipe_found else given


def _finish(run: "Run", *, report: bool) -> None:
    """Says where things are and what to do next."""
    from autoencode import tasks
    from autoencode.cli.evaluate import show
    from autoencode.latent.ex_post import ex_post_prior
    from autoencode.training.history import Status

    if run.folder.metadata["status"] == Status.INTERRUPTED:
        out.print(f"stopped; to go on:  [bold]autoencode train --resume {run.path}[/]")
        return
    if report:
        with out.status("evaluating on the test split and drawing the report"):
            measured = tasks.evaluate(run)
            page = tasks.report(run, measured)
        show(measured)
        out.print(f"report   [bold]{escape(str(page))}[/]")
    verb = "restore" if run.accepts_any_size else "reconstruct"
    clips = run.model.is_conditional and run.folder.metadata["data"]["options"].get("frames")
    after = f" {'CLIPS' if clips else 'PICTURES'}…" if verb == "restore" else ""
    out.print(f"next     autoencode {verb} {run.path}{after}", style="dim")
    if run.model.prior is not None or ex_post_prior(run) is not None:
        out.print(f"         autoencode generate {run.path} -n 64", style="dim")


def train_command(words: list[str]) -> Callable[..., None]:
    """The command with the options that these words call for."""

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


def _extra(recipe_found: "Recipe | None") -> list[inspect.Parameter]:
    """The recipe's own options; none for another command, as they would cost the import of PyTorch."""
    from autoencode.cli.recipe_options import train_options

    return train_options(recipe_found)


def _find_recipe(words: list[str]) -> "Recipe | None":
    """The recipe that the words are about. One of a person's own is imported if they name it, never for a Tab."""
    name = recipe_name(words)
    if name is None:
        return None
    from autoencode.recipes import find_recipe, is_user_recipe, recipes

    if is_completing() and name not in recipes:  # a name that is still being typed
        return None
    if is_user_recipe(name) and name not in (option_value(words, "--recipe", "-r"), option_value(words, "--trust")):
        return None  # named by a run folder alone
    return find_recipe(name)
