"""`autoencode report`."""

from pathlib import Path
from typing import Annotated

import typer

from autoencode.cli.completion import run_names
from autoencode.cli.console import out
from autoencode.cli.trust import Trust


def report(
    run: Annotated[Path, typer.Argument(help="A run folder.", autocompletion=run_names)],
    last: Annotated[bool, typer.Option("--last", help="The last weights in place of the best.")] = False,
    device: Annotated[str, typer.Option(help="cpu, cuda …")] = "auto",
    trust: Trust = None,
) -> None:
    """Evaluate a model and write its report.html, one self-contained page.

    \b
    autoencode report runs/fashion-mnist-fashion-vae
    """
    from autoencode import tasks

    opened = tasks.Run(run, trust=trust, last=last, device=device)
    with out.status("evaluating on the test part and drawing the report"):
        page = tasks.report(opened, tasks.evaluate(opened))
    out.print(f"report   [bold]{page}[/]")
