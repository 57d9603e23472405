"""The option that allows a run folder to name a recipe outside this package."""

from typing import Annotated

import typer

Trust = Annotated[
    str | None,
    typer.Option(
        help="The recipe of your own, module:function, that the run was trained by: opening it runs that code.",
        show_default=False,
    ),
]
