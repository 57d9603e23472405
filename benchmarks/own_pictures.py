"""The default on folders of a few pictures: squared error beside PCA, and the Fréchet distance of draws.

    python benchmarks/own_pictures.py                              the whole table; resumes
    python benchmarks/own_pictures.py --only portraits-300 --recipe conv-vae --steps 300

Each data set in AUTOENCODE_DATA is put into an order by seed 7: the first 200 pictures are the test part, the next 60,
300 or 2,000 the folder to learn from (portraits and leaves have fewer than 2,000: all that there are). All are scaled
to 64×64. PCA is fitted to the same pictures with as many numbers as the code has. The Fréchet distance compares 400
draws with the test pictures, in features of random convolutions that are the same for all. Edges are the mean square of
differences between neighbouring pixels, as a share of that of the test pictures. Both are also measured of the same
draws sharpened, as `autoencode generate --sharpen` gives them.

Results are kept in runs/own-pictures/results.json, one entry for each data set and recipe; what is there is not trained
again, and a training that was interrupted goes on.
"""

import argparse
import io
import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from autoencode import tasks
from autoencode.data import Dataset, load
from autoencode.evaluation.frechet import frechet_distance
from autoencode.nn.principal_components import principal_components
from autoencode.runs.run import Run
from autoencode.runtime.seeding import seeded_rng
from autoencode.storage import atomic_write

PLACE = Path("runs/own-pictures")
SETS = {
    "portraits": "faces/portraits/portraits_96.zip",
    "flowers": "plants/flowers_64.zip",
    "mednist": "medical/mednist/mednist_7200_jpeg.zip",
    "cartoon": "faces/cartoon/personas_64.zip",
    "leaves": "plants/leaves_128.npz",
}
GREY = ("mednist", "leaves")
COUNTS = (60, 300, 2000)
ENDED = ("complete", "stopped early")
N_TEST, SIDE, N_DRAWS = 200, 64, 400


def pictures(name: str) -> list[Image.Image]:
    """All pictures of a data set, in a fixed order of chance."""
    source = Path(os.environ["AUTOENCODE_DATA"]) / SETS[name]
    found = list(in_zip(source) if source.suffix == ".zip" else in_array(source))
    order = np.random.default_rng(7).permutation(len(found))
    mode = "L" if name in GREY else "RGB"
    return [found[i].convert(mode).resize((SIDE, SIDE), Image.Resampling.LANCZOS) for i in order]


def in_zip(source: Path) -> Iterator[Image.Image]:
    """The pictures of an archive, by name."""
    with zipfile.ZipFile(source) as archive:
        for name in sorted(archive.namelist()):
            if name.lower().endswith((".png", ".jpg", ".jpeg")):
                yield Image.open(io.BytesIO(archive.read(name)))


def in_array(source: Path) -> Iterator[Image.Image]:
    """The silhouettes of an array."""
    with np.load(source, allow_pickle=False) as arrays:
        stack = next(array for array in arrays.values() if array.ndim == 3)
    for one in stack:
        yield Image.fromarray((one.astype(np.float32) / max(1, int(stack.max())) * 255).astype(np.uint8))


def folder(name: str, count: int) -> Path:
    """A folder with `train/` and `test/`, made if it is missing."""
    place = PLACE / f"{name}-{count}"
    if not (place / "done").exists():
        found = pictures(name)
        for part, some in (("test", found[:N_TEST]), ("train", found[N_TEST : N_TEST + count])):
            (place / part).mkdir(parents=True, exist_ok=True)
            for number, picture in enumerate(some):
                picture.save(place / part / f"{number:04}.png")
        (place / "done").touch()
    return place


def pca_error(train: Tensor, test: Tensor, numbers: int) -> float:
    """Mean squared error of a value."""
    found = principal_components(train.flatten(1), numbers)
    rest = test.flatten(1) - found.mean
    return (rest - rest @ found.axes @ found.axes.T).square().mean().item()


@torch.no_grad()
def features(x: Tensor) -> Tensor:
    """Means and spreads of three layers of random convolutions, (n, 144)."""
    with seeded_rng(0):
        layers = [nn.Conv2d(a, b, 3, padding=1) for a, b in ((3, 16), (16, 24), (24, 32))]
    found: list[Tensor] = []
    x = x.expand(-1, 3, -1, -1).clamp(0, 1)
    for layer in layers:
        x = torch.relu(nn.functional.instance_norm(x) if found else x - 0.5)
        x = layer(x)
        found += [x.mean((2, 3)), x.std((2, 3))]
        x = nn.functional.avg_pool2d(x, 2)
    return torch.cat(found, 1)


