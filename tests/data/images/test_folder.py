from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from autoencode.data import load, memory
from autoencode.data.examples import Examples
from autoencode.data.images.folder import read_folder
from autoencode.data.options import ReadOptions
from autoencode.data.values import ValueRange
from autoencode.errors import CancelledError, DataError
from autoencode.runtime.cancellation import CancelToken
from support.reporters import CancelAfter, Recorder


def notes(examples: Examples) -> str:
    return "\n".join(examples.notes)


def test_small_pictures_of_one_size_keep_it(draw):
    folder = [draw(f"{i}.png", (8, 6)) for i in range(3)][-1].parent
    examples = read_folder(folder)
    assert examples.x.shape == (3, 3, 8, 6)
    assert examples.x.dtype == torch.uint8
    for place, name in enumerate(examples.files):
        assert np.array_equal(examples.x[place].permute(1, 2, 0).numpy(), np.asarray(Image.open(folder / name)))
    assert "size 8x6 (height x width), as in the files" in notes(examples)
    assert "colour, as some pictures are" in notes(examples)
    assert examples.options == {
        "values": "0-255",
        "size": [8, 6],
        "colour": "rgb",
        "target": None,
        "patch": None,
        "fit": "crop",
        "labels": "auto",
        "attributes": None,
        "unlabelled": None,
        "parts": "auto",
    }


def test_different_sizes_are_fitted_and_a_note_gives_the_range(draw):
    draw("a.png", (8, 6))
    draw("b.png", (10, 40))
    examples = read_folder(draw("c.png", (100, 90)).parent)
    assert examples.x.shape == (3, 3, 64, 64)
    assert "fitted to 64x64" in notes(examples)
    assert "sizes from 8x6 to 100x90 were found (say --size to choose; --fit letterbox keeps" in notes(examples)


def test_large_pictures_of_one_size_are_fitted(draw):
    folder = [draw(f"{i}.png", (129, 20)) for i in range(3)][-1].parent
    examples = read_folder(folder)
    assert examples.x.shape[2:] == (64, 64)
    assert "all are 129x20" in notes(examples)


def test_a_requested_size_is_used(draw):
    folder = draw("a.png", (8, 6)).parent
    assert read_folder(folder, ReadOptions(size=(4, 12))).x.shape == (1, 3, 4, 12)


def test_grey_only_if_every_picture_is(draw):
    draw("a.png", mode="L")
    draw("b.png", mode="LA")
    Image.new("RGB", (8, 8), (7, 7, 7)).save(draw("c.png", mode="L").parent / "d.png")
    folder = draw("e.png", mode="L").parent
    examples = read_folder(folder)
    assert examples.x.shape == (5, 1, 8, 8)
    assert bool((examples.x[3] == 7).all())
    assert np.array_equal(examples.x[0, 0].numpy(), np.asarray(Image.open(folder / "a.png")))
    assert "grey, as every picture is" in notes(examples)
    draw("f.png", mode="RGB")
    assert read_folder(folder).x.shape == (6, 3, 8, 8)


@pytest.mark.parametrize(("colour", "channels"), [("grey", 1), ("rgb", 3)])
def test_colour_can_be_forced(draw, colour: str, channels: int):
    draw("a.png", mode="L")
    examples = read_folder(draw("b.png").parent, ReadOptions(colour=colour))
    assert examples.x.shape[1] == channels
    assert f"colour {colour}, as requested" in examples.notes


def test_files_that_are_no_pictures_are_left_out_and_listed(draw):
    folder = draw("a.png").parent
    draw("d.png")
    (folder / "b.png").write_bytes(b"no picture")
    (folder / "c.png").write_bytes((folder / "a.png").read_bytes()[:100])
    (folder / "readme.txt").write_text("hello")
    examples = read_folder(folder)
    assert examples.files == ("a.png", "d.png")
    assert len(examples.x) == 2
    assert [skip.file for skip in examples.skipped] == ["b.png", "c.png", "readme.txt"]
    expected = "2 pictures; 3 of 5 files left out: b.png (no picture in a format that is read); c.png (damaged: "
    assert expected in notes(examples)


def test_the_note_shows_the_first_three_reasons(draw):
    folder = draw("z.png").parent
    for i in range(5):
        (folder / f"{i}.png").write_bytes(b"")
    note = next(note for note in read_folder(folder).notes if "left out" in note)
    assert note.startswith("1 pictures; 5 of 6 files left out: 0.png")
    assert note.endswith("; …")
    assert "3.png" not in note


def test_an_empty_folder(tmp_path: Path):
    with pytest.raises(DataError, match=r"holds no files; give a folder of pictures"):
        read_folder(tmp_path)


def test_a_folder_without_pictures(tmp_path: Path):
    (tmp_path / "a.txt").write_text("")
    with pytest.raises(
        DataError, match=r"no readable picture in .*, which holds 1 files: a.txt \(neither pictures nor clips\)"
    ):
        read_folder(tmp_path)


