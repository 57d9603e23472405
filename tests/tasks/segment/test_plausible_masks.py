"""Several plausible masks of a picture: two annotators who differ by a rule, and what is written."""

import csv

import numpy as np
import pytest
import torch
from PIL import Image

from autoencode.data.masks.doubt import doubt
from autoencode.data.masks.mask_classes import MaskClasses, MaskKind
from autoencode.data.masks.mask_files import read_mask_values
from autoencode.errors import ArgumentError, CapabilityError
from autoencode.runs.drawn_masks import summarise_draws
from autoencode.runs.segmenter import Segmenter
from autoencode.tasks import evaluate, segment, train

SIDE = 16
SMALL = {"widths": (8, 16), "steps": 400, "batch_size": 16, "learning_rate": 0.01, "augment": "none", "seed": 1}
CLASSES = MaskClasses(("background", "foreground"), MaskKind.LABELS, (0, 1))


def squares(n, seed=0):
    """A bright square with a dim lower half each; one annotator marks all of it, the other the bright half."""
    rng, all_of_it = np.random.default_rng(seed), np.zeros((n, SIDE, SIDE), bool)
    bright = np.zeros_like(all_of_it)
    for one, half in zip(all_of_it, bright, strict=True):
        top, left = rng.integers(0, SIDE - 9, 2)
        one[top : top + 8, left : left + 8] = half[top : top + 4, left : left + 8] = True
    pictures = 40 + 70 * all_of_it + 100 * bright + rng.integers(-10, 10, all_of_it.shape)
    return pictures.astype(np.uint8), all_of_it, bright


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    pictures, all_of_it, bright = squares(200)
    second = np.random.default_rng(1).random((200, 1, 1)) < 0.5
    np.savez(folder / "two.npz", images=pictures, masks=np.where(second, all_of_it, bright).astype(np.uint8))
    return train(folder / "two.npz", "probabilistic-segmenter", out=folder / "run", warmup_steps=300, **SMALL)


def test_draws_are_the_masks_of_both_and_doubt_is_where_they_differ(run):
    segmenter, (pictures, all_of_it, bright) = Segmenter(run), squares(10, seed=2)
    shares = list[float]()
    for number, picture in enumerate(pictures):
        found = segmenter.draw(torch.from_numpy(picture)[None], 16, seed=number)
        off = [(found.masks.numpy() != mask).mean((1, 2)) for mask in (all_of_it[number], bright[number])]
        assert np.min(off, 1).max() < 0.06  # both are among the draws
        assert np.min(off, 0).mean() < 0.08  # and little else
        shares.append(float((off[0] < off[1]).mean()))
        differ, unsure = all_of_it[number] & ~bright[number], doubt(found.probabilities).numpy()
        assert unsure[differ].mean() > 0.6
        assert unsure[~differ].mean() < 0.2
    assert 0.25 < np.mean(shares) < 0.75


def test_what_is_written(run, tmp_path):
    pictures, _, _ = squares(2, seed=3)
    (tmp_path / "new").mkdir()
    for name, picture in zip("ab", pictures, strict=True):
        Image.fromarray(np.kron(picture, np.ones((2, 2), np.uint8))).save(tmp_path / f"new/{name}.png")
    done = segment(run, [tmp_path / "new"], tmp_path / "out", n=8)
    rows = list(csv.DictReader(done.table.read_text().splitlines()))
    assert [row["picture"] for row in rows] == ["a.png", "b.png"]
    for row, area in zip(rows, done.areas, strict=True):
        draws = [read_mask_values(tmp_path / f"out/draws/{n + 1}" / row["picture"], MaskKind.LABELS) for n in range(8)]
        pixels = [int((mask == 1).sum()) for mask in draws]
        assert {mask.shape for mask in draws} == {(2 * SIDE, 2 * SIDE)}
        assert float(row["mean_pixels"]) == pytest.approx(np.mean(pixels), rel=1e-5)
        assert float(row["std_pixels"]) == pytest.approx(np.std(pixels), rel=1e-5)
        assert float(row["mean_count"]) == pytest.approx(area.spread.mean_count, rel=1e-5)
        assert area.spread.std_pixels > 0
        mask = read_mask_values(tmp_path / "out" / row["picture"], MaskKind.LABELS)
        assert any(np.array_equal(mask, drawn) for drawn in draws)
        with Image.open(tmp_path / "out/doubt" / row["picture"]) as grey:
            assert (grey.mode, grey.size) == ("L", (2 * SIDE, 2 * SIDE))
            assert np.asarray(grey).max() > 128
    segment(run, [tmp_path / "new"], tmp_path / "out", n=8)  # its own results are replaced
    assert segment(run, [tmp_path / "new"], tmp_path / "out", n=8).areas == done.areas
    assert segment(run, [tmp_path / "new"], tmp_path / "other", n=8, seed=1).areas != done.areas


