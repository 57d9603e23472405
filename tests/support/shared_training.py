"""Trainings that several processes share, as a script: `shared_training.py FOLDER MODE`; torchrun starts it."""

import hashlib
import json
import resource
import sys
from pathlib import Path

import torch

from autoencode import tasks
from autoencode.data import load
from autoencode.recipes import recipes
from autoencode.runtime.processes import joined_processes
from autoencode.training import fit

RECIPES = {
    "dense-vae": {},
    "pca-vae": {"channels": (4, 8), "hidden": 8, "latent_dim": 3},
    "flow-prior-vae": {},
    "iaf-vae": {},
    "iwae": {},
    "fsq-vae": {},
    "dirichlet-vae": {},
    "rae": {},
    "contractive-ae": {},
    "beta-vae": {},
    "restorer": {"widths": (4, 8)},
}
"""One of each family whose loss is a mean over examples."""
LONG = {"epochs": 80, "grad_shards": 4, "threads": 1, "checkpoint_seconds": 0.05, "command": "test"}


def digest_of(name: str) -> str:
    """The SHA-256 of the weights of a recipe after six steps."""
    x = torch.rand(90, 1, 8, 8, generator=torch.Generator().manual_seed(1))
    torch.manual_seed(3)
    model, objective = recipes[name]((1, 8, 8), **RECIPES[name])
    settings = recipes[name].settings.replace(steps=6, batch_size=15, threads=1, grad_shards=4, grad_clip=50.0)
    fit(model, objective, load(x), settings)
    return hashlib.sha256(b"".join(v.numpy().tobytes() for v in model.state_dict().values())).hexdigest()


def main(folder: Path, mode: str) -> None:
    """Does what a mode says."""
    with joined_processes() as processes:
        if mode == "digests":
            found = {name: digest_of(name) for name in RECIPES}
            if processes.is_first:
                (folder / f"digests-{processes.count}.json").write_text(json.dumps(found))
        elif mode == "other data":
            x = torch.full((90, 5), 0.1 * (1 + processes.rank))
            tasks.train(load(x), "dense-vae", out=folder / "run", steps=5)
        elif mode == "full disk":
            if processes.is_first:
                resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
            tasks.train("digits", "dense-vae", out=folder / "run", **LONG)
        elif mode == "train":
            tasks.train("digits", "dense-vae", out=folder / "run", **LONG)
        elif mode == "resume":
            tasks.resume(folder / "run")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