def edges(x: Tensor) -> Tensor:
    """The mean square of differences between neighbouring pixels."""
    return x.diff(dim=-1).square().mean() + x.diff(dim=-2).square().mean()


def measure(
    place: Path, out: Path, recipe: str | None, options: dict[str, object], *, sharpen: bool = True
) -> dict[str, object]:
    """Trains, where that is not done, and measures; also sharpened draws, unless `sharpen` is false."""
    if (out / "run.json").exists():
        run = Run(out)
        if run.folder.record.status not in ENDED:
            run = tasks.resume(out)
    else:
        run = tasks.train(place, recipe, out=out, **options)
    if run.folder.record.status not in ENDED:
        raise SystemExit(f"interrupted: the same command goes on with {out}")
    data: Dataset = load(place)
    train, test = data.train.inputs(), data.test.inputs()
    with torch.no_grad():
        found = torch.cat([run.model.decode(run.model.encode(x).mean).mean for x in test.split(100)])
    numbers = run.latent_size
    drawn, _ = tasks.generate(run, N_DRAWS, out / "samples")
    own = features(test)
    more: dict[str, object] = {}
    if sharpen:
        sharpened, _ = tasks.generate(run, N_DRAWS, out / "sharpened", sharpen=True)
        distance = frechet_distance(own.double(), features(sharpened).double())
        more = {"frechet_sharpened": distance, "edges_sharpened": (edges(sharpened) / edges(test)).item()}
    return more | {
        "recipe": run.folder.recipe.name,
        "train": len(train) + len(data.validation),
        "test": len(test),
        "numbers": numbers,
        "squared_error": (found - test).square().mean().item(),
        "mean_error": (train.mean(0) - test).square().mean().item(),
        "pca_error": pca_error(torch.cat([train, data.validation.inputs()]), test, numbers),
        "frechet": frechet_distance(own.double(), features(drawn).double()),
        "edges": (edges(drawn) / edges(test)).item(),
        "edges_of_reconstructions": (edges(found) / edges(test)).item(),
        "frechet_of_training_pictures": frechet_distance(own.double(), features(train).double()),
        "steps": run.folder.metrics()[-1].step,
        "minutes": round(run.folder.metrics()[-1].seconds / 60, 2),
    }


def line(name: str, found: dict[str, float]) -> str:
    """One row of the table."""
    share = found["squared_error"] / found["pca_error"]
    return (
        f"{name:34} {found['squared_error']:.5f}  {share:5.2f} of PCA-{found['numbers']} ({found['pca_error']:.5f})  "
        f"mean {found['mean_error']:.4f}  Frechet {found['frechet']:.3f}, sharpened {found['frechet_sharpened']:.3f}  "
        f"edges {found['edges']:.2f}, sharpened {found['edges_sharpened']:.2f}  {found['steps']:,} steps"
    )


def main() -> None:
    """Trains what is missing, and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", action="append", help="such as portraits-300; may be repeated")
    parser.add_argument("--recipe", help="another recipe than the default")
    parser.add_argument("--steps", type=int, help="training steps, where not the recipe's own")
    parser.add_argument("--minutes", type=float, default=5.0, help="the most that a training may take; default 5")
    parser.add_argument("--latent-dim", help="dimensions of the code, where not the recipe's own")
    parser.add_argument("--threads", type=int, help="threads, where not all")
    asked = parser.parse_args()
    options: dict[str, object] = {"latent_dim": asked.latent_dim} if asked.latent_dim else {}
    options |= {"threads": asked.threads} if asked.threads else {}
    options |= {"steps": asked.steps} if asked.steps else {"minutes": asked.minutes}
    kept = PLACE / "results.json"
    results = json.loads(kept.read_text()) if kept.exists() else {}
    for name in asked.only or [f"{name}-{count}" for name in SETS for count in COUNTS]:
        of, _, count = name.partition("-")
        row = f"{name} {asked.recipe or 'default'} {asked.latent_dim or ''} {asked.steps or 'own'} steps".replace(
            "  ", " "
        )
        if row not in results:
            out = PLACE / "runs" / row.replace(" ", "-")
            results[row] = measure(folder(of, int(count)), out, asked.recipe, options)
            atomic_write(kept, json.dumps(results, indent=1))
        print(line(row, results[row]), flush=True)


if __name__ == "__main__":
    main()
