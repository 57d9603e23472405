import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from autoencode.cleaning import ready_models
from autoencode.cleaning.network import UNet
from autoencode.cleaning.page import _grown, _new_ink, clean_page
from autoencode.cleaning.text_scale import otsu_threshold


class Oracle(UNet):
    """A network that knows the clean page: what the page is divided by does not depend on how well one is trained."""

    def __init__(self, clean):
        self.clean = clean

    def tiled(self, small):
        height, width = small.shape[1:]
        resized = Image.fromarray(self.clean).convert("RGB").resize((width, height), Image.Resampling.BICUBIC)
        return np.asarray(resized, dtype=np.float32).transpose(2, 0, 1) / 255


def lettered(size=28, height=400, width=600, words="Sphinx of black quartz, judge my vow."):
    page = Image.new("L", (width, height), 255)
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(size)
    for line, y in enumerate(range(10, height - size, round(1.5 * size))):
        draw.text((10, y), words[line % 7 :] + words, 0, font)
    return np.array(page)


def shaded(page, seed=0):
    """Uneven light and a stain, (height, width)."""
    height, width = page.shape[:2]
    y, x = np.mgrid[:height, :width]
    light = 0.85 - 0.3 * x / width
    stain = 1 - 0.35 / (1 + np.exp((np.hypot(x - width / 2, y - height / 2) - height / 4) / 3))
    return np.uint8(np.rint(page * light * stain))


def rmse(a, b):
    return np.sqrt(np.square(a / 255.0 - b / 255.0).mean())


def test_with_the_truth_from_the_network_the_page_is_the_truth():
    clean = lettered()
    cleaned = clean_page(Oracle(clean), shaded(clean))
    assert cleaned.reason is None
    assert rmse(cleaned.pixels, clean) < 0.035 < 0.2 < rmse(shaded(clean), clean)
    assert cleaned.removed < 0.05


def test_what_the_network_sees_as_it_is_stays_to_the_bit():
    clean = lettered()
    assert (clean_page(Oracle(clean), clean).pixels == clean).all()


def test_the_palest_print_on_white_paper_stays():
    clean = lettered()
    clean[330:380, 100:400] = 252
    assert (clean_page(Oracle(clean), clean).pixels == clean).all()


def test_blank_areas_grow_over_no_edge_of_the_page_and_over_no_step():
    seeds, allowed = np.zeros((5, 9), bool), np.ones((5, 9), bool)
    seeds[:, 0], allowed[:, 4] = True, False
    even = np.full((5, 9), 0.5, np.float32)
    assert _grown(seeds, allowed, even).sum() == 5 * 4
    step = even.copy()
    step[:, 2:] = 0.8
    assert _grown(seeds, np.ones((5, 9), bool), step).sum() == 5 * 2
    assert _grown(seeds, np.ones((5, 9), bool), even).all()


def test_strength_is_the_share_of_the_change():
    clean = lettered()
    dirty, whole = shaded(clean), clean_page(Oracle(clean), shaded(clean)).pixels
    half = clean_page(Oracle(clean), dirty, 0.5).pixels
    assert np.abs(half - (dirty / 2.0 + whole / 2.0)).max() <= 1
    assert (clean_page(Oracle(clean), dirty, 0.0).pixels == dirty).all()


def test_ink_that_a_network_would_erase_leaves_the_page_as_it_was():
    clean = lettered()
    blank = np.full_like(clean, 255)
    cleaned = clean_page(Oracle(blank), clean)
    assert "of what looks like ink would be gone" in cleaned.reason
    assert (cleaned.pixels == clean).all()
    assert clean_page(Oracle(blank), clean, check=False).reason is None


def test_what_has_hardly_any_paper_is_left_as_it_was():
    cat = np.uint8(np.random.default_rng(0).normal(110, 25, (300, 300, 3)).clip(0, 255))
    cleaned = clean_page(Oracle(cat), cat)
    assert cleaned.reason == "hardly any paper was found on it"
    assert (cleaned.pixels == cat).all()


def test_a_coloured_page_keeps_the_colour_of_its_ink():
    clean = np.stack([lettered()] * 3, -1)
    clean[..., 2] = np.maximum(clean[..., 2], 200)  # blue ink
    paper = np.array([0.9, 0.8, 0.6])
    cleaned = clean_page(Oracle(clean), np.uint8(clean * paper))
    ink = clean[..., 0] < 30
    assert np.abs(np.median(cleaned.pixels[ink], 0) - np.median(clean[ink], 0)).max() < 40


@pytest.mark.parametrize("height", [16, 28, 60, 100])
def test_the_ready_model_cleans_a_page_and_leaves_a_clean_one(height):
    network = ready_models["scan"].network
    clean = lettered(height, 500, 700)
    assert rmse(clean_page(network, clean).pixels, clean) <= 0.005
    dirty = shaded(clean)
    cleaned = clean_page(network, dirty)
    assert cleaned.reason is None
    ink, truth = (page < 255 * otsu_threshold(page / np.float32(255)) for page in (cleaned.pixels, clean))
    assert 2 * (ink & truth).sum() / (ink.sum() + truth.sum()) > 0.93
    assert rmse(cleaned.pixels, clean) < rmse(dirty, clean) / 2.5


def test_an_empty_page_stays_empty():
    network = ready_models["scan"].network
    cleaned = clean_page(network, np.full((200, 150), 255, np.uint8))
    assert (cleaned.pixels == 255).all()


def test_a_page_on_which_ink_would_appear_is_left_as_it_was():
    """A network that paints letters where there is only grain."""
    grain = np.uint8(np.random.default_rng(1).normal(150, 12, (300, 300)).clip(0, 255))
    imagined = np.full_like(grain, 255)
    imagined[40:260:20, 40:260] = 0
    cleaned = clean_page(Oracle(imagined), grain)
    assert cleaned.reason is not None
    assert (cleaned.pixels == grain).all()


def test_a_photograph_whose_sky_is_taken_for_paper_is_left_as_it_was():
    y, x = np.mgrid[:300, :300] / 300
    sky = np.uint8(255 * np.stack([0.3 + 0.6 * x, 0.6 + 0.2 * y, 0.9 - 0.5 * x], -1))
    cleaned = clean_page(Oracle(np.full_like(sky, 255)), sky)
    assert cleaned.reason == "its paper would have many colours, as a photograph has"
    assert (cleaned.pixels == sky).all()


def test_a_dark_table_around_a_page_is_no_new_ink():
    clean = np.pad(lettered(), 60)
    cleaned = clean_page(Oracle(clean), np.uint8(clean * 0.8))
    assert cleaned.reason is None


def test_ink_that_was_not_there_is_counted_as_new():
    before = np.ones((3, 100, 100), np.float32)
    before[:, 20:30, 20:60] = 0.1
    after = before.copy()
    assert _new_ink(before, after) == 0
    after[:, 60:70, 20:60] = 0.1
    assert _new_ink(before, after) == pytest.approx(0.5)