def test_without_draws_it_is_a_segmenter(run, tmp_path):
    pictures, _, _ = squares(1, seed=3)
    Image.fromarray(pictures[0]).save(tmp_path / "a.png")
    done = segment(run, [tmp_path / "a.png"], tmp_path / "out")
    assert "mean_pixels" not in done.table.read_text()
    assert not (tmp_path / "out/draws").exists()
    assert (tmp_path / "out/doubt/a.png").exists()
    assert evaluate(run).segmentation.mean_dice.value > 0.6


def test_a_picture_in_tiles_has_one_code(tmp_path, monkeypatch):
    for name in ("pictures", "masks"):
        (tmp_path / name).mkdir()
    for number, (picture, mask, _) in enumerate(zip(*squares(12), strict=True)):
        Image.fromarray(picture).save(tmp_path / f"pictures/{number:02}.png")
        Image.fromarray(mask.astype(np.uint8)).save(tmp_path / f"masks/{number:02}.png")
    options = {**SMALL, "steps": 20, "widths": (4,)}
    run = train(
        tmp_path / "pictures",
        "probabilistic-segmenter",
        target=tmp_path / "masks",
        patch=16,
        out=tmp_path / "run",
        **options,
    )
    picture = torch.from_numpy(np.tile(squares(1)[0], (1, 6, 6)))
    whole, mean = Segmenter(run).draw(picture, 3), Segmenter(run)(picture)
    monkeypatch.setattr("autoencode.runs.segmenter._TILE", 40)
    tiled = Segmenter(run).draw(picture, 3)
    assert (tiled.probabilities - whole.probabilities).abs().max() <= 1.01 / 255
    assert (Segmenter(run)(picture) - mean).abs().max() <= 1.01 / 255


def test_the_likeliest_mask_is_that_of_most_draws():
    one, other = torch.tensor([[9, 1], [9, 1]]), torch.tensor([[9, 1], [1, 9]])  # (pixels, classes)
    draws = torch.stack([one, other, other, one, other]).mT[:, :, None] * 25
    found = summarise_draws(draws.byte(), CLASSES)
    assert found.masks[:, 0, 1].tolist() == [0, 1, 1, 0, 1]
    assert found.likeliest in (1, 2, 4)
    torch.testing.assert_close(found.probabilities[:, 0, 1], torch.tensor([0.42, 0.58]))


def test_rows_are_summed_over_the_whole_picture(monkeypatch):
    draws = torch.randint(0, 256, (4, 1, 9, 5), generator=torch.Generator().manual_seed(0))
    planes = torch.cat([draws, 255 - draws], 1).byte()
    whole = summarise_draws(planes, CLASSES)
    monkeypatch.setattr("autoencode.runs.drawn_masks._ROWS", 2)
    parts = summarise_draws(planes, CLASSES)
    assert torch.equal(whole.masks, parts.masks)
    assert torch.equal(whole.probabilities, parts.probabilities)
    assert whole.likeliest == parts.likeliest


def test_what_cannot_be_drawn_is_refused(run, tmp_path, archive_run):
    Image.new("L", (8, 8)).save(tmp_path / "a.png")
    with pytest.raises(CapabilityError, match=r"draws none: train with --recipe probabilistic-segmenter"):
        segment(archive_run, [tmp_path / "a.png"], tmp_path / "out", n=2)
    with pytest.raises(ArgumentError, match="-n draws masks, and --ensemble averages over orientations"):
        segment(run, [tmp_path / "a.png"], tmp_path / "out", n=2, ensemble=True)
    with pytest.raises(ArgumentError, match="draw no mask \\(0\\) or more, not -1"):
        segment(run, [tmp_path / "a.png"], tmp_path / "out", n=-1)
    assert not (tmp_path / "out").exists()


@pytest.fixture(scope="module")
def archive_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plain")
    pictures, mask, _ = squares(30)
    np.savez(folder / "one.npz", images=pictures, masks=mask.astype(np.uint8))
    return train(folder / "one.npz", "segmenter", out=folder / "run", **{**SMALL, "steps": 2})
