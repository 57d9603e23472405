"""Runs a page of docs/tutorials in an empty folder: its Python and its commands, in order.

    python scripts/tutorial.py docs/tutorials/first-vae.md              the pictures of the page are made again
    python scripts/tutorial.py docs/tutorials/first-vae.md --short      20 steps each, as the tests run it

Pages of your own pictures find cartoon faces (AUTOENCODE_DATA, faces/cartoon) in the folder `photos/`.
"""

import argparse
import os
import re
import shlex
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

from PIL import Image

from autoencode.cli import main as command_line

SHORT = 20
"""Steps, epochs, draws or rounds in the short form."""
WIDTHS, MOST_BYTES = (1000, 800, 650, 500), 120_000
N_FACES = 300
FACES = "faces/cartoon/personas_64.zip"
_BLOCK = re.compile(r"^```python\n(?P<python>.*?)^```$|^    autoencode (?P<command>[^\n]*)$", re.MULTILINE | re.DOTALL)
_LENGTH = re.compile(r"(--steps |--epochs |\b(?:steps|draws|rounds) = )\d+")
_PICTURE = re.compile(r"\]\(images/([\w-]+\.png)\)")


def blocks(page: str) -> Iterator[tuple[str, str]]:
    """What is run of a page: ("python", code) or ("command", words), in order."""
    for found in _BLOCK.finditer(page):
        yield ("python", found["python"]) if found["python"] else ("command", found["command"].partition("  ")[0])


def shortened(text: str) -> str:
    """With few steps, epochs and draws."""
    return _LENGTH.sub(rf"\g<1>{SHORT}", text)


def pictures(page: str) -> list[str]:
    """The names of the pictures that a page shows."""
    return _PICTURE.findall(page)


def run_page(path: Path, folder: Path, *, short: bool) -> None:
    """Runs a page in a folder, which gets what the page writes."""
    page, names = path.read_text(), dict[str, Any]()
    with chdir(folder):
        if "photos/" in page:
            put_photos(Path("photos"))
        for kind, text in blocks(page):
            text = shortened(text) if short else text
            if kind == "python":
                exec(compile(text, str(path), "exec"), names)
            else:
                run_command(text)


def run_command(words: str) -> None:
    """A command line in this process.

    Raises:
        RuntimeError: it ended with another code than 0.
    """
    print(f"$ autoencode {words}", flush=True)
    before, sys.argv = sys.argv, ["autoencode", *shlex.split(words)]
    try:
        command_line.main()
    except SystemExit as stop:
        if stop.code:
            raise RuntimeError(f"autoencode {words}: exit {stop.code}") from stop
    finally:
        sys.argv = before


def shrink(made: Path, target: Path) -> None:
    """A picture as the page shows it: in 256 colours if it has too many bytes otherwise, then smaller."""
    with Image.open(made) as opened:
        white = Image.new("RGBA", opened.size, "white")
        whole = Image.alpha_composite(white, opened.convert("RGBA")).convert("RGB")
    for width in WIDTHS:
        picture = whole.copy()
        picture.thumbnail((width, width))
        for version in (picture, picture.quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)):
            version.save(target, optimize=True)
            if target.stat().st_size < MOST_BYTES:
                return


def put_photos(folder: Path) -> None:
    """Some cartoon faces, as if they were the reader's own."""
    with zipfile.ZipFile(Path(os.environ["AUTOENCODE_DATA"]) / FACES) as archive:
        for name in sorted(name for name in archive.namelist() if name.endswith(".png"))[:N_FACES]:
            target = folder / Path(name).name
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(archive.read(name))


def main() -> None:
    """Runs the pages; in the full form their pictures replace those in docs/tutorials/images."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("pages", nargs="+", type=Path)
    parser.add_argument("--short", action="store_true", help="few steps; no picture is replaced")
    asked = parser.parse_args()
    for path in asked.pages:
        with tempfile.TemporaryDirectory() as folder:
            run_page(path.resolve(), Path(folder), short=asked.short)
            target = path.parent / "images"
            for name in () if asked.short else pictures(path.read_text()):
                target.mkdir(exist_ok=True)
                (found,) = Path(folder).rglob(name)
                shrink(found, target / name)


if __name__ == "__main__":
    main()
