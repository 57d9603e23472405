"""`autoencode fit-prior`."""

from typing import Annotated, Any

import typer

from autoencode.cli.commands import Panel, command
from autoencode.cli.console import command_line, out
from autoencode.cli.options import DataOption, DeviceOption, RunArgument, TrustOption, TrustPathsOption


def _kinds(incomplete: str) -> list[str]:
    from autoencode.latent.ex_post import ex_post_priors

    return [name for name in ex_post_priors if name.startswith(incomplete)]


@command("fit-prior", Panel.LATENT, rank=4)
def fit_prior(
    run: RunArgument,
    kind: Annotated[str, typer.Argument(help="mixture, normal, flow or two-stage.", autocompletion=_kinds)] = "mixture",
    n_components: Annotated[
        int | None, typer.Option(min=1, help="Components of the mixture.", show_default="10")
    ] = None,
    flow: Annotated[
        str | None, typer.Option(help="Kind of normalizing flow; see: autoencode list flows.", show_default="nsf")
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Epochs over the codes, for flow and two-stage.", show_default="30")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed; the same seed gives the same prior.")] = 0,
    device: DeviceOption = "auto",
    trust: TrustOption = None,
    data: DataOption = None,
    trust_paths: TrustPathsOption = False,
) -> None:
    """Fit a prior to the codes of a trained model, to generate from it, or to generate better.

    The weights of the model do not change. A plain autoencoder can generate afterwards; a VAE samples codes from where
    the codes of the data lie.

    \b
    autoencode fit-prior runs/mnist-conv-ae mixture --n-components 10
    autoencode fit-prior runs/mnist-conv-ae flow
    autoencode fit-prior runs/mnist-dense-vae two-stage
    autoencode generate runs/mnist-conv-ae -n 64
    """
    from autoencode import tasks
    from autoencode.cli.terminal_reporter import TerminalReporter

    given: dict[str, Any] = {"n_components": n_components, "flow": flow, "epochs": epochs}
    options = {name: value for name, value in given.items() if value is not None}
    opened = tasks.Run(run, device=device, data=data, trust=trust, trust_paths=trust_paths)
    with TerminalReporter() as reporter:
        fitted = tasks.fit_prior(opened, kind, seed=seed, reporter=reporter, **options)
    bound = "at most " if fitted.prior.is_bound else ""
    out.write_line(f"{kind} prior fitted to {fitted.record.n_codes:,} codes in {fitted.record.seconds:.0f} s")
    out.write_line("nll of held-out codes   ", (f"{bound}{fitted.record.nll}", "bold"), " nats")
    if fitted.record.nll_own is not None:
        out.write_line(f"under the model's prior {fitted.record.nll_own} nats")
    out.write_line("next     ", command_line("generate", run, "-n", "64"), style="dim")
