"""A model as a codec of arrays: examples in, the bytes of a compressed file out, and back."""

import io
import math
from itertools import islice
from typing import final

import numpy as np
import numpy.typing as npt
from torch import Tensor

from autoencode.compression.bits_back import BitsBack
from autoencode.compression.blocks import BLOCK_VALUES, EXAMPLES, TOGETHER, decode_blocks, divide, encode_blocks
from autoencode.compression.container import FILE, DamagedError, Reader, Writer
from autoencode.compression.contents import indexed_blocks
from autoencode.compression.model_identity import check_probe, model_header
from autoencode.compression.originals import Bytes, ExampleShape, array_form, first_bytes
from autoencode.errors import CapabilityError, DataError, ShapeError
from autoencode.model import Autoencoder

_NAME = "examples.npy"
_WHITE, _NEARLY = 255, 1e-3


@final
class Codec:
    """Compresses arrays of examples with a model, without loss.

        x ─► encode ─► bytes ─► decode ─► x, on any computer that has the same model

    The bytes are those of a compressed file, so that `autoencode decompress FILE --run RUN` reads them, too.

    Args:
        model: whose likelihood is a probability mass on levels; it is copied in float64.

    Raises:
        CapabilityError: a model of another kind; the message says what to train.

    Example:
        >>> from autoencode.recipes import recipes
        >>> model, _ = recipes["dense-vae"]((1, 4, 4), latent_dim=2, hidden=8, likelihood="discretized-logistic")
        >>> codec, x = Codec(model), np.arange(32, dtype=np.uint8).reshape(2, 1, 4, 4)
        >>> bool((codec.decode(codec.encode(x)) == x).all())
        True
    """

    def __init__(self, model: Autoencoder) -> None:
        self._codec = BitsBack(model)
        self._header = model_header(model, self._codec)
        self._kind = ExampleShape(self._codec.data_shape, self._codec.levels)

    def encode(self, x: npt.NDArray[np.generic] | Tensor) -> bytes:
        """Examples as bytes.

        Args:
            x: (n, *data_shape): whole numbers of 8 bits from 0 to 255, or numbers from 0 to 1; on the levels of the
                likelihood.

        Raises:
            CapabilityError: values between the levels.
            ShapeError: examples of another shape, or none.
        """
        levels = self._levels(np.asarray(x))
        file, form = io.BytesIO(), array_form(self._kind.shape, len(levels))
        writer = Writer(file, self._header)
        meta = {"kind": FILE, "file": 0, "name": _NAME, "form": form, "count": len(levels)}
        writer.add(meta | {"size": len(first_bytes(form)) + levels.size}, b"")
        blocks = divide([(0, levels)], max(1, BLOCK_VALUES // math.prod(self._kind.shape)))
        while group := list(islice(blocks, TOGETHER)):
            for described, payload in encode_blocks(self._codec, group):
                writer.add(described, payload)
        writer.finish({"complete": True, "files": 1})
        return file.getvalue()

    def decode(self, content: bytes) -> Bytes:
        """The examples, (n, *data_shape), as whole numbers of 8 bits from 0 to 255.

        Args:
            content: as `encode` gave it.

        Raises:
            DataError: no such bytes, damaged ones, those of another model, or this computer computes other numbers.
        """
        reader = Reader(io.BytesIO(content))
        if any(reader.header.get(name) != self._header[name] for name in ("codec", "model")):
            raise DataError("these bytes were compressed with another model")
        check_probe(self._codec, reader.header.get("probe"))
        blocks = iter([block for block in indexed_blocks(reader, reader.index()) if block.meta.get("kind") == EXAMPLES])
        found = list[Bytes]()
        while group := list(islice(blocks, TOGETHER)):
            found += [block.levels for block in decode_blocks(self._codec, group)]
        if not found:
            raise DamagedError("there are no examples in these bytes")
        return self._kind.to_bytes(np.concatenate(found), _WHITE)

    def _levels(self, x: npt.NDArray[np.generic]) -> Bytes:
        if x.shape[1:] != self._kind.shape or not len(x):
            raise ShapeError(
                f"the model compresses examples (n, {', '.join(map(str, self._kind.shape))}), not {x.shape}"
            )
        values = _as_bytes(x)
        levels = None if values is None else self._kind.to_levels(values, _WHITE)
        if levels is None:
            raise CapabilityError(
                f"there are values between the {self._kind.levels} levels of the model's likelihood: it cannot give "
                "them back exactly"
            )
        return levels


def _as_bytes(x: npt.NDArray[np.generic]) -> Bytes | None:
    """Numbers from 0 to 1 as bytes, if they are multiples of 1/255."""
    if x.dtype == np.uint8:
        return x.astype(np.uint8, copy=False)
    scaled = x.astype(np.float64) * _WHITE
    values = np.rint(scaled)
    whole = (np.abs(values - scaled) < _NEARLY).all() and values.min() >= 0 and values.max() <= _WHITE
    return values.astype(np.uint8) if whole else None
