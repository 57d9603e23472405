import inspect
from dataclasses import dataclass
from typing import Annotated

import typer
from typer.testing import CliRunner

from autoencode.cli.option_groups import expand_groups


@dataclass(frozen=True)
class Paint:
    colour: Annotated[str, typer.Option(help="Which colour.")] = "red"
    layers: Annotated[int, typer.Option("--layers", "-l")] = 1


def paint(wall: str, *, with_: Paint, dry: bool = False) -> None:
    """Paint a wall."""
    print(wall, with_, dry)


def test_the_fields_stand_where_the_dataclass_stood():
    expanded = expand_groups(paint)
    assert list(inspect.signature(expanded).parameters) == ["wall", "colour", "layers", "dry"]
    assert expanded.__doc__ == paint.__doc__


def test_typer_makes_an_option_of_each_field_and_the_command_gets_them_together():
    app = typer.Typer()
    app.command()(expand_groups(paint))
    for words, expected in [([], Paint()), (["--colour", "blue", "-l", "2"], Paint("blue", 2))]:
        found = CliRunner().invoke(app, ["north", *words, "--dry"])
        assert found.stdout == f"north {expected} True\n"
