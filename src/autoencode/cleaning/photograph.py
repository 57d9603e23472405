"""Cleans one photograph: the network's correction, at the photograph's own size."""

import numpy as np
import numpy.typing as npt

from autoencode.cleaning.network import Float, UNet
from autoencode.cleaning.page import CleanedPage

Bytes = npt.NDArray[np.uint8]
_LEAST = 0.001
"""The least root mean square of a correction that is worth making, in the block of the quietest quarter that has most;
white is 1."""
_BLOCK, _QUIETEST = 16, 25
"""Pixels a side of the blocks, and the percentage of those that count as quiet."""


def clean_photograph(
    network: UNet, photograph: Bytes, strength: float = 1.0, *, check: bool = True, ensemble: bool = False
) -> CleanedPage:
    """A photograph without noise or the traces of JPEG, whichever the network has learned to remove.

    Unlike pages, photographs have no size of their own that the network would have to know: it sees them as they are.

    Args:
        network: of a model for photographs.
        photograph: (height, width) or (height, width, 3), 8 bits.
        strength: 1 for all of it, 0.5 for half.
        check: whether to leave a photograph as it was where there is nearly nothing to remove.
        ensemble: the mean over the eight ways of turning and mirroring it, which is better and takes eight times as
            long.
    """
    x = np.asarray(np.atleast_3d(photograph).transpose(2, 0, 1) / 255, np.float32)
    colour = np.ascontiguousarray(np.broadcast_to(x, (3, *x.shape[1:])))
    change = (_ensemble(network, colour) if ensemble else network.tiled(colour)) - colour
    correction = np.asarray(change if len(x) == 3 else change.mean(0, keepdims=True), np.float32)
    if check and _in_quiet_blocks(correction) < _LEAST:
        return CleanedPage(photograph, "hardly anything was found in it to remove")
    pixels = np.rint(255 * np.clip(x + np.float32(strength) * correction, 0, 1)).astype(np.uint8)
    return CleanedPage(pixels.transpose(1, 2, 0).reshape(photograph.shape), None)


def _ensemble(network: UNet, x: Float) -> Float:
    """The mean over eight orientations: Timofte, Rothe and Van Gool, CVPR 2016, section 3.4."""
    total = np.zeros_like(x)
    for quarters in range(4):
        for mirrored in (False, True):
            seen = np.rot90(x[:, :, ::-1] if mirrored else x, quarters, (1, 2))
            back = np.rot90(network.tiled(np.ascontiguousarray(seen)), -quarters, (1, 2))
            total += back[:, :, ::-1] if mirrored else back
    return np.asarray(total / 8, np.float32)


def _in_quiet_blocks(correction: Float) -> float:
    """The root mean square of a correction in the quarter of the blocks that it changes least, at most.

    Noise and the traces of JPEG are everywhere; what the network wants to change only where there is ornament, is none.
    """
    _, height, width = correction.shape
    rows, columns = -(-height // _BLOCK), -(-width // _BLOCK)
    beyond = ((0, rows * _BLOCK - height), (0, columns * _BLOCK - width))
    power = np.pad(np.square(correction).mean(0), beyond, mode="edge")
    blocks = power.reshape(rows, _BLOCK, columns, _BLOCK).mean((1, 3))
    return float(np.percentile(blocks, _QUIETEST) ** 0.5)
