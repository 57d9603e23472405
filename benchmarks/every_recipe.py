"""Every recipe that generates and learns from unlabelled pictures, on 300 photographs, a minute each.

    python benchmarks/every_recipe.py                    the whole table; resumes
    python benchmarks/every_recipe.py --only vq-vae --minutes 3

The folder is that of `own_pictures.py` (flowers, 64×64, 200 others as test part). Minutes are of one thread of the
processor (`time.process_time`): 20 steps are timed, and as many are trained as fit. A training ends early when the
validation loss has not fallen for a quarter of them, except with auxiliary networks, whose losses cannot be compared.
Recipes have their own options; only `latent_dim` is 32 where it is the size of a vector of real numbers.

Results are kept in runs/own-pictures/every.json, one entry for each recipe and time.
"""

import argparse
import json
import time
from pathlib import Path

from own_pictures import PLACE, folder, measure

from autoencode.data import Dataset, load
from autoencode.errors import ArgumentError, AutoencodeError
from autoencode.recipes import Recipe, recipes
from autoencode.runs.run import Run
from autoencode.runtime.seeding import seeded_rng
from autoencode.storage import atomic_write
from autoencode.training import fit

SET, COUNT, NUMBERS = "flowers", 300, 32
FEW, MORE = 4, 24
QUANTISED = ("vq-vae", "residual-vq-vae", "fsq-vae")
PATIENCE = 4
"""A training ends early after the patience of a quarter of its steps."""


def generative(data_shape: tuple[int, ...]) -> list[str]:
    """The names of the recipes with a distribution over codes that need nothing besides pictures."""
    return [name for name in sorted(recipes) if _generates(recipes[name], data_shape)]


def _generates(recipe: Recipe, data_shape: tuple[int, ...]) -> bool:
    options = {parameter.name for parameter in recipe.parameters}
    if options & {"n_classes", "n_values"} or recipe.data:  # labels, or patches of any size: restorers
        return False
    try:
        model, _ = recipe(data_shape)
    except ArgumentError:  # for text, music or tables
        return False
    return (model.prior is not None or bool(recipe.ex_post)) and not model.is_conditional


def sizes(recipe: Recipe) -> dict[str, object]:
    """As many numbers as PCA has, where a code is a vector of them."""
    own = {parameter.name for parameter in recipe.parameters}
    return {"latent_dim": NUMBERS} if "latent_dim" in own and recipe.name not in QUANTISED else {}


def steps_within(recipe: Recipe, options: dict[str, object], data: Dataset, minutes: float) -> tuple[int, bool]:
    """How many steps fit into minutes of one thread, and whether auxiliary networks learn."""
    seconds: list[float] = []
    for steps in (FEW, MORE):
        with seeded_rng(0):
            model, objective = recipe(data.data_shape, **options)
        began = time.process_time()
        fit(model, objective, data, recipe.settings.replace(steps=steps, threads=1, ema_decay=0.0))
        seconds.append(time.process_time() - began)
    each = max(1e-4, (seconds[1] - seconds[0]) / (MORE - FEW))
    return max(MORE, int(minutes * 60 / each)), bool(objective.auxiliary_networks)


def row(name: str, place: Path, data: Dataset, minutes: float) -> dict[str, object]:
    """Trains one recipe, and measures."""
    out, recipe = PLACE / "runs" / f"every-{name}-{minutes:g}", recipes[name]
    options = sizes(recipe)
    settings: dict[str, object] = {}
    if not (out / "run.json").exists():
        steps, adversarial = steps_within(recipe, options, data, minutes)
        epochs = steps / (len(data.train) / recipe.settings.batch_size)
        settings = {"steps": steps, "threads": 1}
        settings |= {} if adversarial else {"patience": max(4, int(epochs / PATIENCE))}
    found = measure(place, out, name, {**options, **settings}, sharpen=False)
    last = Run(out).folder.metrics()
    best = next((epoch for epoch in reversed(last) if epoch.best), last[-1])
    return {**found, "kl": best.validation.get("kl"), "best_step": best.step, "verdict": str(Run(out).verdict)}


def main() -> None:
    """Trains what is missing, and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", action="append", help="a recipe; may be repeated")
    parser.add_argument("--minutes", type=float, default=1.0, help="of one thread for each recipe; default 1")
    asked = parser.parse_args()
    place, kept = folder(SET, COUNT), PLACE / "every.json"
    data = load(place)
    results = json.loads(kept.read_text()) if kept.exists() else {}
    for name in asked.only or generative(data.data_shape):
        key = f"{name} {asked.minutes:g}"
        if key not in results:
            try:
                results[key] = row(name, place, data, asked.minutes)
            except AutoencodeError as error:
                print(f"{key:24} refuses these pictures: {error}", flush=True)
                continue
            atomic_write(kept, json.dumps(results, indent=1))
        found = results[key]
        share, kl = found["squared_error"] / found["pca_error"], found["kl"]
        rate = "none" if kl is None else f"{kl:.0f} nats"
        print(
            f"{key:24} {share:5.2f} of PCA, {found['squared_error'] / found['mean_error']:5.2f} of the mean, Fréchet "
            f"{found['frechet']:.3f}, edges {found['edges']:.2f}, KL {rate}, "
            f"{found['numbers']} numbers, "
            f"{found['best_step']:,} of {found['steps']:,} steps",
            flush=True,
        )


if __name__ == "__main__":
    main()
