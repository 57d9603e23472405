"""The commands: one file each, found by being in this folder.

A file defines a function and registers it:

    @command("blend", Panel.USE)
    def blend(run: RunArgument, …) -> None:
        \"\"\"One line for the list of commands.

        More for the command's own help.

        \\b
        autoencode blend runs/photos-pca-vae a.png b.png
        \"\"\"

The parameters are the command's arguments and options, the docstring is its help. A parameter whose type is a
dataclass, such as `cli.options.RunOptions`, stands for several options: its fields.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from autoencode.cli.option_groups import expand_groups
from autoencode.registry import Registry, import_submodules

Function = Callable[..., None]


class Panel(Enum):
    """The groups of `autoencode --help`, in their order."""

    TRAIN = "Train and measure"
    USE = "Use a trained model"
    ELSEWHERE = "Codes, search, and files for elsewhere"
    LATENT = "Look into the latent space"
    REFERENCE = "Prepare, compare and look up"


@dataclass(frozen=True)
class Command:
    """One command.

    Args:
        panel: the group in which it is listed.
        rank: its place in the group; commands of one rank stand in the order of their names.
        make: gives the function for the words of a command line. Only `train` depends on them.
    """

    panel: Panel
    rank: int
    make: Callable[[list[str]], Function]


commands: Registry[Command] = Registry("command", "autoencode --help")


def command(name: str, panel: Panel, rank: int = 9) -> Callable[[Function], Function]:
    """A decorator that makes a function a command.

    Args:
        name: what people type.
        panel: the group in which it is listed.
        rank: its place in the group.
    """

    def decorator(function: Function) -> Function:
        commands.add(name, Command(panel, rank, lambda words: expand_groups(function)))
        return function

    return decorator


def load_commands() -> dict[str, Command]:
    """All commands by name, in the order in which `--help` shows them."""
    import_submodules(__name__)
    panels = list(Panel)
    order = sorted(commands, key=lambda name: (panels.index(commands[name].panel), commands[name].rank, name))
    return {name: commands[name] for name in order}
