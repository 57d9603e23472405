"""Defects in textures: the map of `AnomalyDetector` beside a plain autoencoder and patch statistics.

    python benchmarks/anomalies.py                            six textures, about ten minutes on one core
    python benchmarks/anomalies.py --only gravel --steps 500
    python benchmarks/anomalies.py --swapped --seed 100       pictures mirrored: learned from is the right half

What is learned from is the left half of a picture of 512×512 pixels: scikit-image's brick, grass and gravel (CC0, in
its wheel), and three procedural textures. Tested are crops of 128×128 of the right half, 36 good ones and six of each
kind of defect, all from one seed. No kind is painted in training: a bulge (a lens), waves (rows of pixels pushed
sideways), a ring with soft edges, printed letters, a coin (scikit-image's, at the contrast of the texture), and blocks
of strong JPEG compression. A defect that changes its own pixels by less than a quarter of a standard deviation on
average is drawn again at another place. A pixel counts as one of a defect where the picture has changed: by 0.12
standard deviations on average within 5×5 pixels. Half of the area of a lens or of waves on brick is plain stone, which
is the same before and after; to count it would ask for what is not in the picture.

Pixels have AUROC and AUPRO over all crops of a texture, pictures AUROC of the mean of the 160 highest pixels of the
map; every map is blurred alike. Seconds are those of the processor, in training.
"""

import argparse
import io
import json
import math
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import gaussian_filter, map_coordinates, uniform_filter
from scipy.spatial import cKDTree
from skimage import data
from torch import Tensor, nn

from autoencode.detection.anomaly_map import AnomalyMap, picture_score
from autoencode.detection.filter_energies import FilterEnergies, blurred
from autoencode.evaluation.localisation import LocalisationMeter
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.reporter import Reporter

Picture, Map = np.ndarray, Callable[[Tensor], Tensor]
SIDE, CROP, GOOD, EACH, LEAST, VISIBLE = 512, 128, 36, 6, 0.25, 0.12
BLUR = 1.5


def weave(rng: np.random.Generator) -> Picture:
    """Threads over and under each other, at slightly uneven distances."""
    y, x = np.mgrid[:SIDE, :SIDE].astype(float)
    across, down = (np.cumsum(rng.normal(0, 0.15, SIDE)) for _ in range(2))
    x, y = x + across[:, None], y + down[None]
    over = np.sin(np.pi * x / 9) * np.sin(np.pi * y / 11) > 0
    height = np.where(over, np.abs(np.sin(2 * np.pi * x / 9)), np.abs(np.sin(2 * np.pi * y / 11)))
    return 110 + 60 * height + rng.normal(0, 9, x.shape)


def wood(rng: np.random.Generator) -> Picture:
    """Grain that runs down and bends."""
    _, x = np.mgrid[:SIDE, :SIDE].astype(float)
    bend, fibre = (gaussian_filter(rng.normal(size=x.shape), width) for width in ((60, 8), (12, 0.8)))
    rings = np.sin(2 * np.pi * (x / 16 + 1.2 * bend / bend.std()))
    return 130 + 30 * rings + 14 * fibre / fibre.std() + rng.normal(0, 4, x.shape)


def cells(rng: np.random.Generator) -> Picture:
    """Bright cells with dark walls."""
    grid = np.arange(-16, SIDE + 16, 16)
    centres = np.stack(np.meshgrid(grid, grid), -1).reshape(-1, 2) + rng.uniform(-6, 6, (len(grid) ** 2, 2))
    y, x = np.mgrid[:SIDE, :SIDE]
    near, _ = cKDTree(centres).query(np.stack([x.ravel(), y.ravel()], 1), k=2)
    wall = np.exp(-(near[:, 1] - near[:, 0]).reshape(SIDE, SIDE) / 3)
    return 60 + 130 * (1 - wall) + rng.normal(0, 8, x.shape)


