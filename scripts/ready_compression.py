"""Trains the ready-made lossless models for photographs, which are part of autoencode.

    python scripts/ready_compression.py PHOTOGRAPHS/

PHOTOGRAPHS is a folder. The models in the repository were trained with the 14 photographs under CC0 of
https://github.com/BuddiesOfBudgie/budgie-backgrounds, scaled to 960 pixels in width and stored as JPEG, in about 8
minutes of one core. Each is used as it is, scaled to 768x512, and scaled to two thirds.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from scipy.optimize import nnls

from autoencode.compression.photographs.colours import to_planes
from autoencode.compression.photographs.ladder import SCALES, SMALLEST, STEPS_PER_OCTAVE, TAILS, ladder, scale_of
from autoencode.compression.photographs.linear import BINS, Linear, bins_of, differences
from autoencode.compression.photographs.lossless import MODEL_FILE
from autoencode.compression.photographs.network import SIZE_BITS, SIZES, inputs_of
from autoencode.compression.photographs.passes import PASSES, Grid, Pass, Plane, grid_of, strides

Key = tuple[int, int, int]
Array = npt.NDArray[np.float64]
HIDDEN = 48
STEPS = (8_000, 4_000, 2_400)
"""Of training for strides 1, 2, and more."""
ROWS = 16_000
"""Pixels of a picture for each network."""
OUT = Path(__file__).parents[1] / "src/autoencode/compression/photographs" / MODEL_FILE


def main() -> None:
    """Writes the models into the package."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("photographs", type=Path)
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    files = sorted(file for file in options.photographs.iterdir() if file.is_file())
    random = np.random.default_rng(0)
    linear = _fit_linear(files, random)
    arrays = dict[str, npt.NDArray[np.generic]]()
    for key, (model, steps, tails) in linear.items():
        name = "".join(map(str, key))
        arrays |= {f"weights{name}": model.weights.astype(np.int16), f"activity{name}": model.activity.astype(np.int16)}
        arrays |= {f"steps{name}": steps.astype(np.uint8), f"tails{name}": tails.astype(np.uint8)}
    arrays |= _train_networks(files, {key: model for key, (model, _, _) in linear.items()}, random)
    np.savez_compressed(options.out, **arrays)


def _pictures(files: list[Path], *, thirds: bool) -> Iterator[npt.NDArray[np.uint8]]:
    for file in files:
        image = Image.open(file).convert("RGB")
        yield np.asarray(image)
        yield np.asarray(image.resize((768, 512), Image.Resampling.LANCZOS))
        if thirds:
            size = image.width * 2 // 3, image.height * 2 // 3
            yield np.asarray(image.resize(size, Image.Resampling.BICUBIC))


def _passes(pixels: npt.NDArray[np.uint8]) -> Iterator[tuple[Key, Grid, Pass, int, Plane]]:
    planes = to_planes(pixels)
    for stride in strides(*pixels.shape[:2]):
        grid = grid_of([planes.copy()], stride)
        for number, step in enumerate(PASSES):
            for channel in range(len(planes)):
                values = planes[channel, step.row * stride :: 2 * stride, step.column * stride :: 2 * stride]
                yield (min(stride.bit_length() - 1, 2), number, channel), grid, step, channel, values
                grid.put(channel, step, values)


def _fit_linear(files: list[Path], random: np.random.Generator) -> dict[Key, tuple[Linear, Array, Array]]:
    """By least squares, in which a pixel with much around counts less."""
    rows = dict[Key, list[Array]]()
    for pixels in _pictures(files, thirds=False):
        for key, grid, step, channel, values in _passes(pixels):
            found = np.stack([*(part.reshape(-1) for part in differences(grid, step, channel)), values.reshape(-1)], 1)
            rows.setdefault(key, []).append(found[random.choice(len(found), min(len(found), 15_000), replace=False)])
    models = {key: _least_squares(np.concatenate(found).astype(np.float64)) for key, found in rows.items()}
    seen = dict[Key, list[Array]]()
    for pixels in _pictures(files, thirds=False):
        for key, grid, step, channel, values in _passes(pixels):
            prediction, around = models[key].apply(grid, step, channel)
            found = np.stack([part.reshape(-1) for part in (bins_of(around), prediction, values)], 1)
            seen.setdefault(key, []).append(found[random.choice(len(found), min(len(found), 15_000), replace=False)])
    return {key: (models[key], *best_distributions(np.concatenate(found))) for key, found in seen.items()}


def _least_squares(rows: Array) -> Linear:
    base, x, target = rows[:, 0], rows[:, 1:-1], 4 * rows[:, -1] - rows[:, 0]
    share = np.ones(len(x))
    for _ in range(4):
        weighted = (x * share[:, None]).T
        weights = np.linalg.solve(weighted @ x + 1e-3 * len(base) * np.eye(x.shape[1]), weighted @ target)
        root = np.sqrt(share)
        activity, _ = nnls(np.abs(x) * root[:, None], np.abs(target - x @ weights) * root)
        share = 1 / (np.abs(x) @ activity + 1) ** 1.5
    return Linear(np.round(weights * 1024).astype(np.int32), np.round(activity * 64).astype(np.int32))


