"""Style sheets, scripts and templates in this package."""

from importlib.resources import files


def asset(package: str, name: str) -> str:
    """The text of a file in a package."""
    return files(package).joinpath(name).read_text(encoding="utf-8")