TEXTURES: dict[str, Callable[[], Picture]] = {
    "brick": lambda: data.brick().astype(float),
    "grass": lambda: data.grass().astype(float),
    "gravel": lambda: data.gravel().astype(float),
    "weave": lambda: weave(np.random.default_rng(7)),
    "wood": lambda: wood(np.random.default_rng(7)),
    "cells": lambda: cells(np.random.default_rng(7)),
}


def centre(rng: np.random.Generator, radius: float) -> tuple[float, float]:
    """Of a disc inside a crop."""
    y, x = rng.uniform(radius, CROP - radius, 2)
    return y, x


def bulge(p: Picture, rng: np.random.Generator) -> tuple[Picture, Picture]:
    """As through a lens: four times as large in the middle."""
    radius = rng.uniform(12, 26)
    cy, cx = centre(rng, radius)
    y, x = np.mgrid[:CROP, :CROP].astype(float)
    far = np.hypot(y - cy, x - cx) / radius
    share = np.where(far < 1, 0.25 + 0.75 * far, 1)
    places = [cy + (y - cy) * share, cx + (x - cx) * share]
    return map_coordinates(p, places, order=1, mode="reflect"), far < 1


def box(rng: np.random.Generator, low: int, high: int) -> tuple[slice, slice]:
    """A rectangle inside a crop."""
    height, width = rng.integers(low, high, 2)
    top, left = rng.integers(0, CROP - height), rng.integers(0, CROP - width)
    return slice(top, top + height), slice(left, left + width)


def waves(p: Picture, rng: np.random.Generator) -> tuple[Picture, Picture]:
    """Rows pushed to and fro by up to six pixels, twice over the height."""
    rows, columns = box(rng, 24, 60)
    q, mask = p.copy(), np.zeros(p.shape, dtype=bool)
    mask[rows, columns] = True
    for row in range(rows.start, rows.stop):
        turn = 4 * math.pi * (row - rows.start) / (rows.stop - rows.start)
        q[row, columns] = np.roll(p[row, columns], round(6 * math.sin(turn)))
    return q, mask


def ring(p: Picture, rng: np.random.Generator) -> tuple[Picture, Picture]:
    """A dried drop: a bright or dark ring, a little of it inside."""
    radius = rng.uniform(14, 30)
    cy, cx = centre(rng, radius)
    y, x = np.mgrid[:CROP, :CROP].astype(float)
    far = np.hypot(y - cy, x - cx)
    much = 0.9 * np.exp(-(((far - radius) / 3) ** 2)) + 0.25 * (far < radius)
    return p + rng.choice([-1, 1]) * 2 * p.std() * much, far < radius + 4


def letters(p: Picture, rng: np.random.Generator) -> tuple[Picture, Picture]:
    """Two to four printed letters, not quite opaque."""
    font = ImageFont.load_default(size=int(rng.integers(18, 36)))
    text = "".join(rng.choice(list("ABEHKMRSX2580"), int(rng.integers(2, 5))))
    page = Image.new("L", (CROP, CROP))
    draw = ImageDraw.Draw(page)
    _, _, width, height = draw.textbbox((0, 0), text, font=font)
    place = rng.integers(4, max(5, CROP - width - 4)), rng.integers(4, CROP - height - 4)
    draw.text(place, text, fill=255, font=font)
    ink, opacity = p.mean() + rng.choice([-1, 1]) * 2.2 * p.std(), 0.85 * np.asarray(page) / 255
    return p + (ink - p) * opacity, opacity > 0.34


def coin(p: Picture, rng: np.random.Generator) -> tuple[Picture, Picture]:
    """A coin on it, as bright as the texture on average."""
    side = int(rng.integers(28, 50))
    y, x, radius = [(52, 74, 26), (48, 173, 22), (36, 228, 21), (127, 45, 24), (190, 55, 20)][int(rng.integers(5))]
    piece = Image.fromarray(data.coins()[y - radius : y + radius, x - radius : x + radius])
    found = np.asarray(piece.resize((side, side)).rotate(int(rng.integers(360)))).astype(float)
    found = (found - found.mean()) / found.std() * 0.8 * p.std() + p.mean()
    down, across = np.mgrid[:side, :side] - side / 2 + 0.5
    disc = np.hypot(down, across) < side / 2 - 1
    top, left = rng.integers(0, CROP - side, 2)
    q, mask = p.copy(), np.zeros(p.shape, dtype=bool)
    mask[top : top + side, left : left + side] = disc
    q[mask] = found[disc]
    return q, mask


