"""Which model a compressed file needs, and whether this computer computes the same with it."""

import base64
import hashlib

import numpy as np
import torch

from autoencode.compression.bits_back import BitsBack
from autoencode.compression.container import DamagedError, Json
from autoencode.compression.rounding import unpack_decisions
from autoencode.model import Autoencoder

_PROBES = 1


def fingerprint(model: Autoencoder) -> str:
    """A digest of the names, shapes and values of all weights, in hexadecimal."""
    hashed = hashlib.sha256()
    for name, value in sorted(model.state_dict().items()):
        hashed.update(f"{name} {tuple(value.shape)} {value.dtype} ".encode())
        hashed.update(value.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())
    return hashed.hexdigest()


def model_header(model: Autoencoder, codec: BitsBack, run: str = "") -> Json:
    """What a compressed file says of the model that it needs.

    Args:
        model: that the codec is of.
        codec: of its examples.
        run: the name of its run, if it has one.
    """
    return {
        "codec": "bits-back",
        "run": run,
        "model": fingerprint(model),
        "shape": list(codec.data_shape),
        "levels": codec.levels,
        "probe": make_probe(codec),
    }


def make_probe(codec: BitsBack) -> Json:
    """An example that is the same for every model of a shape, coded: decoding it tries all that decoding needs."""
    payloads, decisions = codec.encode([_probe_examples(codec)])
    return {"payload": base64.b64encode(payloads[0]).decode(), "decisions": decisions[0]}


def check_probe(codec: BitsBack, probe: object) -> None:
    """Raises unless this computer decodes the probe.

    Raises:
        DamagedError: it computes other numbers than the one that compressed the file.
    """
    wrong = DamagedError(
        "this computer computes other numbers with the model than the one that compressed the file: nothing was "
        "decompressed, as it would be wrong"
    )
    match probe:
        case {"payload": str(payload), "decisions": list(decisions)} if all(type(n) is int for n in decisions):
            wanted = np.rint(_probe_examples(codec).numpy() * (codec.levels - 1)).astype(np.int64)
            try:
                found = codec.decode(
                    [base64.b64decode(payload, validate=True)], [_PROBES], [unpack_decisions(decisions)]
                )[0]
            except ValueError as error:
                raise wrong from error
            if not np.array_equal(found, wanted):
                raise wrong
        case _:
            raise DamagedError("its header has no probe")


def _probe_examples(codec: BitsBack) -> torch.Tensor:
    """Blocks of all levels, dark and bright, in an order that is no pattern."""
    shape = codec.data_shape
    numbers = np.arange(_PROBES * int(np.prod(shape)), dtype=np.uint64)
    levels = (numbers * np.uint64(2654435761) >> np.uint64(13)) % np.uint64(codec.levels)
    levels = np.where(numbers // np.uint64(16) % np.uint64(3) == 0, 0, levels)
    return torch.from_numpy((levels.astype(np.float64) / (codec.levels - 1)).astype(np.float32).reshape(-1, *shape))
