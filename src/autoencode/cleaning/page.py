"""Cleans one page: the network finds the paper at the size it knows, and the page is divided by it at its own size."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from autoencode.cleaning.ink_curve import InkCurve, fit_ink_curve
from autoencode.cleaning.likeness import page_likeness
from autoencode.cleaning.network import Float, UNet
from autoencode.cleaning.printed_tints import find_printed_tints
from autoencode.cleaning.specks import without_specks
from autoencode.cleaning.text_scale import ink_mask, otsu_threshold, working_scale

Bytes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
_PAPER = 0.92
"""What the network paints at least so bright is paper."""
_KEPT_FROM, _KEPT_WHOLLY = 0.02, 0.08
"""Darkness in the network's picture from which a pixel of the page is kept in part, and wholly."""
_CLEAN = 0.97
"""Paper at least so bright counts as white."""
_INK = 0.75
"""What the network paints darker is ink."""
_BLOCK, _SMOOTH = 8, 0.05
"""Pixels a side of the blocks of which a blank area is made, and the most that brightness differs in one."""
_AROUND = 12
"""Pixels a side of the squares in which paper is white or is not."""
_STRIP = 512
_LEAST_PAPER, _LEAST_LIKENESS = 0.35, 0.34
_MOST_REMOVED, _MOST_NEW, _MOST_COLOURS = 0.35, 0.5, 0.15
_WORK_PIXELS = 12e6
_RESAMPLE = Image.Resampling.BILINEAR


@dataclass(frozen=True)
class CleanedPage:
    """What came of a page.

    Args:
        pixels: (height, width) or (height, width, 3), 8 bits, as the page.
        reason: why the page was left as it was; None where it was cleaned.
        removed: the share of what a classical method takes for ink that is gone.
    """

    pixels: Bytes
    reason: str | None
    removed: float = 0.0


def clean_page(network: UNet, page: Bytes, strength: float = 1.0, *, check: bool = True) -> CleanedPage:
    """A page without its dirt; letters keep the shape and the ink that they have.

    1. Specks of one pixel are replaced where there are many (`without_specks`), and the page is scaled so that its
       strokes are as wide as those the network knows (`working_scale`).
    2. The network gives the clean page at that size, which says where the paper is and how dark it was.
    3. At its own size, the page is divided by the paper, smoothly continued under ink and photographs; what is paper
       becomes white, and faded ink on old paper darker.
    4. A check compares the ink before and after with the ink that a classical method finds, and leaves the page as it
       was where too much is gone or new, or where there is hardly any paper.

    Args:
        network: of the model for scans.
        page: (height, width) or (height, width, 3), 8 bits.
        strength: 1 for all of it, 0.5 for half.
        check: whether to leave a page as it was that the network does not know.
    """
    original, page = page, without_specks(page)
    scale = working_scale(_grey(page))
    small = _scaled(page, scale)
    clean = np.clip(network.tiled(small), 0, 1)
    paper, kept = _paper_and_kept(small, _with_blank_paper(small, clean))
    curve = _ink_curve(small, paper, clean, kept, scale)
    removed = _removed_ink(small, clean)
    if check:
        if float((clean.min(0) > _PAPER).mean()) < _LEAST_PAPER:
            return CleanedPage(original, "hardly any paper was found on it", removed)
        if _spread_of_colour(paper, clean.min(0) > _PAPER) > _MOST_COLOURS:
            return CleanedPage(original, "its paper would have many colours, as a photograph has", removed)
        if removed > _MOST_REMOVED:
            return CleanedPage(original, f"{removed:.0%} of what looks like ink would be gone", removed)
        if page_likeness(small, paper, clean, clean.min(0) > _PAPER) < _LEAST_LIKENESS:
            return CleanedPage(original, "it is more like a photograph than like writing", removed)
    cleaned = _mixed(original, _divide(page, paper, kept, curve), strength)
    if check and (new := _new_ink(small, _scaled(cleaned, scale))) > _MOST_NEW:
        return CleanedPage(original, f"{new:.0%} of the ink on the cleaned page would be new", removed)
    return CleanedPage(cleaned, None, removed)


