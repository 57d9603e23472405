"""`autoencode compress`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autoencode.cli.commands import Panel, command
from autoencode.cli.console import command_line, errors, out, print_note, print_result
from autoencode.cli.options import ForceOption, RunOptions, ShardOptions, find_run, run_names
from autoencode.errors import ArgumentError

if TYPE_CHECKING:
    from autoencode.tasks import Compressed, Profile


@command("compress", Panel.ELSEWHERE, rank=4)
def compress(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="[RUN] INPUTS...",
            help="A run, then files, folders, or examples: test, test:1..100. Or, without a run, photographs.",
            autocompletion=run_names,
            show_default=False,
        ),
    ],
    out_file: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="A file in .aec; of shards a folder.", show_default="RUN/compressed.aec, or FOLDER.aec"
        ),
    ] = None,
    fast: Annotated[bool, typer.Option("--fast", help="Without a run: megabytes in a second.")] = False,
    small: Annotated[bool, typer.Option("--small", help="Without a run: smaller, five times slower.")] = False,
    quality: Annotated[
        int | None,
        typer.Option(
            min=1, max=100, help="Without a run: with loss, from 1, the smallest, to 100.", show_default=False
        ),
    ] = None,
    pixels_only: Annotated[
        bool, typer.Option("--pixels-only", help="Keep of PNG, GIF and WebP the pixels, not the bytes.")
    ] = False,
    embed_model: Annotated[
        bool, typer.Option("--embed-model", help="Put the model into the file: it then needs no run.")
    ] = False,
    compare: Annotated[
        bool, typer.Option("--compare/--no-compare", help="Measure PNG, WebP, JPEG XL and xz on a sample, too.")
    ] = True,
    heat_maps: Annotated[
        Path | None,
        typer.Option(
            "--heat-maps",
            help="Without a run: a folder for maps of where the bits go.",
            metavar="FOLDER",
            show_default=False,
        ),
    ] = None,
    *,
    options: RunOptions,
    shards: ShardOptions,
    force: ForceOption = False,
) -> None:
    """Compress files without loss, or photographs with a little.

    A ready-made model codes photographs of any size, in BMP, PPM and TIFF. A
    trained one codes pictures and arrays like those it learned from, where it has
    a probability mass (--likelihood discretized-logistic,
    mixture-of-discretized-logistics, categorical, binomial; bernoulli for black
    and white). Every byte comes back, on any computer.

    \b
    autoencode compress photos/ -o photos.aec
    autoencode compress photos/ -o photos.aec --quality 40
    autoencode compress last test -o test.aec
    autoencode compress runs/photos-conv-vae photos/ -o photos.aec --embed-model
    autoencode compress last 'shard-{0000..0127}.tar' -o packed/ --processes 8
    """
    from autoencode.storage import is_run_folder

    run, given = find_run(inputs[0]), Path(inputs[0])
    # photos/ by itself is the folder, also where runs/photos is a run
    if is_run_folder(given) or not given.exists() or (is_run_folder(run) and len(inputs) > 1):
        if heat_maps is not None:
            raise ArgumentError("--heat-maps is for photographs without a run: leave it out, or name no run")
        if fast or small or quality is not None:
            raise ArgumentError(
                "--fast, --small and --quality choose a ready-made model: leave them out, or name no run"
            )
        if (out_file is None or out_file.suffix != ".aec" or shards.are_chosen) and shards.are_meant(inputs[1:]):
            from autoencode import tasks

            chosen = {"pixels_only": pixels_only, "embed_model": embed_model}
            shards.work(tasks.CompressShards(run, out_file or run / "packed", vars(options), chosen), inputs[1:])
            return
        done = _by_run(
            run, inputs[1:], out_file, options, pixels_only=pixels_only, embed_model=embed_model, compare=compare
        )
    else:
        if embed_model:
            raise ArgumentError(
                "--embed-model is for the model of a run: leave it out, as every autoencode has this one"
            )
        if fast + small + (quality is not None) > 1:
            raise ArgumentError("--fast, --small and --quality exclude each other: choose one")
        profile = _profile(small=small, quality=quality)
        done = _ready_made(inputs, out_file, profile, pixels_only=pixels_only, compare=compare, heat_maps=heat_maps)
    for line in done.notes:
        errors.write_line(line)
    for line in done.lines:
        print_note(line)
    print_result(f"{done.files:,} file{'s'[: done.files != 1]} in {done.size:,} bytes", done.path)
    out.write_line("next     ", command_line("decompress", done.path), style="dim")


def _by_run(
    run: Path,
    inputs: Sequence[str],
    out_file: Path | None,
    options: RunOptions,
    *,
    pixels_only: bool,
    embed_model: bool,
    compare: bool,
) -> "Compressed":
    from autoencode import tasks
    from autoencode.cli.terminal_reporter import TerminalReporter

    opened = options.open(run)
    path = out_file or opened.path / "compressed.aec"
    with TerminalReporter() as reporter:
        return tasks.compress(
            opened,
            inputs,
            path,
            pixels_only=pixels_only,
            embed_model=embed_model,
            compare=compare,
            reporter=reporter,
        )


def _profile(*, small: bool, quality: int | None) -> "Profile | int":
    from autoencode import tasks

    return quality or (tasks.Profile.SMALL if small else tasks.Profile.FAST)


def _ready_made(
    inputs: Sequence[str],
    out_file: Path | None,
    profile: "Profile | int",
    *,
    pixels_only: bool,
    compare: bool,
    heat_maps: Path | None,
) -> "Compressed":
    from autoencode import tasks
    from autoencode.cli.terminal_reporter import TerminalReporter

    path = out_file or Path(Path(inputs[0]).resolve().name).with_suffix(".aec")
    with TerminalReporter() as reporter:
        return tasks.compress_photographs(
            inputs,
            path,
            profile=profile,
            pixels_only=pixels_only,
            compare=compare,
            heat_maps=heat_maps,
            reporter=reporter,
        )
