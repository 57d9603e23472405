"""`autoencode list`."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from autoencode.cli.commands import Panel, command
from autoencode.cli.console import command_line, errors, out, styled
from autoencode.registry import Registry

Rows = list[tuple[str, ...]]
_FIRST = ("autoencoders", "vaes")
hints: Registry[Callable[[], list[str]]] = Registry("hint", "autoencode list --help")
"""Lines below a list."""
tables: Registry[Callable[[Path], tuple[tuple[str, ...], Rows]]] = Registry("list", "autoencode list --help")


def _complete(incomplete: str) -> list[str]:
    return [name for name in tables if name.startswith(incomplete)]


@command("list", Panel.REFERENCE, rank=2)
def list_(
    what: Annotated[
        str,
        typer.Argument(
            help="recipes, models, datasets, formats, runs, likelihoods, corruptions, networks, flows, optimizers, "
            "schedules, code-priors or reproductions.",
            autocompletion=_complete,
        ),
    ],
    folder: Annotated[Path, typer.Option("--in", help="The folder of the runs.")] = Path("runs"),
) -> None:
    """List recipes, data sets, likelihoods, your runs and more, one line each.

    \b
    autoencode list recipes
    autoencode list datasets
    autoencode list runs
    """
    headings, rows = tables[what](folder)
    if not rows:
        out.write_line(f"no {what} in {folder}/; to make one: {command_line('train', 'fashion-mnist')}", style="dim")
        return
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=bool(headings))
    for column, heading in enumerate(headings or ("",) * len(rows[0])):
        table.add_column(heading, header_style="dim", no_wrap=column == 0, overflow="fold")
    for row in rows:
        table.add_row(styled((row[0], "bold")), *row[1:])
    out.print(table)
    if what in hints:
        for line in hints[what]():
            out.write_line(line, style="dim")


@tables.register("recipes")
def _recipes(_: Path) -> tuple[tuple[str, ...], Rows]:
    from autoencode.detection.detectors import load_detectors
    from autoencode.recipes import recipes

    by_family: dict[str, list[str]] = {}
    for name in recipes:
        by_family.setdefault(recipes[name].build.__module__.split(".")[2], []).append(name)
    order = sorted(by_family, key=lambda family: (family not in _FIRST, family))
    rows: Rows = []
    for family in order:
        about = (import_module(f"autoencode.recipes.{family}").__doc__ or "").partition("\n")[0].rstrip(".")
        rows += [("", ""), ("", about), *((name, recipes[name].summary) for name in by_family[family])]
    detectors = load_detectors()
    about = {name: (detectors[name].__doc__ or "").partition("\n")[0] for name in detectors}
    rows += [("", ""), ("", "Detectors, for autoencode detect"), *about.items()]
    return (), rows[1:]


@hints.register("recipes")
def _where_to_start() -> list[str]:
    from autoencode.recipes import default_recipe

    pictures, vectors = default_recipe("").name, default_recipe("", "vectors").name
    train = command_line("train")
    return [
        "",
        f"Where to start: {train} DATA takes {pictures} for pictures, {vectors} for vectors.",
        "  noisy and clean pictures in pairs   -r restorer",
        "  noisy pictures alone                -r self-restorer",
        "  unusual rows of a table             -r outliers, then autoencode detect",
        "  unusual stretches of a series       -r series, then autoencode detect",
        "  defects in pictures                 -r anomaly, then autoencode detect",
        "  codes without randomness            -r conv-ae, or undercomplete-ae for vectors",
        f"The options of one: {train} DATA -r {pictures} --help",
    ]


@tables.register("models")
def _models(_: Path) -> tuple[tuple[str, ...], Rows]:
    from autoencode.cleaning import ready_models

    models = [ready_models[name] for name in ready_models]
    rows = [(m.name, m.about, m.limits, f"{m.size / 1e6:.1f} MB" if m.size else "none") for m in models]
    return ("ready-made", "for", "limits", "size"), rows


@tables.register("datasets")
def _datasets(_: Path) -> tuple[tuple[str, ...], Rows]:
    from autoencode.data import datasets

    return (), [(name, datasets[name].about, datasets[name].licence) for name in datasets]


@tables.register("formats")
def _formats(_: Path) -> tuple[tuple[str, ...], Rows]:
    from autoencode.data.formats import file_formats

    return (), [(suffix, file_formats()[suffix].summary) for suffix in file_formats()]


@tables.register("likelihoods")
def _likelihoods(_: Path) -> tuple[tuple[str, ...], Rows]:
    from autoencode.likelihoods import likelihoods

    return (), _documented(likelihoods)


@tables.register("corruptions")
def _corruptions(_: Path) -> tuple[tuple[str, ...], Rows]:
    from autoencode.corruptions import corruptions

    rows: Rows = []
    for name, summary in _documented(corruptions):
        made = corruptions[name]()
        low, high = made.scale.bounds(made.amount)
        default = f"{high:g}" if low == high else f"{low:g}..{high:g}"
        rows.append((name, default, f"{made.scale.meaning}, {made.scale.low:g} to {made.scale.high:g}", summary))
    return ("", "default", "amount", ""), rows


@tables.register("code-priors")
def _code_priors(_: Path) -> tuple[tuple[str, ...], Rows]:
    from autoencode.recipes.critics import code_priors

    return (), _documented(code_priors)


@tables.register("networks")
def _networks(_: Path) -> tuple[tuple[str, ...], Rows]:
    from autoencode.recipes import networks

    return (), _documented(networks)


@tables.register("flows")
def _flows(_: Path) -> tuple[tuple[str, ...], Rows]:
    from autoencode.distributions import flows

    return (), _documented(flows)


@tables.register("reproductions")
def _reproductions(_: Path) -> tuple[tuple[str, ...], Rows]:
    from autoencode.tasks.reproduce.published_results import reproductions

    rows = [(name, f"{reproductions[name].published:g}", reproductions[name].source) for name in reproductions]
    return ("name", "published", "source"), rows


@tables.register("optimizers")
def _optimizers(_: Path) -> tuple[tuple[str, ...], Rows]:
    from autoencode.training import optimizers

    return (), _documented(optimizers)


@tables.register("schedules")
def _schedules(_: Path) -> tuple[tuple[str, ...], Rows]:
    from autoencode.training import lr_schedules

    return (), _documented(lr_schedules)


@tables.register("runs")
def _runs(folder: Path) -> tuple[tuple[str, ...], Rows]:
    from autoencode.runs.listing import read_runs

    summaries, damaged = read_runs(folder)
    if damaged:
        more = "" if len(damaged) == 1 else f" and {len(damaged) - 1} more"
        errors.write_line(f"left out, as it cannot be read: {damaged[0].reason}{more}", style="yellow")
    headings = ("run", "data", "recipe", "status", "epochs", "loss", "minutes", "created")
    return headings, [
        (
            str(line.path),
            line.data,
            line.recipe,
            line.status,
            f"{line.epochs:.3g}",
            "" if line.loss is None else f"{line.loss:.2f}",
            f"{line.minutes:.1f}",
            line.created[:16].replace("T", " "),
        )
        for line in summaries
    ]


def _documented(registry: Registry[Any]) -> Rows:
    """Each name with the first line of its docstring."""
    return [(name, (registry[name].__doc__ or "").partition("\n")[0]) for name in registry]
