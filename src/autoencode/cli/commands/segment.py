"""`autoencode segment`."""

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autoencode.cli.commands import Panel, command
from autoencode.cli.console import INTERRUPTED, errors, out, print_measurements
from autoencode.cli.options import DeviceOption, ForceOption, LastOption, RunArgument, TrustOption

if TYPE_CHECKING:
    from autoencode.tasks import Segmentations


@command("segment", Panel.USE, rank=3)
def segment(
    run: RunArgument,
    files: Annotated[list[Path], typer.Argument(help="Pictures of any size, NIfTI files, and folders of them.")],
    out_folder: Annotated[
        Path | None, typer.Option("--out", "-o", help="Where to write.", show_default="RUN/masks")
    ] = None,
    truth: Annotated[
        Path | None,
        typer.Option(
            help="A folder of true masks with the same names, to measure the result: Dice and counts.",
            show_default=False,
        ),
    ] = None,
    smallest: Annotated[
        int | None,
        typer.Option(
            min=1, help="Areas of fewer pixels are not counted.", show_default="a five-thousandth of the picture"
        ),
    ] = None,
    ensemble: Annotated[
        bool,
        typer.Option(
            "--ensemble",
            help="Average over the eight orientations, for pictures without a direction; eight times as slow.",
        ),
    ] = False,
    n: Annotated[
        int | None,
        typer.Option(
            "-n",
            "--n-samples",
            min=1,
            help="Draw so many plausible masks of each picture (-r probabilistic-segmenter).",
            show_default="none",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the draws.")] = 0,
    last: LastOption = False,
    device: DeviceOption = "auto",
    force: ForceOption = False,
    trust: TrustOption = None,
) -> None:
    """Find masks: the class of each pixel of pictures, and the areas and counts of classes or objects.

    Writes a mask for each picture, of its size and with the values of
    the masks that were learned from; the picture with the mask over it,
    in overlays/; how unsure each pixel is, in doubt/; areas and counts in
    areas.csv; and sheet.png to look at. With -n the mask is the likeliest
    of those that are drawn; all are in draws/, and areas.csv has the mean
    and the standard deviation of pixels and counts over them.

    Of a volume (.nii, .nii.gz) the mask and the doubt are volumes with
    its places and spacing, the overlay shows 16 slices, and areas.csv has
    millilitres, too.

    \b
    autoencode train cells/ --target masks/ --recipe segmenter
    autoencode segment last new-cells/ -o found/
    autoencode segment last cells/ -o found/ --truth masks/
    autoencode segment runs/unsure new-cells/ -o found/ -n 8
    autoencode segment runs/scans new-scan.nii.gz -o found/
    """
    from autoencode import tasks
    from autoencode.cli.terminal_reporter import TerminalReporter

    opened = tasks.Run(run, trust=trust, last=last, device=device)
    with TerminalReporter() as reporter:
        done = tasks.segment(
            opened,
            files,
            out_folder,
            truth=truth,
            smallest=smallest,
            ensemble=ensemble,
            n=n or 0,
            seed=seed,
            reporter=reporter,
        )
    _print_summary(done)
    if done.interrupted:
        raise typer.Exit(INTERRUPTED)


def _print_summary(done: "Segmentations") -> None:
    for skip in done.plan.unpaired:
        errors.write_line(("not measured", "yellow"), f" {skip.file}: {skip.reason}")
    if done.skipped:
        errors.write_line(f"{sum(skip.count for skip in done.skipped):,} files skipped")
    of = f" of {len(done.plan.pictures):,}" if done.interrupted else ""
    stopped = "stopped; " if done.interrupted else ""
    out.write_line(f"{stopped}{len(done.files):,}{of} masks: {_areas(done)}")
    if done.quality is not None:
        from autoencode.views.report.rows import segmentation_rows

        print_measurements("against true masks", ["value", "unit"], segmentation_rows(done.quality))
    if done.sheet is not None:
        out.write_line("areas    ", (str(done.table), "bold"))
        out.write_line("see      ", (str(done.sheet), "bold"))


def _areas(done: "Segmentations") -> str:
    """Mean share and number of each class over pictures."""
    shares, counts = defaultdict[str, list[float]](list), defaultdict[str, int](int)
    for area in done.areas:
        shares[area.name].append(area.share)
        counts[area.name] += area.count
    return "; ".join(
        f"{name} {100 * sum(own) / len(own):.3g} % of the pixels, {counts[name]:,} "
        f"{'areas' if name != 'object' else 'objects'}"
        for name, own in shares.items()
    )
