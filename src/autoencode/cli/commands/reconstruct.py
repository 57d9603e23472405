"""`autoencode reconstruct`."""

from pathlib import Path
from typing import Annotated

import typer

from autoencode.cli.commands import Panel, command
from autoencode.cli.console import errors, out, print_pairs
from autoencode.cli.options import ClassOption, ExampleOptions, ForceOption, RunArgument, RunOptions


@command("reconstruct", Panel.USE, rank=1)
def reconstruct(
    run: RunArgument,
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Pictures, folders of pictures, arrays, tables or text.", show_default="test examples"),
    ] = None,
    out_folder: Annotated[
        Path | None, typer.Option("--out", "-o", help="Where to write.", show_default="RUN/reconstructions")
    ] = None,
    of_class: ClassOption = None,
    *,
    reading: ExampleOptions,
    options: RunOptions,
    force: ForceOption = False,
) -> None:
    """Encode and decode pictures, and see what the model keeps of them.

    Pictures are resized to the size that the model was trained on; `autoencode restore` keeps their own size.

    \b
    autoencode reconstruct runs/photos-pca-vae
    autoencode reconstruct runs/photos-pca-vae a.jpg b.png -o reconstructed/
    """
    from autoencode import tasks
    from autoencode.cli.terminal_reporter import TerminalReporter

    opened = options.open(run, reading)
    with TerminalReporter() as reporter:
        done = tasks.reconstruct(opened, files or (), out_folder, of_class=of_class, reporter=reporter)
    if done.skipped:
        errors.write_line(f"{sum(skip.count for skip in done.skipped):,} files skipped")
    if done.tokens_back is not None:
        print_pairs(opened, done.originals, done.reconstructions)
        share = f"{done.tokens_back:.1%}".replace("%", " %")
        out.write_line(f"{done.count:,} reconstructed, {share} of the tokens come back in their place")
        out.write_line("see      ", (str(done.files[-1]), "bold"))
        return
    unit = " standard deviations of a column" if opened.standardisation else ""
    error = done.root_mean_squared_error or 0.0
    out.write_line(f"{done.count:,} reconstructed, root mean squared error {error:.4f}{unit}")
    out.write_line("see      ", (str(done.files[-1]), "bold"))
