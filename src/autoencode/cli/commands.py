"""The table of commands."""

from collections.abc import Callable

from autoencode.cli.blend import blend
from autoencode.cli.compare_objectives import compare_objectives
from autoencode.cli.corrupt import corrupt
from autoencode.cli.edit import edit
from autoencode.cli.evaluate import evaluate
from autoencode.cli.explore import explore
from autoencode.cli.fit_prior import fit_prior
from autoencode.cli.generate import generate
from autoencode.cli.latent_space import latent_space
from autoencode.cli.listing import list_
from autoencode.cli.map import map_
from autoencode.cli.morph import morph
from autoencode.cli.reconstruct import reconstruct
from autoencode.cli.report import report
from autoencode.cli.reproduce import reproduce
from autoencode.cli.restore import restore
from autoencode.cli.train import train_command
from autoencode.cli.traverse import traverse


def table(words: list[str]) -> dict[str, Callable[..., None]]:
    """The commands by name, in the order in which `--help` shows them."""
    return {
        "train": train_command(words),
        "evaluate": evaluate,
        "report": report,
        "reconstruct": reconstruct,
        "restore": restore,
        "generate": generate,
        "morph": morph,
        "blend": blend,
        "edit": edit,
        "traverse": traverse,
        "explore": explore,
        "fit-prior": fit_prior,
        "map": map_,
        "latent-space": latent_space,
        "corrupt": corrupt,
        "compare-objectives": compare_objectives,
        "reproduce": reproduce,
        "list": list_,
    }
