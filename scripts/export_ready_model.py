"""Writes the network of a trained restorer as a ready-made model: safetensors of 16-bit floats.

    python scripts/export_ready_model.py RUN NAME

RUN is a run of the recipe restorer, NAME one of autoencode/cleaning/ready_models.py. The file goes to
src/autoencode/cleaning/models/NAME.safetensors.
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import save

import autoencode

FOLDER = Path(__file__).parents[1] / "src/autoencode/cleaning/models"


def main(run: str, name: str) -> None:
    """Writes the file, and says how large it is."""
    network = autoencode.Run(run).model.encoder.network
    weights = {key: value.to(torch.float16).contiguous() for key, value in network.state_dict().items()}
    content = save(weights, {"model": name})
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.safetensors").write_bytes(content)
    print(f"{name}: {len(content) / 1e6:.2f} MB")


if __name__ == "__main__":
    main(*sys.argv[1:])
