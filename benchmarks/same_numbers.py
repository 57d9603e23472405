"""Checks that a change left the arithmetic of training as it was: SHA-256 of the weights of eight models.

    python benchmarks/same_numbers.py                 prints a line for each model
    python benchmarks/same_numbers.py --save FILE     saves them
    python benchmarks/same_numbers.py --check FILE    compares: exit 1 if a model differs

Each recipe trains for 200 steps on one thread with seed 0. The hash covers the values of all parameters in the order of
the modules, not their names. The last bits depend on the processor and the version of PyTorch, so compare on one
machine, with a working tree that does not change meanwhile: modules are imported when they are needed. The first line
says what was measured.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import torch

import autoencode

PICTURES = "fashion-mnist"
MODELS: dict[str, tuple[str, dict[str, Any]]] = {
    "dense-vae": ("digits", {}),
    "conv-vae": (PICTURES, {}),
    "vq-vae": (PICTURES, {}),
    "iaf-vae": ("digits", {}),
    "ladder-vae": ("digits", {}),
    "adversarial-ae": ("digits", {}),
    "restorer": ("patches", {"corruption": ("gaussian:0.1",), "patch": 32}),
    "fashion-vae": (PICTURES, {"compile": "always"}),
}
"""Dense, convolutional, vector-quantised, flow, ladder, adversarial, restorer with patches, compiled."""


def pictures(folder: Path) -> Path:
    """Twelve smooth pictures of 96×80, drawn by seed."""
    from PIL import Image

    folder.mkdir()
    generator = torch.Generator().manual_seed(0)
    for number in range(12):
        coarse = torch.rand(1, 3, 6, 5, generator=generator)
        large = torch.nn.functional.interpolate(coarse, size=(96, 80), mode="bilinear")[0]
        Image.fromarray((large * 255).byte().permute(1, 2, 0).numpy()).save(folder / f"{number:02}.png")
    return folder


def weights_sha256(model: torch.nn.Module) -> str:
    """The hash of all parameter values, in module order."""
    digest = hashlib.sha256()
    for parameter in model.parameters():
        digest.update(parameter.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def revision() -> str:
    """The commit of the package that is measured, marked where files differ from it."""
    folder = Path(autoencode.__file__).parent
    command = ["git", "-C", str(folder), "describe", "--always", "--dirty"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip() or str(folder)


def describe_plan(run: autoencode.Run) -> str:
    """What else decides the last bits: threads, kernels, compiled steps and precision."""
    plan = run.folder.record.plan
    return "" if plan is None else f" ({plan.threads=}, {plan.kernels=}, {plan.compiled=}, {plan.precision=})"


def main() -> int:
    """Trains, prints, and saves or compares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--save", type=Path)
    parser.add_argument("--check", type=Path)
    parser.add_argument("--only", nargs="*", default=list(MODELS))
    arguments = parser.parse_args()
    before = json.loads(arguments.check.read_text()) if arguments.check else {}
    found: dict[str, str] = {}
    print(f"{revision()}, PyTorch {torch.__version__}, {torch.backends.cpu.get_cpu_capability()}", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        patches = pictures(Path(scratch) / "patches")
        for name in arguments.only:
            source, options = MODELS[name]
            run = autoencode.train(
                patches if source == "patches" else source,
                name,
                steps=200,
                threads=1,
                out=Path(scratch) / name,
                **options,
            )
            last = autoencode.Run(run.path, last=True, data=run.data)
            found[name] = weights_sha256(last.model)
            differs = " DIFFERS" if before and before.get(name) != found[name] else ""
            print(f"{name:16}{found[name]}{differs}{describe_plan(run) if differs else ''}", flush=True)
    if arguments.save:
        arguments.save.write_text(json.dumps(found, indent=2) + "\n")
    return int(bool(before) and any(before.get(name) != value for name, value in found.items()))


if __name__ == "__main__":
    sys.exit(main())
