"""`autoencode encode`."""

from pathlib import Path
from typing import Annotated

import typer

from autoencode.cli.commands import Panel, command
from autoencode.cli.console import errors, print_result
from autoencode.cli.options import ClassOption, ExampleOptions, ForceOption, RunArgument, RunOptions, ShardOptions


@command("encode", Panel.ELSEWHERE, rank=1)
def encode(
    run: RunArgument,
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Pictures, folders of pictures, arrays, or shards.", show_default="test examples"),
    ] = None,
    out_file: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="A file in .csv, .npz, .parquet or .npy; of shards a folder.",
            show_default="RUN/codes.csv",
        ),
    ] = None,
    std: Annotated[bool, typer.Option("--std", help="Also the standard deviations of the posterior.")] = False,
    of_class: ClassOption = None,
    *,
    reading: ExampleOptions,
    options: RunOptions,
    shards: ShardOptions,
    force: ForceOption = False,
) -> None:
    """Write the code of each picture into a table: posterior means, a row for each file.

    A quantised code is written as the numbers of its codewords. Of shards, tars
    or Parquet files, each becomes an .npz file of its name; those that are there
    already are kept.

    \b
    autoencode encode runs/photos-pca-vae photos/ -o codes.csv
    autoencode encode last a.jpg b.jpg -o codes.npz --std
    autoencode encode last 'shard-{0000..0127}.tar' -o codes/ --processes 8
    """
    from autoencode import tasks
    from autoencode.cli.terminal_reporter import TerminalReporter

    if files and shards.are_meant(files):
        opening, chosen = {**vars(options), **vars(reading)}, {"std": std, "of_class": of_class}
        shards.work(tasks.EncodeShards(run, out_file or run / "codes", opening, chosen), files)
        return
    opened = options.open(run, reading)
    path = out_file or opened.path / "codes.csv"
    with TerminalReporter() as reporter:
        found = tasks.encode(opened, files or (), path, std=std, of_class=of_class, reporter=reporter)
    if found.skipped:
        errors.write_line(f"{sum(skip.count for skip in found.skipped):,} files skipped")
    print_result(f"{len(found.names):,} codes of {found.codes.shape[1]:,} numbers", path)