def test_a_folder_of_nothing_readable_gives_the_first_reasons(tmp_path: Path):
    for i in range(4):
        (tmp_path / f"{i}.jpg").write_bytes(b"junk")
    with pytest.raises(DataError, match=r"holds 4 files: 0.jpg \(no picture in a format that is read\); 1.jpg"):
        read_folder(tmp_path)


def test_subfolders_are_classes(draw):
    for name in ("dog/1.png", "cat/1.png", "cat/2.png"):
        folder = draw(name).parent.parent
    examples = read_folder(folder)
    assert examples.classes == ("cat", "dog")
    assert examples.labels.tolist() == [0, 0, 1]
    assert examples.files == ("cat/1.png", "cat/2.png", "dog/1.png")
    assert "labels from 2 subfolders: cat, dog (--labels none leaves them out)" in examples.notes
    assert read_folder(folder, ReadOptions(labels="none")).labels is None
    draw("top.png")
    assert read_folder(folder).labels is None


def test_every_picture_is_reported(draw):
    folder = [draw(f"{i}.png") for i in range(3)][-1].parent
    recorder = Recorder()
    read_folder(folder, reporter=recorder)
    assert recorder.calls[0] == ("start", "reading", 3, "pictures", 0)
    assert recorder.done_of("reading") == [1, 2, 3]
    assert recorder.calls[-1] == ("finish", "reading")


def test_reading_can_be_cancelled(draw):
    folder = [draw(f"{i}.png") for i in range(3)][-1].parent
    cancel = CancelToken()
    recorder = CancelAfter("reading", 2, cancel)
    with pytest.raises(CancelledError):
        read_folder(folder, reporter=recorder, cancel=cancel)
    assert recorder.done_of("reading") == [1, 2]


def test_more_than_the_memory_is_refused(draw, monkeypatch):
    monkeypatch.setattr(memory, "physical_memory", lambda: 100)
    monkeypatch.setattr(memory.shutil, "disk_usage", lambda _: SimpleNamespace(free=100))
    with pytest.raises(DataError, match=r"pictures needs .* GiB, more than memory has room for, and .* has 0.0 GiB"):
        read_folder(draw("a.png").parent)


def test_another_white_can_be_given(draw):
    folder = draw("a.png", mode="L").parent
    pixels = np.asarray(Image.open(folder / "a.png"))
    dark = read_folder(folder, ReadOptions(values=ValueRange(0.0, 510.0))).x
    np.testing.assert_allclose(dark[0, 0].numpy(), pixels / 510, rtol=1e-6)
    assert np.array_equal(read_folder(folder, ReadOptions(values=ValueRange.RAW)).x[0, 0].numpy(), pixels)


def scans(folder: Path, top: int, dtype: str = "u2") -> list[np.ndarray]:
    """Four pictures with every number from 0 to `top`, and so on."""
    folder.mkdir(exist_ok=True)
    pixels = [(np.linspace(0, top, 64 * 64) + i % 2).reshape(64, 64).clip(0, top).astype(dtype) for i in range(4)]
    for i, picture in enumerate(pixels):
        Image.fromarray(picture).save(folder / f"{i}.tif")
    return pixels


def test_sixteen_bits_are_kept_and_the_range_that_was_found_is_reported(tmp_path: Path):
    pixels = scans(tmp_path / "scans", 4095)
    examples = read_folder(tmp_path / "scans")
    assert len(examples.x.unique()) > 4000
    np.testing.assert_allclose(examples.x[2, 0].numpy(), pixels[2] / 65_535, rtol=1e-6)
    assert examples.values == ValueRange.WORDS
    assert "values 0-65535, divided by 65535 but the largest is 4095 (--values 0-4095 makes 4095 white)" in notes(
        examples
    )
    white = read_folder(tmp_path / "scans", ReadOptions(values=ValueRange(0.0, 4095.0)))
    assert float(white.x.max()) == 1.0
    with pytest.raises(DataError, match=r"values are from 0 to 4095, outside 0-255; say --values 0-65535"):
        read_folder(tmp_path / "scans", ReadOptions(values=ValueRange.BYTES))


def test_one_depth_is_chosen_for_all_pictures(tmp_path: Path):
    scans(tmp_path / "scans", 60_000)
    Image.new("L", (64, 64), 255).save(tmp_path / "scans" / "white.png")
    Image.fromarray(np.ones((64, 64), np.float32)).save(tmp_path / "scans" / "floats.tif")
    examples = read_folder(tmp_path / "scans")
    assert float(examples.x[examples.files.index("white.png")].min()) == 1.0
    assert [skip.file for skip in examples.skipped] == ["floats.tif"]


def test_the_range_of_floating_point_is_that_of_all_pictures(tmp_path: Path):
    folder = tmp_path / "floats"
    folder.mkdir()
    for name, top in (("dark", 1.0), ("light", 200.0)):  # one by one, the dark one would be read as 0-1
        Image.fromarray(np.full((8, 8), top, np.float32)).save(folder / f"{name}.tif")
    examples = read_folder(folder)
    assert examples.values == ValueRange.BYTES
    assert [int(x.max()) for x in examples.x] == [1, 200]


