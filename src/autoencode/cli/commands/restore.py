"""`autoencode restore`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from autoencode.cli.commands import Panel, command
from autoencode.cli.console import INTERRUPTED, errors, out, styled
from autoencode.cli.options import DeviceOption, ForceOption, LastOption, RunArgument, ShardOptions, TrustOption
from autoencode.errors import ArgumentError

if TYPE_CHECKING:
    from autoencode.evaluation import Estimate, RestorationQuality
    from autoencode.tasks import Restorations
    from autoencode.tasks.restore.restore import ClipComparison

_NOTES = 10


@command("restore", Panel.USE, rank=2)
def restore(
    run: RunArgument,
    files: Annotated[
        list[Path], typer.Argument(help="Pictures of any size, clips, volumes, folders of them, or shards.")
    ],
    out_folder: Annotated[
        Path | None, typer.Option("--out", "-o", help="Where to write.", show_default="RUN/restored")
    ] = None,
    clean: Annotated[
        Path | None,
        typer.Option(
            help="A folder of clean pictures or clips with the same names, to measure the result.", show_default=False
        ),
    ] = None,
    tile: Annotated[
        int | None,
        typer.Option(
            min=1, help="Largest side of a tile in pixels; smaller tiles take less memory.", show_default="1536"
        ),
    ] = None,
    ensemble: Annotated[
        bool,
        typer.Option("--ensemble", help="Average over the eight orientations: somewhat better, eight times as slow."),
    ] = False,
    lossless: Annotated[
        bool, typer.Option("--lossless", help="Write clips without loss, as large .mkv files.")
    ] = False,
    last: LastOption = False,
    device: DeviceOption = "auto",
    force: ForceOption = False,
    trust: TrustOption = None,
    *,
    shards: ShardOptions,
) -> None:
    """Restore pictures and clips at their own size: remove the noise or damage that the model was trained on.

    Large pictures are processed in tiles, clips frame by frame. Transparency, DPI and colour profiles are kept, and the
    timing and sound of clips; volumes (NIfTI, DICOM) keep places, spacing and units. Nothing is scaled, and no file
    that you give is overwritten. Of shards, tars or Parquet files of pictures, each becomes a tar.

    \b
    autoencode restore runs/scans-restorer scan.png photos/ -o clean/
    autoencode restore runs/scans-restorer noisy/ -o back/ --clean truth/
    autoencode restore runs/night-video-self-restorer night.mp4 -o clean/
    autoencode restore last 'shard-{0000..0127}.tar' -o clean/ --part 3/16
    autoencode restore runs/brain-self-restorer brain.nii.gz -o clean/
    """
    from autoencode import tasks
    from autoencode.cli.terminal_reporter import TerminalReporter

    if shards.are_meant(files):
        if clean is not None or lossless:
            raise ArgumentError("--clean and --lossless have no meaning for shards: leave them out")
        opening, chosen = {"trust": trust, "last": last, "device": device}, {"tile": tile, "ensemble": ensemble}
        shards.work(tasks.RestoreShards(run, out_folder or run / "restored", opening, chosen), files)
        return
    opened = tasks.Run(run, trust=trust, last=last, device=device)
    with TerminalReporter() as reporter:
        done = tasks.restore(
            opened, files, out_folder, clean=clean, tile=tile, ensemble=ensemble, lossless=lossless, reporter=reporter
        )
    _print_summary(done)
    if done.interrupted:
        raise typer.Exit(INTERRUPTED)


def _print_summary(done: "Restorations") -> None:
    more = len(done.notes) - _NOTES
    for note in (*done.notes[:_NOTES], *([f"… and {more} more such notes"] if more > 0 else [])):
        errors.write_line(note, style="dim")
    for skip in done.unpaired:
        errors.write_line(("not measured", "yellow"), f" {skip.file}: {skip.reason}")
    if done.skipped:
        errors.write_line(f"{sum(skip.count for skip in done.skipped):,} files skipped")
    stopped = f"stopped; {len(done.files)} of {done.asked}" if done.interrupted else f"{len(done.files)}"
    changed = (
        ""
        if done.change is None
        else f", changed by {_interval(done.change, 4)} (root mean square; black is 0, white 1)"
    )
    out.write_line(f"{stopped} restored{changed}")
    if done.quality is not None:
        _show(done.quality)
    if done.clips:
        _show_clips(done.clips)
    if done.sheet is not None:
        out.write_line("see      ", (str(done.sheet), "bold"))


def _show(quality: "RestorationQuality") -> None:
    """PSNR, SSIM and RMSE before and after, with their 95 % intervals."""
    title = f"{quality.restored.rmse.n:,} pictures against clean ones, means with 95 % intervals"
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0))
    for column in ("", "degraded", "restored", "change"):
        table.add_column(column, justify="left" if not column else "right", no_wrap=True, header_style="dim")
    kinds = (quality.degraded, quality.restored, quality.change)
    for name, digits in (("PSNR, dB", 2), ("SSIM", 4), ("RMSE", 4)):
        estimates = [getattr(kind, name.partition(",")[0].lower()) for kind in kinds]
        if all(estimate is not None for estimate in estimates):
            table.add_row(styled((name, "bold")), *(_interval(estimate, digits) for estimate in estimates))
    out.print(table)


def _show_clips(clips: "tuple[ClipComparison, ...]") -> None:
    """The measures of each clip before and after."""
    table = Table(title="clips against clean ones", title_justify="left", box=None, padding=(0, 2, 0, 0))
    for column in ("", "frames", "", "PSNR, dB", "RMSE", "flicker"):
        table.add_column(column, justify="right" if column else "left", no_wrap=True, header_style="dim")
    for clip in clips:
        for name, kind, quality in ((clip.name, "degraded", clip.degraded), ("", "restored", clip.restored)):
            numbers = (f"{quality.psnr:.2f}", f"{quality.rmse:.4f}", f"{quality.flicker:.4f}")
            table.add_row(styled((name, "bold")), f"{quality.frames:,}" if name else "", kind, *numbers)
    out.print(table)


def _interval(estimate: "Estimate", digits: int) -> str:
    low, high = estimate.interval
    interval = "" if low != low or high != high else f" [{low:.{digits}f}, {high:.{digits}f}]"
    return f"{estimate.value:.{digits}f}{interval}"
