"""The decoder of the ready-made models a second time, in JavaScript: each file says which module it repeats."""

from importlib import resources

from autoencode.compression import browser, photographs
from autoencode.compression.photographs import lossless, lossy

_SCRIPTS = (
    "blake2b",
    "container",
    "ladder",
    "passes",
    "network",
    "lossless",
    "lossy",
    "model",
    "xz",
    "archive",
    "picture_file",
    "service",
)
"""In their order: what stands at the top level of one may use those before it."""


def decoder_script() -> str:
    """The decoder as one script that does nothing yet: `Service` answers requests by what `Archive` and `Models` do."""
    folder = resources.files(browser)
    texts = (folder.joinpath(f"{name}.js").read_text(encoding="utf-8") for name in _SCRIPTS)
    return '"use strict";\n' + "\n".join(texts)


def model_files() -> dict[str, bytes]:
    """The ready-made models as they are on the disk: without loss, and with."""
    files = {"lossless": lossless.MODEL_FILE, "lossy": lossy.MODEL_FILE}
    return {kind: resources.files(photographs).joinpath(name).read_bytes() for kind, name in files.items()}
