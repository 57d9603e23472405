"""`autoencode report`."""

from rich.markup import escape

from autoencode.cli.console import out
from autoencode.cli.run_options import DeviceOption, LastOption, RunArgument, TrustOption


def report(
    run: RunArgument,
    last: LastOption = False,
    device: DeviceOption = "auto",
    trust: TrustOption = None,
) -> None:
    """Evaluate a model and write its report.html, one self-contained page.

    \b
    autoencode report runs/fashion-mnist-fashion-vae
    """
    from autoencode import tasks

    opened = tasks.Run(run, trust=trust, last=last, device=device)
    with out.status("evaluating on the test split and drawing the report"):
        page = tasks.report(opened, tasks.evaluate(opened))
    out.print(f"report   [bold]{escape(str(page))}[/]")
