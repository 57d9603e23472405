"""Small trained run folders, made once for all campaigns, of which every case damages a copy."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from campaigns.child import Limits, autoencode, run

DATA = ("--limit", "60", "--validation", "30", "--test", "30", "--epochs", "1", "--seed", "1")
RECIPES: dict[str, tuple[str, ...]] = {
    "dense-vae": ("--hidden", "16"),
    "conv-ae": (),
    "conditional-vae": (),
}
_LIMITS = Limits(seconds=300, memory=8 * 2**30, privileged=True)


@dataclass(frozen=True)
class Workshop:
    """Where a campaign works.

    Args:
        root: what the campaign makes is below it.
        bases: the undamaged run folders, which several campaigns share.
        seed: of the campaign.
    """

    root: Path
    bases: Path
    seed: int

    def command(self, *words: str, cwd: Path | None = None) -> str:
        """Runs a command that must succeed; what it printed."""
        ended = run(autoencode(*words), words, cwd=cwd or self.bases, log=self.root / "log", limits=_LIMITS)
        if ended.status:
            where = f" ({ended.faults[0].place}: {ended.faults[0].error})" if ended.faults else ended.stderr
            raise SystemExit(f"cannot prepare: autoencode {' '.join(words)} ended with {ended.status}{where}")
        return ended.stdout


def make_bases(workshop: Workshop, recipes: tuple[str, ...] = tuple(RECIPES)) -> None:
    """Trains a run folder by each recipe, with all that a run folder may hold beside its weights."""
    workshop.bases.mkdir(parents=True, exist_ok=True)
    for name in recipes:
        if (workshop.bases / name).exists():
            continue
        workshop.command("train", "digits", "-r", name, *RECIPES[name], *DATA, "--no-report", "-o", name)
        workshop.command("evaluate", name)
        if name != "conditional-vae":
            workshop.command("fit-prior", name, "mixture", "--n-components", "1")
            workshop.command("generate", name, "-n", "2", "--prior", "normal")
            workshop.command("edit", name, "test:1", "-a", "3+1")
    np.save(workshop.bases / "pictures.npy", np.random.default_rng(0).integers(0, 256, (4, 8, 8), dtype=np.uint8))
