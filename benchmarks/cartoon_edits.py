"""Edits and blends of cartoon faces, read by a classifier that is trained here.

    python benchmarks/cartoon_edits.py                       the whole table; resumes
    python benchmarks/cartoon_edits.py --only attribute-vae --steps 3000

Of the 3,000 faces in AUTOENCODE_DATA those from 0 to 2499 are learned from and those from 2500 are the test part; their
nine attributes are known exactly. The classifier has learned from the same 2,500 faces, some of them blurred a little
as decoders blur; what it reads in real test faces is the most that anything can have.

Three ways to change an attribute:

- `pca-vae` and a direction from the old value to the new one: the code is regressed on all attributes at once, so that
  the direction of one is not that of those that happen to come with it;
- `pca-vae` and the mean of a value: what the code says of the attribute in that regression is replaced;
- `attribute-vae`, whose code has a block for each attribute (`autoencode edit RUN x.png -a hair=long`).

An edit gives every test face another value of an attribute, by chance of seed 1. It counts how many faces are read as
the wanted value, and how many of the other eight attributes are read as they are. A blend has the hair of A, and all
else of B (`autoencode blend RUN B.png A.png --from-b hair`); it counts both hair and mouth.

Results are kept in runs/cartoon-edits/results.json; what is there is not trained again.
"""

import argparse
import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F

from autoencode import tasks
from autoencode.data import load
from autoencode.latent.attribute_blocks import attribute_blocks, rest_effects
from autoencode.runs.run import Run
from autoencode.runtime.seeding import seeded_rng
from autoencode.storage import atomic_write
from autoencode.views.figures import grid, save_figure

PLACE = Path("runs/cartoon-edits")
N_TRAIN, EPOCHS, BATCH = 2_500, 14, 64
ENDED = ("complete", "stopped early")
WAYS = ("pca-vae directions", "pca-vae means", "attribute-vae")


class Faces(NamedTuple):
    """The test faces, (n, 3, 64, 64), their attributes, (n, 9), and how many values each attribute has."""

    x: Tensor
    y: Tensor
    names: list[str]
    n_values: list[int]


def folder() -> tuple[Path, Path]:
    """A folder with `train/` and `test/`, and the file of attributes; made if it is missing."""
    source = Path(os.environ["AUTOENCODE_DATA"]) / "faces/cartoon"
    place = PLACE / "faces"
    if not (PLACE / "done").exists():
        with zipfile.ZipFile(source / "personas_64.zip") as archive:
            for name in sorted(archive.namelist()):
                if name.endswith(".png"):
                    stem = Path(name).stem
                    to = place / ("train" if int(stem) < N_TRAIN else "test") / f"{stem}.png"
                    to.parent.mkdir(parents=True, exist_ok=True)
                    Image.open(io.BytesIO(archive.read(name))).convert("RGB").save(to)
        (PLACE / "done").touch()
    return place, source / "attributes.csv"


class Reader(nn.Module):
    """A classifier of every attribute."""

    def __init__(self, n_values: list[int]) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inside, outside in ((3, 24), (24, 48), (48, 64)):
            layers += [nn.Conv2d(inside, outside, 3, 2, 1), nn.BatchNorm2d(outside), nn.ReLU()]
        self.features = nn.Sequential(*layers, nn.Flatten(), nn.Dropout(0.3))
        self.heads = nn.ModuleList([nn.Linear(64 * 64, count) for count in n_values])

    def forward(self, x: Tensor) -> list[Tensor]:
        """Logits of the values of each attribute."""
        features = self.features(x)
        return [head(features) for head in self.heads]


def reader(x: Tensor, y: Tensor, n_values: list[int]) -> Callable[[Tensor], Tensor]:
    """The classifier: pictures → the value of each attribute, (n, 9)."""
    kept = PLACE / "reader.pt"
    with seeded_rng(0):
        network = Reader(n_values)
        if kept.exists():
            network.load_state_dict(torch.load(kept, weights_only=True))
        else:
            train_reader(network, x, y)
            torch.save(network.state_dict(), kept)
    network.eval()

    @torch.no_grad()
    def read(pictures: Tensor) -> Tensor:
        parts = [[logits.argmax(1) for logits in network(some)] for some in pictures.clamp(0, 1).split(250)]
        return torch.cat([torch.stack(part, 1) for part in parts])

    return read


