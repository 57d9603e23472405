"""Writes a page that shows what is in a compressed file of photographs, in any browser."""

import base64
from pathlib import Path

from autoencode.compression.container import Json, Reader, digest, open_compressed
from autoencode.errors import ArgumentError
from autoencode.runs.replacing import check_output
from autoencode.tasks.compress_photographs import CODEC
from autoencode.tasks.decompress import picture_codec
from autoencode.views.album import AlbumContent, write_album

_MOST = 256_000_000
"""Bytes of a compressed file in a page: a browser holds it as a text of a third more."""


def album(path: str | Path, out: str | Path) -> Path:
    """Writes a page with a compressed file, its model and a decoder in JavaScript, which needs no network.

    The page shows the pictures, and saves them. It opens other files of a ready-made model, too.

    Args:
        path: a file of `compress_photographs`.
        out: the page; it should end in .html.

    Returns:
        The page.

    Raises:
        DataError: no compressed file, one whose header is damaged, or one of another model.
        ArgumentError: a file that needs a trained model, a file too large for a page, or a page that would take the
            place of a file that autoencode did not write.
        StorageError: the page cannot be written.
    """
    path, out = Path(path), Path(out)
    check_output(out, [path])
    with open_compressed(path) as file:
        header = Reader(file).header
        if header.get("codec") != CODEC:
            raise ArgumentError(
                f"{path} needs the model of the run '{header.get('run')}', and a page holds the ready-made ones only: "
                "decompress it without --page"
            )
        content = _read(path)
    write_album(out, AlbumContent(path.name, content, _probe(header)))
    return out


def _read(path: Path) -> bytes:
    size = path.stat().st_size
    if size > _MOST:
        raise ArgumentError(
            f"{path} has {size / 1e6:,.0f} MB, and a page holds {_MOST / 1e6:,.0f}: compress its pictures in several "
            "files"
        )
    return path.read_bytes()


def _probe(header: Json) -> Json:
    """A picture that the browser must decode first; this computer computes the same as the one that compressed."""
    pixels, payload = picture_codec(header).probe_case()
    return {
        "name": header.get("probe"),
        "profile": header.get("profile"),
        "quality": header.get("quality"),
        "payload": base64.b64encode(payload).decode(),
        "shape": list(pixels.shape),
        "digest": digest(pixels.tobytes()).hex(),
    }
