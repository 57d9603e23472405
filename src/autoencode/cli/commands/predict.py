"""`autoencode predict`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autoencode.cli.commands import Panel, command
from autoencode.cli.console import INTERRUPTED, errors, out
from autoencode.cli.options import ForceOption, RunArgument, RunOptions

if TYPE_CHECKING:
    from autoencode.tasks import Predictions


@command("predict", Panel.USE, rank=3)
def predict(
    run: RunArgument,
    items: Annotated[
        list[str],
        typer.Argument(
            metavar="FRAMES...", help="Folders of frames, clips, .npz or .npy files of clips, or test:17 and so on."
        ),
    ],
    out_folder: Annotated[
        Path | None, typer.Option("--out", "-o", help="Where to write.", show_default="RUN/futures")
    ] = None,
    n: Annotated[int, typer.Option("-n", "--n-samples", min=1, help="Draw so many futures of each.")] = 3,
    frames: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Frames of a future; more than the model predicts at a time are predicted from predicted ones.",
            show_default="as many as the model predicts",
        ),
    ] = None,
    at: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Number of the last frame that is known, so that those after it are the truth.",
            show_default="the last one",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the draws.")] = 0,
    *,
    options: RunOptions,
    force: ForceOption = False,
) -> None:
    """Predict the frames that come next: several futures of frames in order, and a sheet that shows them.

    A folder of frames is a sequence, and so is each subfolder; names are
    in natural order (2 before 10). The sheet has the past and, where it
    is known, what came next; below it the futures, and where they differ.

    \b
    autoencode train frames/ --recipe predict-vae
    autoencode predict last frames/ -o out/
    autoencode predict last drive.mp4 -n 5 --frames 20 --at 100 -o out/
    autoencode predict last test:1 test:50
    """
    from autoencode import tasks
    from autoencode.cli.terminal_reporter import TerminalReporter

    opened = options.open(run)
    with TerminalReporter() as reporter:
        done = tasks.predict(opened, items, out_folder, n=n, n_frames=frames, at=at, seed=seed, reporter=reporter)
    _print_summary(done, n)
    if done.interrupted:
        raise typer.Exit(INTERRUPTED)


def _print_summary(done: "Predictions", n: int) -> None:
    if done.skipped:
        errors.write_line(f"{sum(skip.count for skip in done.skipped):,} left out")
    stopped = "stopped; " if done.interrupted else ""
    inputs = "1 input" if len(done.done) == 1 else f"{len(done.done):,} inputs"
    out.write_line(f"{stopped}{n} {'future' if n == 1 else 'futures'} of {inputs} in ", (str(done.folder), "bold"))
    known = [one for one in done.done if one.psnr]
    if known:
        own, copied = _mean([one.psnr for one in known]), _mean([one.copied_psnr for one in known])
        useless = "; no better than copying the last frame: train longer" if own <= copied else ""
        out.write_line(
            f"against what came next: PSNR of the mean future {own:.1f} dB, of the last frame copied {copied:.1f} dB"
            f"{useless}"
        )
    if done.done and all(one.alike for one in done.done) and n > 1:
        out.write_line("the futures are all alike: the code of this model says next to nothing", style="yellow")
    for one in done.done[:3]:
        out.write_line("see      ", (str(one.sheet), "bold"))


def _mean(of_inputs: Sequence[Sequence[float]]) -> float:
    """Over the frames of each input, and over inputs."""
    return sum(sum(each) / len(each) for each in of_inputs) / len(of_inputs)