def test_what_pictures_lose_is_reported(draw, tmp_path: Path):
    draw("a.png", mode="RGBA")
    folder = draw("b.png").parent
    Image.new("CMYK", (8, 8)).save(folder / "c.jpg")
    found = notes(read_folder(folder))
    assert "transparency was blended with white, in 1 of 3 pictures" in found
    assert "CMYK became RGB, in 1 of 3 pictures" in found


def tree(draw, *names: str) -> Path:
    folder = None
    for name in names:
        folder = draw(f"data/{name}").parents[name.count("/")]
    assert folder is not None
    return folder


def test_folders_of_parts_are_the_parts_and_classes_are_below(draw):
    names = [
        *(f"train/good/{i}.png" for i in range(6)),
        *(f"test/{kind}/{i}.png" for kind in ("bad", "good") for i in (1, 2)),
    ]
    folder = tree(draw, *names)
    data = load(folder)
    parts = {part: [data.files[place] for place in getattr(data.split, part)] for part in data.subsets}
    assert len(parts["train"]) == 5
    assert all(name.startswith("train/") for name in parts["train"] + parts["validation"])
    assert all(name.startswith("test/") for name in parts["test"])
    assert data.classes == ("bad", "good")
    assert data.train.labels.unique().tolist() == [1]
    assert data.test.labels.tolist() == [0, 0, 1, 1]
    assert "parts from subfolders: train 6, test 4 (--parts random divides all anew)" in data.notes
    assert "no training example is of class bad" in data.notes
    again = load(folder, **data.options)
    assert again.fingerprint == data.fingerprint
    assert torch.equal(again.split.train, data.split.train)


def test_all_three_parts_and_what_lies_beside_them(draw):
    names = [f"{part}/{i}.png" for part in ("Training", "valid", "TEST") for i in (1, 2)]
    folder = tree(draw, *names, "ground_truth/1.png", "ground_truth/2.png", "top.png")
    data = load(folder)
    assert data.split.sizes == {"train": 2, "validation": 2, "test": 2}
    assert data.classes is None
    left = {skip.file: skip.count for skip in data.skipped}
    assert left == {"in ground_truth/": 2, "pictures beside them": 1}
    assert any("3 of 9 files left out: 2 in ground_truth/ (in no folder of a part" in note for note in data.notes)


def test_parts_of_folders_can_be_divided_anew_and_one_alone_is_a_class(draw):
    folder = tree(draw, *(f"{part}/{i}.png" for part in ("train", "test") for i in range(5)))
    data = load(folder, parts="random")
    assert data.classes == ("test", "train")
    assert data.split.sizes["test"] == 1
    for kind in ("bus", "train"):
        vehicles = draw(f"vehicles/{kind}/1.png").parents[1]
    assert read_folder(vehicles).classes == ("bus", "train")


def test_patches_of_parts_are_counted_in_pictures(draw):
    for i in range(5):
        draw(f"data/train/{i}.png", (20, 20))
    folder = draw("data/test/1.png", (20, 20)).parents[1]
    data = load(folder, patch=8)
    assert {data.files[place].split("/")[0] for place in data.split.test} == {"test"}
    assert {data.files[place].split("/")[0] for place in data.split.train} == {"train"}


def test_classes_that_cannot_be_read_are_reported(draw):
    folder = tree(draw, "cat/1.png", "dog/1.png")
    (folder / "bird").mkdir()
    (folder / "bird" / "1.nef").write_bytes(b"")
    assert "no picture of 1 subfolders can be read: bird" in notes(read_folder(folder))


def test_names_that_are_no_text_are_read(draw):
    folder = draw("a.png").parent
    strange = folder / "b\n\udcff.png"
    strange.write_bytes((folder / "a.png").read_bytes())
    assert read_folder(folder).files == ("a.png", r"b\n\udcff.png")


def test_each_page_of_a_tiff_is_a_picture(tmp_path: Path) -> None:
    pages = [Image.fromarray(np.full((6, 7), 257 * n, np.uint16)) for n in range(9)]
    pages[0].save(tmp_path / "stack.tif", save_all=True, append_images=pages[1:])
    Image.fromarray(np.full((6, 7), 60_000, np.uint16)).save(tmp_path / "z.png")
    examples = read_folder(tmp_path)
    assert examples.files == (*(f"stack.tif:{n}" for n in range(1, 10)), "z.png")
    assert (examples.x[:9, 0, 0, 0] * 65_535).round().tolist() == [257.0 * n for n in range(9)]
    assert "each page of 1 TIFF file is a picture" in examples.notes
    assert not [note for note in examples.notes if "first was taken" in note]
    only = read_folder(tmp_path, ReadOptions(only=frozenset(examples.files[:9])))
    assert only.files == examples.files[:9]


def test_heic_is_read_where_pillow_heif_is_there(tmp_path: Path) -> None:
    pillow_heif = pytest.importorskip("pillow_heif")
    pillow_heif.register_heif_opener()
    for n in range(4):
        Image.new("RGB", (16, 16), (60 * n, 30, 90)).save(tmp_path / f"{n}.HEIC")
    assert read_folder(tmp_path).x.shape == (4, 3, 16, 16)
