"""Runs the decoder of compressed photographs in Node."""

import base64
import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autoencode.compression.browser import decoder_script, model_files

NODE = shutil.which("node")
_DRIVER = Path(__file__).with_suffix(".js")


def decode_in_node(files: Sequence[bytes], *, plain: bool = False, saved: bool = False) -> list[dict[str, Any]]:
    """What the decoder gives of compressed files, one dictionary each.

    Args:
        files: their bytes.
        plain: without WebAssembly.
        saved: whether files as they are saved are wanted, too.

    Returns:
        `error` of the whole file, or `lost` (a count), `cut`, and `files` by their names: each with an `error`, or
        `pixels` (bytes), or `stored` (bytes); and with `png` and `file`, as far as they can be saved.
    """
    request = {
        "models": {kind: _packed(content) for kind, content in model_files().items()},
        "files": [_packed(content) for content in files],
        "plain": plain,
        "saved": saved,
    }
    command = [str(NODE), "-e", decoder_script() + _DRIVER.read_text(encoding="utf-8")]
    done = subprocess.run(command, input=json.dumps(request), capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return [_unpacked(found) for found in json.loads(done.stdout)]


def _packed(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _unpacked(found: dict[str, Any]) -> dict[str, Any]:
    for file in found.get("files", {}).values():
        for kind in {"pixels", "stored", "png", "file"} & file.keys():
            file[kind] = base64.b64decode(file[kind])
    return found