def blocks(p: Picture, rng: np.random.Generator) -> tuple[Picture, Picture]:
    """JPEG of quality 4."""
    rows, columns = box(rng, 24, 56)
    file = io.BytesIO()
    Image.fromarray(p.clip(0, 255).astype(np.uint8)).save(file, "JPEG", quality=4)
    q, mask = p.copy(), np.zeros(p.shape, dtype=bool)
    mask[rows, columns] = True
    q[mask] = np.asarray(Image.open(file)).astype(float)[mask]
    return q, mask


KINDS = {kind.__name__: kind for kind in (bulge, waves, ring, letters, coin, blocks)}


def as_bytes(picture: Picture) -> Tensor:
    """(1, height, width), uint8."""
    return torch.from_numpy(np.rint(picture).clip(0, 255).astype(np.uint8))[None]


def crops(texture: Picture, seed: int = 0) -> list[tuple[str, Tensor, Picture]]:
    """Kind, picture and mask of each crop of the right half."""
    rng, half = np.random.default_rng(seed), texture[:, SIDE // 2 :]

    def crop() -> Picture:
        top, left = rng.integers(0, SIDE - CROP + 1), rng.integers(0, SIDE // 2 - CROP + 1)
        return half[top : top + CROP, left : left + CROP].copy()

    found = [("good", as_bytes(crop()), np.zeros((CROP, CROP), dtype=bool)) for _ in range(GOOD)]
    for name, damage in KINDS.items():
        for _ in range(EACH):
            change = 0.0
            while change < LEAST * half.std():
                before = crop()
                after, mask = damage(before, rng)
                change = np.abs(after - before)[mask].mean()
            seen = uniform_filter(np.abs(after - before), 5) > VISIBLE * half.std()
            found.append((name, as_bytes(after), mask & seen))
    return found


def standardised(half: Tensor) -> Callable[[Tensor], Tensor]:
    """By mean and standard deviation of what is learned from."""
    mean, deviation = half.float().mean(), half.float().std()
    return lambda x: ((x.float() - mean) / deviation)[None]


def ours(half: Tensor, steps: int) -> Map:
    """The library's own."""
    return AnomalyMap.fit([half], steps=steps, seed=0, reporter=Reporter())


def energies(half: Tensor, steps: int) -> Map:
    """The Mahalanobis distance of filter energies, which the library's own network has as an input."""
    scale = standardised(half)
    fitted = FilterEnergies(1).fit(scale(half))
    upsampled = nn.Upsample(scale_factor=2, mode="bilinear")
    return lambda x: blurred(upsampled(fitted(scale(x)).square().mean(1, keepdim=True).sqrt()), BLUR)[0, 0]


def patches(half: Tensor, steps: int) -> Map:
    """The Mahalanobis distance of raw 9×9 patches, with a ridge."""
    scale = standardised(half)

    def columns(x: Tensor) -> Tensor:
        return F.unfold(F.pad(scale(x), (4,) * 4, mode="reflect"), 9)[0].T.double()

    rows = columns(half)
    covariance = torch.cov(rows.T) + 0.01 * torch.eye(rows.shape[1], dtype=torch.float64)
    mean, factor = rows.mean(0), torch.linalg.inv(torch.linalg.cholesky(covariance)).T

    def distance(x: Tensor) -> Tensor:
        found = ((columns(x) - mean) @ factor).square().mean(1).sqrt()
        return blurred(found.view(1, 1, *x.shape[1:]).float(), BLUR)[0, 0]

    return distance


def plain_autoencoder(half: Tensor, steps: int) -> Map:
    """A convolutional autoencoder, 8 numbers for each 8×8 pixels, by its squared error; as many crops as ours."""
    scale = standardised(half)
    picture = scale(half)[0]
    torch.manual_seed(0)
    layers: list[nn.Module] = []
    for a, b in ((1, 16), (16, 32), (32, 64)):
        layers += [nn.Conv2d(a, b, 3, padding=1), nn.ReLU(), nn.Conv2d(b, b, 4, 2, 1), nn.ReLU()]
    layers += [nn.Conv2d(64, 8, 1)]
    for a, b in ((8, 64), (64, 32), (32, 16)):
        layers += [nn.ConvTranspose2d(a, b, 4, 2, 1), nn.ReLU(), nn.Conv2d(b, b, 3, padding=1), nn.ReLU()]
    network = nn.Sequential(*layers, nn.Conv2d(16, 1, 3, padding=1))
    optimizer = torch.optim.Adam(network.parameters(), 1e-3)
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = 1e-3 * (1 - step / steps)
        places = torch.randint(0, SIDE - 64, (16,)), torch.randint(0, SIDE // 2 - 64, (16,))
        x = torch.stack([picture[:, i : i + 64, j : j + 64] for i, j in zip(*places, strict=True)])
        loss = F.mse_loss(network(x), x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return lambda x: blurred((network(scale(x)) - scale(x)).square(), BLUR)[0, 0]


METHODS = {
    "painted defects": ours,
    "energies": energies,
    "patches": patches,
    "plain AE": plain_autoencoder,
}


def measure(texture: str, method: str, steps: int, seed: int = 0, *, swapped: bool = False) -> dict[str, float | str]:
    """One row of the table."""
    picture = TEXTURES[texture]()[:, :: -1 if swapped else 1].copy()
    begin = time.process_time()
    found = METHODS[method](as_bytes(picture[:, : SIDE // 2]), steps)
    seconds = time.process_time() - begin
    tests, kinds = crops(picture, seed), {name: LocalisationMeter(0.0) for name in ("all", *KINDS)}
    with torch.no_grad():
        maps = [found(x) for _, x, _ in tests]
    values = torch.stack(maps)
    maps = [16 * (one - values.mean()) / values.abs().max() for one in maps]  # within what the meter counts
    for (kind, _, mask), one in zip(tests, maps, strict=True):
        for name, meter in kinds.items():
            if kind in ("good", name) or name == "all":
                meter.add(picture_score(one), one.numpy(), is_defect=kind != "good", mask=mask)
    whole = kinds.pop("all").result()
    row: dict[str, float | str] = {"texture": texture, "method": method, "steps": steps, "seconds": round(seconds, 1)}
    row |= {"image": whole.image_auroc or 0.0, "pixel": whole.pixel_auroc or 0.0, "aupro": whole.aupro or 0.0}
    return row | {name: meter.result().image_auroc or 0.0 for name, meter in kinds.items()}


def main() -> None:
    """Prints a table, and its means."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=TEXTURES, default=list(TEXTURES))
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0, help="of what is tested")
    parser.add_argument("--swapped", action="store_true")
    parser.add_argument("--log", type=Path, help="a file that rows are added to, one JSON object a line")
    given = parser.parse_args()
    figures, rows = ("image", "pixel", "aupro", *KINDS, "seconds"), list[dict[str, float | str]]()
    print(f"{'texture':9}{'method':17}" + "".join(f"{name:>8}" for name in figures))
    with tuned_cpu():
        for texture in given.only:
            for method in given.methods:
                row = measure(texture, method, given.steps, given.seed, swapped=given.swapped)
                rows.append(row)
                print(f"{texture:9}{method:17}" + "".join(f"{row[name]:8.3g}" for name in figures), flush=True)
                if given.log:
                    with given.log.open("a") as file:
                        file.write(json.dumps(row) + "\n")
    for method in given.methods:
        means = (np.mean([float(row[name]) for row in rows if row["method"] == method]) for name in figures)
        print(f"{'mean':9}{method:17}" + "".join(f"{mean:8.3g}" for mean in means))


if __name__ == "__main__":
    main()