def _grey(page: Bytes) -> Float:
    image = Image.fromarray(page)
    return np.asarray(image.convert("L"), dtype=np.float32) / np.float32(255)


def _scaled(page: Bytes, scale: float) -> Float:
    """(3, height, width) in [0, 1], scaled, by averages where it shrinks."""
    image = Image.fromarray(page).convert("RGB")
    scale = min(scale, (_WORK_PIXELS / (image.width * image.height)) ** 0.5)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    resample = Image.Resampling.BOX if scale < 0.5 else Image.Resampling.BICUBIC
    pixels = np.asarray(image.resize(size, resample), dtype=np.float32) / np.float32(255)
    return np.ascontiguousarray(pixels.transpose(2, 0, 1))


def _with_blank_paper(dirty: Float, clean: Float) -> Float:
    """The network's picture, in which blank areas that go over into paper without an edge are paper, too.

    Far from any writing the network cannot know a grey margin from a grey photograph. A photograph on a page has edges.

    Args:
        dirty: the page at the network's size.
        clean: what the network made of it.
    """
    height, width = dirty.shape[1:]
    rows, columns = -(-height // _BLOCK), -(-width // _BLOCK)
    beyond = ((0, rows * _BLOCK - height), (0, columns * _BLOCK - width))
    padded, paper = (np.pad(layer, beyond, mode="edge") for layer in (dirty.mean(0), clean.min(0)))
    blocks = padded.reshape(rows, _BLOCK, columns, _BLOCK).transpose(0, 2, 1, 3).reshape(rows, columns, -1)
    seeds = paper.reshape(rows, _BLOCK, columns, _BLOCK).min((1, 3)) > _PAPER
    if not seeds.any():
        return clean
    contrast = blocks.max(2) - blocks.min(2)
    smooth = contrast < max(_SMOOTH, float(np.percentile(contrast[seeds], 90)))
    grown = _grown(seeds, smooth, blocks.mean(2))
    whole = grown.repeat(_BLOCK, 0).repeat(_BLOCK, 1)[:height, :width]
    return np.where(whole & (clean.min(0) <= _PAPER), np.float32(1), clean)


def _grown(seeds: Mask, allowed: Mask, brightness: Float) -> Mask:
    """The seeds and all allowed blocks that can be reached from them without a step in brightness."""
    found = seeds
    while True:
        reached = found
        for axis, step in ((0, 1), (0, -1), (1, 1), (1, -1)):
            near = np.roll(found, step, axis) & (np.abs(np.roll(brightness, step, axis) - brightness) < _SMOOTH)
            edge = (slice(None),) * axis + (0 if step > 0 else -1,)
            near[edge] = False
            reached = reached | (near & allowed)
        if (reached == found).all():
            return found
        found = reached


def _paper_and_kept(dirty: Float, clean: Float) -> tuple[Float, Float]:
    """The colour of the paper everywhere, (3, height, width), and how much of each pixel is no paper, (height, width).

    Where the network sees paper, the paper is what the page shows, divided by the network's white; elsewhere it is
    continued from around.
    """
    darkness = 1 - clean.min(0)
    kept = np.clip((darkness - _KEPT_FROM) / (_KEPT_WHOLLY - _KEPT_FROM), 0, 1)
    kept = np.asarray(Image.fromarray(kept).filter(ImageFilter.MaxFilter(3)))  # soft edges belong to the strokes
    known = (darkness < 1 - _PAPER).astype(np.float32)
    seen = np.minimum(dirty / np.maximum(clean, _PAPER), 1)
    seen = np.where(find_printed_tints(dirty, known > 0), 1, seen)
    paper = np.stack([_continued(channel, known) for channel in seen])
    paper = np.where(paper > _CLEAN, 1, np.maximum(paper, 0.05))
    # On white paper all stays, however fine; one bright grain of grey paper is no white paper.
    return paper, np.where(_smoothed(paper.min(0)) < _CLEAN, kept, 1)


def _smoothed(layer: Float) -> Float:
    """Means of squares of some pixels a side, and smooth between them."""
    image = Image.fromarray(layer)
    small = (-(-image.width // _AROUND), -(-image.height // _AROUND))
    return np.asarray(image.resize(small, Image.Resampling.BOX).resize(image.size, _RESAMPLE))


def _continued(values: Float, known: Float) -> Float:
    """The values where they are known; elsewhere means of what is known around, of the nearest size that has any."""
    height, width = values.shape
    total, weight = values * known, known
    if min(height, width) <= 2:
        return np.full_like(values, total.sum() / weight.sum() if weight.any() else 1.0)
    half = (max(1, -(-width // 2)), max(1, -(-height // 2)))
    less = [np.asarray(Image.fromarray(part).resize(half, Image.Resampling.BOX)) for part in (total, weight)]
    mean = np.where(less[1] > 1e-6, less[0] / np.maximum(less[1], 1e-6), 1)
    coarse = _continued(mean, np.minimum(1, less[1] * 4) * (less[1] > 1e-6))
    around = np.asarray(Image.fromarray(coarse).resize((width, height), _RESAMPLE))
    return total + (1 - known) * around


def _spread_of_colour(paper: Float, seen: Mask) -> float:
    """The standard deviation of the paper's red, green or blue, whichever is largest, in units of its brightness."""
    shades = paper[:, seen]
    return float((shades / shades.mean(0)).std(1).max()) if seen.any() else 0.0


def _removed_ink(dirty: Float, clean: Float) -> float:
    """The share of what a classical method takes for ink that the network paints as paper."""
    ink = ink_mask(dirty.mean(0))
    return float((clean.mean(0)[ink] > _PAPER).mean()) if ink.any() else 0.0


def _new_ink(dirty: Float, cleaned: Float) -> float:
    """The share of the ink on the cleaned page that no classical method finds near by on the page as it was."""
    before, after = ink_mask(dirty.mean(0)), cleaned.mean(0)
    near = np.asarray(Image.fromarray(before).convert("L").filter(ImageFilter.MaxFilter(3))) > 0
    near |= dirty.mean(0) < otsu_threshold(dirty.mean(0))
    ink = after < otsu_threshold(after)
    return float((ink & ~near).sum() / ink.sum()) if ink.any() else 0.0


def _ink_curve(dirty: Float, paper: Float, clean: Float, kept: Float, scale: float) -> InkCurve | None:
    """A curve that makes the ink of an old or grey scan legible; None on white paper, where ink is as it should be."""
    ink = clean.mean(0) < _INK
    if not ink.any() or ink.all() or float(np.median(paper[:, ~ink])) > _CLEAN:
        return None
    return fit_ink_curve(np.clip((1 - dirty / paper).mean(0), 0, 1) * kept, ink, scale)


def _divide(page: Bytes, paper: Float, kept: Float, curve: InkCurve | None) -> Bytes:
    """The page divided by its paper, and white where nothing is kept, strip by strip at its own size."""
    height, width = page.shape[:2]
    if page.ndim == 2:
        paper = paper.mean(0, keepdims=True)
    layers = [Image.fromarray(layer) for layer in (*paper, kept)]
    out = np.empty_like(page)
    for top in range(0, height, _STRIP):
        bottom = min(height, top + _STRIP)
        box = (0, top * kept.shape[0] / height, kept.shape[1], bottom * kept.shape[0] / height)
        *tints, keep = (np.asarray(layer.resize((width, bottom - top), _RESAMPLE, box)) for layer in layers)
        before = page[top:bottom].reshape(bottom - top, width, -1) / np.float32(255)
        after = np.minimum(before / np.stack(tints, -1), 1)
        darkness = 1 - after
        after = 1 - keep[..., None] * (curve(darkness) if curve else darkness)
        out[top:bottom] = np.rint(after * 255).astype(np.uint8).reshape(out[top:bottom].shape)
    return out


def _mixed(before: Bytes, after: Bytes, strength: float) -> Bytes:
    """A share of the change."""
    if strength == 1:
        return after
    return np.asarray(Image.blend(Image.fromarray(before), Image.fromarray(after), strength))