def train_reader(network: Reader, x: Tensor, y: Tensor) -> None:
    """Half of the pictures are blurred a little; all get some noise."""
    steps = len(x) // BATCH
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=0.01)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=EPOCHS * steps)
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(x))[: steps * BATCH].split(BATCH):
            sharp, share = x[rows], torch.rand(BATCH, 1, 1, 1)
            blurred = F.avg_pool2d(F.pad(sharp, (1, 1, 1, 1), mode="replicate"), 3, 1)
            given = torch.where(share < 0.5, (1 - share) * sharp + share * blurred, sharp)
            logits = network(given + 0.02 * torch.randn_like(given))
            loss = sum((F.cross_entropy(each, y[rows, k]) for k, each in enumerate(logits)), torch.zeros(()))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            rate.step()


def trained(recipe: str, place: Path, attributes: Path, options: dict[str, object]) -> Run:
    """The run of a recipe, trained where that is not done."""
    out = PLACE / "runs" / "-".join([recipe, *map(str, options.values())])
    if not (out / "run.json").exists():
        return tasks.train(place, recipe, attributes=attributes, out=out, **options)
    run = Run(out)
    return run if run.folder.record.status in ENDED else tasks.resume(out)


@torch.no_grad()
def codes(run: Run, x: Tensor) -> Tensor:
    """Posterior means."""
    return torch.cat([run.model.encode(some).mean for some in x.split(250)])


@torch.no_grad()
def decoded(run: Run, z: Tensor) -> Tensor:
    """Means of p(x|z)."""
    return torch.cat([run.model.decode(some).mean for some in z.split(250)])


Edit = Callable[[Tensor, Tensor, int, Tensor], Tensor]
"""(codes, true values (n, 9), attribute, new values (n,)) → codes."""


def additive(run: Run, y: Tensor, n_values: list[int], *, replace: bool) -> Edit:
    """Edits by a regression of the training codes on all attributes.

    Args:
        run: the model.
        y: attributes of the training examples.
        n_values: of each attribute.
        replace: whether what the code says of the attribute is replaced, or the step from the old value is made.
    """
    z, shown = codes(run, run.data.train.inputs()), [F.one_hot(y[:, k], n) for k, n in enumerate(n_values)]
    design = torch.cat([*shown, torch.ones(len(y), 1)], 1).double()
    effects = torch.linalg.lstsq(design, z.double(), driver="gelsd").solution[:-1].float().split(n_values)
    every = torch.cat(effects)
    spans = [slice(sum(n_values[:k]), sum(n_values[: k + 1])) for k in range(len(n_values))]
    inverse, centre = torch.linalg.pinv(every, rtol=1e-3), z.mean(0)

    def edit(code: Tensor, truth: Tensor, attribute: int, wanted: Tensor) -> Tensor:
        own = effects[attribute]
        now = ((code - centre) @ inverse)[:, spans[attribute]] @ own if replace else own[truth[:, attribute]]
        return code - now + own[wanted]

    return edit


def by_blocks(run: Run) -> Edit:
    """Edits of a model that learned attributes."""
    blocks = attribute_blocks(run)
    effects = list(rest_effects(run, blocks).values())

    def edit(code: Tensor, truth: Tensor, attribute: int, wanted: Tensor) -> Tensor:
        changed = code.clone()
        changed[:, blocks.prior.block(attribute)] = blocks.prior.blocks[attribute].loc.detach()[wanted]
        now = blocks.prior.values_of(code)[:, attribute]
        changed[:, blocks.rest] += effects[attribute][wanted] - effects[attribute][now]
        return changed

    return edit


def blended(run: Run, edit: Edit, z: Tensor, faces: Faces, of: Tensor, way: str) -> Tensor:
    """The codes of faces `of` with the hair of all faces in order."""
    hair = faces.names.index("hair")
    if way != "attribute-vae":
        return edit(z[of], faces.y[of], hair, faces.y[:, hair])
    blocks = attribute_blocks(run)
    place, values = blocks.block("hair"), blocks.prior.values_of(z)[:, hair]
    mixed = edit(z[of], faces.y[of], hair, values)
    mixed[:, place] = z[:, place]
    return mixed


