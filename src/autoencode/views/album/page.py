"""The page of a compressed file of photographs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autoencode.compression.browser import decoder_script, model_files
from autoencode.runs.replacing import check_replaceable
from autoencode.storage import atomic_write
from autoencode.views import pages

_HERE = "autoencode.views.album"


@dataclass(frozen=True)
class AlbumContent:
    """All of the page.

    Args:
        name: of the compressed file.
        archive: its bytes.
        probe: a picture that the browser must decode before anything else: `payload` in base64, its `shape`, the
            `digest` of its pixels; the `name` of the probe, the `profile` and the `quality` in the file's header.
    """

    name: str
    archive: bytes
    probe: Mapping[str, Any]


def write_album(path: Path, content: AlbumContent) -> None:
    """Writes the page as one file without external files, completely or not at all.

    Args:
        path: where; it should end in .html.
        content: of the page.

    Raises:
        ArgumentError: a file is there that autoencode did not write.
        StorageError: the file cannot be written.
    """
    check_replaceable(path)
    atomic_write(path, album_page(content))


def album_page(content: AlbumContent) -> str:
    """The page as HTML."""
    blocks = {"archive": content.archive} | model_files()
    data = {"name": content.name, "probe": dict(content.probe)}
    return pages.page(
        "pictures",
        content.name,
        "These pictures are in this page as a compressed file, and are decoded here, in your browser.",
        pages.asset(_HERE, "main.html"),
        style=pages.asset(_HERE, "page.css"),
        foot="It contains the decoder and the compressed file. Keys in a large picture: ← and →, S saves, Esc closes.",
        data=pages.data_block("data", pages.to_json(data))
        + "".join(pages.data_block(name, pages.to_base64(content), "text/plain") for name, content in blocks.items()),
        script=decoder_script() + pages.asset(_HERE, "page.js"),
        wasm=True,
        worker=True,
    )
