"""`autoencode map`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from autoencode.cli.commands import Panel, command
from autoencode.cli.console import print_result
from autoencode.cli.options import ForceOption, RunArgument, RunOptions


def _methods(incomplete: str) -> list[str]:
    from autoencode.views.map import projections

    return [name for name in projections if name.startswith(incomplete)]


@command("map", Panel.LATENT, rank=2)
def map_(
    run: RunArgument,
    out_file: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="A page (.html) or a picture (.png).", show_default="RUN/map.html"),
    ] = None,
    split: Annotated[
        Literal["test", "validation", "train", "all"], typer.Option(help="Which split of the data.")
    ] = "test",
    method: Annotated[
        str,
        typer.Option(
            help="How codes of more than two dimensions are projected: pca, tsne or umap.", autocompletion=_methods
        ),
    ] = "pca",
    limit: Annotated[
        int | None,
        typer.Option(help="Maximum number of examples.", show_default="60,000; 10,000 for tsne and umap"),
    ] = None,
    decoded: Annotated[
        bool, typer.Option("--decoded", help="Show the decoded picture of each code instead of the example.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Seed of tsne and umap.")] = 0,
    *,
    options: RunOptions,
    force: ForceOption = False,
) -> None:
    """Write a map of all codes in a plane, coloured by label, with the picture under the mouse.

    One self-contained page that can be zoomed, or a picture of it.

    \b
    autoencode map runs/fashion-mnist-fashion-vae -o map.html
    autoencode map runs/photos-pca-vae --method tsne --split all --limit 5000
    autoencode map runs/fashion-mnist-fashion-vae --decoded -o map.png
    """
    from autoencode import tasks
    from autoencode.cli.terminal_reporter import TerminalReporter

    opened = options.open(run)
    tasks.check_output(out_file)
    with TerminalReporter() as reporter:
        found, path, facts = tasks.write_map(
            opened, out_file, split, method=method, limit=limit, decoded=decoded, seed=seed, reporter=reporter
        )
    total = sum(len(opened.data.subsets[name]) for name in found.part_names)
    of = "" if total == len(found.positions) else f" of {total:,}"
    described = f"{len(found.positions):,}{of} codes"
    if facts is not None and facts.thumbnails:
        described += f", {facts.thumbnails:,} thumbnails of {facts.size[0]}x{facts.size[1]}"
    size = f", {facts.bytes / 1e6:.1f} MB" if facts is not None else ""
    print_result(described + size, path)