def measure(run: Run, way: str, edit: Edit, faces: Faces, read: Callable[[Tensor], Tensor]) -> dict[str, object]:
    """Shares of test faces that are read as wanted."""
    z, generator = codes(run, faces.x), torch.Generator().manual_seed(1)
    right = read(decoded(run, z)) == faces.y
    found: dict[str, object] = {
        "way": way,
        "numbers": run.latent_size,
        "squared_error": (decoded(run, z) - faces.x).square().mean().item(),
        "read_in_reconstructions": dict(zip(faces.names, right.float().mean(0).tolist(), strict=True)),
        "steps": run.folder.metrics()[-1].step,
        "minutes": round(run.folder.metrics()[-1].seconds / 60, 2),
    }
    wanted_shares, kept_shares, rows = {}, {}, [faces.x[:8], decoded(run, z[:8])]
    for k, name in enumerate(faces.names):
        n = faces.n_values[k]
        wanted = (faces.y[:, k] + 1 + torch.randint(0, n - 1, (len(z),), generator=generator)) % n
        changed = decoded(run, edit(z, faces.y, k, wanted))
        after = read(changed)
        others = [j for j in range(len(faces.names)) if j != k]
        wanted_shares[name] = (after[:, k] == wanted).float().mean().item()
        kept_shares[name] = (after[:, others] == faces.y[:, others]).float().mean().item()
        rows.append(changed[:8])
    of, hair, mouth = torch.randperm(len(z), generator=generator), *map(faces.names.index, ("hair", "mouth"))
    mixture = decoded(run, blended(run, edit, z, faces, of, way))
    after = read(mixture)
    both = (after[:, hair] == faces.y[:, hair]) & (after[:, mouth] == faces.y[of, mouth])
    save_figure(PLACE / f"{way.replace(' ', '-')}.png", grid(torch.cat([*rows, mixture[:8]]).clamp(0, 1), columns=8))
    return {
        **found,
        "wanted": wanted_shares,
        "kept": kept_shares,
        "mean_wanted": sum(wanted_shares.values()) / len(wanted_shares),
        "mean_kept": sum(kept_shares.values()) / len(kept_shares),
        "blend": both.float().mean().item(),
    }


def main() -> None:
    """Trains what is missing, and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", action="append", choices=WAYS, help="a way; may be repeated")
    parser.add_argument("--steps", type=int, default=1600, help="training steps; default 1600")
    parser.add_argument("--threads", type=int, help="threads, where not all")
    asked = parser.parse_args()
    place, attributes = folder()
    data = load(place, attributes=attributes)
    assert data.attributes is not None
    n_values = [len(values) for values in data.attributes.values()]
    learned = [data.train, data.validation]
    x, y = (torch.cat(parts) for parts in zip(*((part.inputs(), part.context) for part in learned), strict=True))
    read = reader(x, y, n_values)
    faces = Faces(data.test.inputs(), data.test.context, list(data.attributes), n_values)
    kept = PLACE / "results.json"
    results = json.loads(kept.read_text()) if kept.exists() else {}
    real = (read(faces.x) == faces.y).float().mean(0).tolist()
    print(
        f"read in {len(faces.x)} real faces: "
        + ", ".join(f"{a} {b:.2f}" for a, b in zip(faces.names, real, strict=True))
    )
    for way in asked.only or WAYS:
        key = f"{way} {asked.steps}"
        if key not in results:
            recipe, _, how = way.partition(" ")
            options: dict[str, object] = {"steps": asked.steps} | ({"latent_dim": 96} if how else {})
            options |= {"threads": asked.threads} if asked.threads else {}
            run = trained(recipe, place, attributes, options)
            own = run.data.train.context
            edit = additive(run, own, n_values, replace=how == "means") if how else by_blocks(run)
            results[key] = measure(run, way, edit, faces, read)
            atomic_write(kept, json.dumps(results, indent=1))
        found = results[key]
        print(
            f"{key:26} wanted {found['mean_wanted']:.3f}  the others stay {found['mean_kept']:.3f}  hair of A, mouth "
            f"of B {found['blend']:.3f}  squared error {found['squared_error']:.5f}  {found['minutes']} minutes\n"
            + "\n".join(f"    {n:14} {found['wanted'][n]:.3f} {found['kept'][n]:.3f}" for n in found["wanted"]),
            flush=True,
        )


if __name__ == "__main__":
    main()
