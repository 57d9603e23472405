"""`autoencode reconstruct`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from autoencode.cli.console import errors, out
from autoencode.cli.run_options import ClassOption, DeviceOption, LastOption, RunArgument, TrustOption


def reconstruct(
    run: RunArgument,
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Pictures, folders of pictures, or .npy arrays.", show_default="test examples"),
    ] = None,
    out_folder: Annotated[
        Path | None, typer.Option("--out", "-o", help="Where to write.", show_default="RUN/reconstructions")
    ] = None,
    of_class: ClassOption = None,
    last: LastOption = False,
    device: DeviceOption = "auto",
    trust: TrustOption = None,
) -> None:
    """Pass pictures through a model and back, and see what it keeps of them.

    \b
    autoencode reconstruct runs/photos-conv-vae                     examples from the test split
    autoencode reconstruct runs/photos-conv-vae a.jpg b.png -o back/
    """
    from autoencode import tasks
    from autoencode.cli.terminal_reporter import TerminalReporter

    opened = tasks.Run(run, trust=trust, last=last, device=device)
    with TerminalReporter() as reporter:
        done = tasks.reconstruct(opened, files or (), out_folder, of_class=of_class, reporter=reporter)
    if done.skipped:
        errors.print(f"{len(done.skipped)} skipped")
    out.print(f"{done.count:,} reconstructed, root mean squared error {done.root_mean_squared_error:.4f}")
    out.print(f"see      [bold]{escape(str(done.files[-1]))}[/]")