def best_distributions(rows: npt.NDArray[np.int32]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """For each bin the step of the ladder and the tail that take the fewest bits; bins without pixels as their next."""
    chosen = np.full((2, BINS), -1)
    for bin_ in range(BINS):
        found = rows[rows[:, 0] == bin_][:4000].astype(np.int64)
        if len(found) >= 30:
            chosen[:, bin_] = _best_distribution(found[:, 1], found[:, 2])
    known = np.flatnonzero(chosen[0] >= 0)
    near = known[np.abs(np.arange(BINS)[:, None] - known).argmin(1)]
    return chosen[0, near], chosen[1, near]


def _best_distribution(prediction: npt.NDArray[np.int64], values: npt.NDArray[np.int64]) -> tuple[int, int]:
    middle = np.searchsorted([scale_of(step) for step in range(SCALES)], np.abs(values - prediction / 8).mean() / 1.4)
    bits = dict[tuple[int, int], float]()
    for step in range(max(0, middle - 6), min(SCALES, middle + 4)):
        for tail in range(len(TAILS)):
            whole, which = ladder().place(prediction, np.full(len(values), step), np.full(len(values), tail))
            bits[step, tail] = float(ladder().bits(values - whole, which).sum())
    return min(bits, key=lambda choice: bits[choice])


def _train_networks(
    files: list[Path], linear: dict[Key, Linear], random: np.random.Generator
) -> dict[str, npt.NDArray[np.generic]]:
    rows = dict[Key, list[tuple[npt.NDArray[np.generic], ...]]]()
    for pixels in _pictures(files, thirds=True):
        for key, *found in _inputs(_turned(pixels, random), linear):
            at = random.choice(len(found[1]), min(len(found[1]), ROWS), replace=False)
            rows.setdefault(key, []).append(tuple(part[at] for part in found))
    arrays = dict[str, npt.NDArray[np.generic]]()
    for key in sorted(rows):
        network = _train_network(
            *(torch.from_numpy(np.concatenate(part)) for part in zip(*rows[key], strict=True)), key
        )
        name = "".join(map(str, key))
        for number, layer in enumerate(network[::2]):
            arrays[f"layer{name}_{number}"] = _whole(layer.weight, 8).astype(np.int16)
            arrays[f"bias{name}_{number}"] = _whole(layer.bias, 15 if number else 13).astype(np.int32)
    return arrays


def _turned(pixels: npt.NDArray[np.uint8], random: np.random.Generator) -> npt.NDArray[np.uint8]:
    pixels = pixels[:: random.choice([-1, 1]), :: random.choice([-1, 1])]
    return pixels.transpose(1, 0, 2) if random.integers(2) else pixels


def _inputs(
    pixels: npt.NDArray[np.uint8], linear: dict[Key, Linear]
) -> Iterator[tuple[Key, *tuple[npt.NDArray[np.generic], ...]]]:
    for key, grid, step, channel, values in _passes(pixels):
        prediction, around = linear[key].apply(grid, step, channel)
        bins = bins_of(around)
        seen = inputs_of(grid, step, channel, prediction, bins).T.astype(np.int8)
        yield key, seen, prediction.reshape(-1), bins.reshape(-1), values.reshape(-1)


def _train_network(
    x: torch.Tensor, prediction: torch.Tensor, bins: torch.Tensor, values: torch.Tensor, key: Key
) -> torch.nn.Sequential:
    size = torch.from_numpy(SIZES / (1 << SIZE_BITS)).float()[bins]
    layer, clip = torch.nn.Linear, torch.nn.Hardtanh
    network = torch.nn.Sequential(
        layer(x.shape[1], HIDDEN), clip(0, 16), layer(HIDDEN, HIDDEN), clip(0, 16), layer(HIDDEN, 3)
    )
    with torch.no_grad():
        network[4].weight.mul_(0.1)
        network[4].bias.copy_(torch.tensor([0.0, -0.5, 1.0]))
    optimizer = torch.optim.Adam(network.parameters(), lr=4e-3, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, STEPS[key[0]], pct_start=0.1)
    for step in range(STEPS[key[0]]):
        at = torch.randint(len(x), (2048,))
        moved, wider, tail = network(x[at].float() / 32).T
        bits = _bits(prediction[at] / 8 + size[at] * moved, size[at].log2() + wider, tail, values[at]).mean()
        optimizer.zero_grad()
        bits.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        with torch.no_grad():
            for number in (2, 4):  # so that sums stay exact in float32
                network[number].weight.clamp_(-1.5, 1.5)
        if step % 1000 == 999:
            print(key, step + 1, f"{bits.item():.3f} bits", flush=True)
    return network


def _bits(middle: torch.Tensor, width: torch.Tensor, tail: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
    """Of whole numbers by the mixture that the ladder has in steps."""
    scale = torch.exp2(width.clamp(SMALLEST, SMALLEST + (SCALES - 1) / STEPS_PER_OCTAVE))
    share = TAILS[0] * torch.exp(tail.clamp(0, 3) * (np.log(TAILS[-1] / TAILS[0]) / 3))
    away = (values - middle).abs()

    def mass(scale: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid((0.5 - away) / scale) - torch.sigmoid((-0.5 - away) / scale)

    return -torch.log2(((1 - share) * mass(scale) + share * mass(3 * scale)).clamp_min(2.0**-15))


def _whole(values: torch.Tensor, bits: int) -> Array:
    return np.round(values.detach().double().numpy() * 2**bits)


if __name__ == "__main__":
    main()
