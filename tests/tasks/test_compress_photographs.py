"""Photographs without a run through a compressed file and back."""

import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from autoencode import tasks
from autoencode.compression import tiles
from autoencode.compression.container import Reader
from autoencode.compression.picture_files import Photograph, read_photograph
from autoencode.errors import ArgumentError, CancelledError, DataError
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter


def drawn(height: int, width: int) -> Image.Image:
    y, x = np.mgrid[:height, :width]
    values = np.stack([x * 3 + y, 200 - y * 2, (x * y) // 9], 2) % 256
    return Image.fromarray(values.astype(np.uint8))


@pytest.fixture
def photographs(tmp_path) -> Path:
    """A folder with pictures that the model codes and other files."""
    folder = tmp_path / "photographs"
    (folder / "inside").mkdir(parents=True)
    drawn(60, 45).save(folder / "a.bmp")
    drawn(60, 45).save(folder / "b.bmp", dpi=(300, 300))
    drawn(33, 80).save(folder / "inside" / "c.ppm")
    drawn(40, 40).convert("L").save(folder / "grey.pgm")
    drawn(40, 40).save(folder / "t.tiff")
    drawn(40, 40).save(folder / "p.png")
    drawn(40, 40).save(folder / "j.jpg")
    (folder / "notes.txt").write_text("notes " * 100)
    (folder / "broken.bmp").write_bytes((folder / "a.bmp").read_bytes()[:500])
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize("profile", list(tasks.Profile))
def test_every_byte_of_every_file_comes_back(photographs, tmp_path, profile):
    done = tasks.compress_photographs([photographs], tmp_path / "x.aec", profile=profile)
    assert (done.files, done.examples, done.pixels_only, done.complete) == (9, 5, 0, True)
    assert {Path(name).name for name in done.stored} == {"broken.bmp", "j.jpg", "notes.txt", "p.png"}
    back = tasks.decompress(tmp_path / "x.aec", tmp_path / "back")
    assert not back.incomplete
    assert contents(tmp_path / "back" / "photographs") == contents(photographs)
    found = tasks.read_contents(tmp_path / "x.aec")
    assert (found.profile, found.run, found.complete) == (profile.value, None, True)
    assert sum(file.count is not None for file in found.files) == 5


def test_a_picture_in_tiles_comes_back(photographs, tmp_path, monkeypatch):
    monkeypatch.setattr(tiles, "SIDE", 32)
    tasks.compress_photographs([photographs / "a.bmp", photographs / "grey.pgm"], tmp_path / "x.aec")
    assert [file.count for file in tasks.read_contents(tmp_path / "x.aec").files] == [4, 4]
    tasks.decompress(tmp_path / "x.aec", tmp_path / "back", only=["grey.pgm"])
    assert contents(tmp_path / "back") == {"grey.pgm": (photographs / "grey.pgm").read_bytes()}


def test_small_pictures_share_a_block_and_come_back_one_by_one(photographs, tmp_path):
    done = tasks.compress_photographs([photographs], tmp_path / "x.aec")
    with (tmp_path / "x.aec").open("rb") as file:
        found = [block.meta for block in Reader(file).scan()]
    kinds = [meta["kind"] for meta in found]
    assert (kinds.count("pictures"), kinds.count("tile"), kinds.count("file")) == (2, 0, 0)  # in colour, and grey
    assert done.size < sum((photographs / name).stat().st_size for name in ("a.bmp", "b.bmp", "t.tiff"))
    wanted = ["photographs/t.tiff", "photographs/grey.pgm"]
    assert tasks.decompress(tmp_path / "x.aec", tmp_path / "back", only=wanted).names == wanted
    assert contents(tmp_path / "back") == {name: (photographs.parent / name).read_bytes() for name in wanted}


def test_a_full_block_is_written_before_the_next_begins(tmp_path, monkeypatch):
    monkeypatch.setattr(tiles, "SIDE", 64)
    for number in range(7):
        drawn(32, 32).save(tmp_path / f"{number}.bmp")
    tasks.compress_photographs([tmp_path / f"{number}.bmp" for number in range(7)], tmp_path / "x.aec")
    with (tmp_path / "x.aec").open("rb") as file:
        counts = [len(block.meta["files"]) for block in Reader(file).scan() if block.meta["kind"] == "pictures"]
    assert counts == [4, 3]
    assert [file.name for file in tasks.read_contents(tmp_path / "x.aec").files] == [f"{n}.bmp" for n in range(7)]


@pytest.mark.parametrize("files", [[], ["a"], [{"file": 0}, {"file": 0}], [{"form": 3}]])
def test_a_block_whose_files_make_no_sense_is_refused(tmp_path, monkeypatch, files):
    module = sys.modules["autoencode.tasks.compress_photographs"]
    drawn(32, 32).save(tmp_path / "a.bmp")

    class Changed(module.Writer):
        def add(self, meta, payload):
            return super().add(meta | ({"files": files} if meta["kind"] == "pictures" else {}), payload)

    monkeypatch.setattr(module, "Writer", Changed)
    tasks.compress_photographs([tmp_path / "a.bmp"], tmp_path / "x.aec")
    with pytest.raises(DataError, match="damaged"):
        tasks.decompress(tmp_path / "x.aec", tmp_path / "back")


def test_with_a_quality_all_pictures_come_back_as_png_nearly_the_same(photographs, tmp_path):
    done = tasks.compress_photographs([photographs], tmp_path / "x.aec", profile=60)
    assert (done.examples, len(done.stored)) == (7, 2)
    assert any("nearly the same" in line for line in done.notes)
    tasks.decompress(tmp_path / "x.aec", tmp_path / "back")
    names = {"a.bmp.png", "b.bmp.png", "inside/c.ppm.png", "grey.pgm.png", "t.tiff.png", "p.png", "j.jpg.png"}
    assert set(contents(tmp_path / "back" / "photographs")) == names | {"notes.txt", "broken.bmp"}
    pair = [
        np.asarray(Image.open(tmp_path / path), float) for path in ("photographs/a.bmp", "back/photographs/a.bmp.png")
    ]
    assert ((pair[0] - pair[1]) ** 2).mean() < 150
    assert tasks.read_contents(tmp_path / "x.aec").profile == "quality 60"
    with pytest.raises(ArgumentError, match="from 1 to 100"):
        tasks.compress_photographs([photographs], tmp_path / "y.aec", profile=0)


@pytest.mark.parametrize("profile", [tasks.Profile.FAST, 40])
def test_the_report_has_other_formats(photographs, tmp_path, profile):
    done = tasks.compress_photographs([photographs], tmp_path / "x.aec", profile=profile, compare=True)
    found = tasks.read_contents(tmp_path / "x.aec").comparison
    assert found is not None
    assert found == done.comparison
    assert found.whole
    assert found.values == done.values
    assert set(found.lines) < set(done.lines)


def test_each_picture_has_a_map_of_its_bits(photographs, tmp_path):
    done = tasks.compress_photographs([photographs], tmp_path / "x.aec", heat_maps=tmp_path / "maps")
    assert len(contents(tmp_path / "maps")) == done.examples == done.maps
    assert any(note.startswith(f"{done.examples} heat maps: a file that is stored") for note in done.notes)
    with Image.open(tmp_path / "maps" / "photographs" / "inside" / "c.ppm.png") as drawn_map:
        assert drawn_map.width == 400


def test_noise_is_stored_as_it_is(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (40, 50, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.ppm")
    done = tasks.compress_photographs([tmp_path / "noise.ppm"], tmp_path / "x.aec")
    assert done.payload < noise.size + 250
    tasks.decompress(tmp_path / "x.aec", tmp_path / "back")
    assert contents(tmp_path / "back") == {"noise.ppm": (tmp_path / "noise.ppm").read_bytes()}


@pytest.mark.parametrize(("profile", "side"), [(tasks.Profile.FAST, 1_024), (tasks.Profile.FAST, 32), (60, 1_024)])
def test_a_picture_whose_file_is_smaller_is_stored_as_it_is_and_has_no_map(tmp_path, monkeypatch, profile, side):
    monkeypatch.setattr(tiles, "SIDE", side)
    flat = np.zeros((40, 40, 3), np.uint8)
    flat[::3, 1::5] = flat[1::7] = (250, 0, 99)
    Image.fromarray(flat).save(tmp_path / "flat.webp", lossless=True)
    drawn(40, 40).save(tmp_path / "rich.png", compress_level=0)
    files = [tmp_path / "flat.webp", tmp_path / "rich.png"]
    done = tasks.compress_photographs(
        files, tmp_path / "x.aec", profile=profile, pixels_only=True, heat_maps=tmp_path / "maps"
    )
    assert (done.stored, done.examples) == (["flat.webp"], 1)
    assert any("flat.webp: smaller as it is than" in note for note in done.notes)
    assert set(contents(tmp_path / "maps")) == {"rich.png.png"}
    tasks.decompress(tmp_path / "x.aec", tmp_path / "back")
    assert contents(tmp_path / "back")["flat.webp"] == files[0].read_bytes()
    done = tasks.compress_photographs(
        files[:1], tmp_path / "y.aec", profile=profile, pixels_only=True, heat_maps=tmp_path / "maps"
    )
    assert "no heat map: a file that is stored as it is has none, flat.webp first" in done.notes


def test_what_comes_back_as_png_has_a_name_that_no_other_file_has(tmp_path):
    for name in ("a.webp", "a.webp.PNG", "a.webp.png.bmp"):
        drawn(40, 40).save(tmp_path / name, **({"lossless": True} if name.endswith("webp") else {}))
    files = [tmp_path / name for name in ("a.webp", "a.webp.PNG", "a.webp.png.bmp")]
    tasks.compress_photographs(files, tmp_path / "x.aec", profile=90)
    tasks.decompress(tmp_path / "x.aec", tmp_path / "back")
    found = contents(tmp_path / "back")
    assert set(found) == {"a.webp.2.png", "a.webp.PNG", "a.webp.png.bmp.png"}
    assert len({len(content) for content in found.values()}) == 1


def test_many_reasons_are_few_lines(tmp_path):
    done = tasks.Compressed(tmp_path)
    for number in range(30):
        done.add_stored(f"{number}", f"reason {number}")
    done.add_stored("more", "reason 29")
    assert len(done.notes) < 15
    assert done.notes[0] == "2 files are stored as they are, 29 first: reason 29"
    assert done.notes[-1].startswith("18 files are stored as they are, 11 first: for other reasons")


def test_pictures_by_their_pixels_come_back_with_these(photographs, tmp_path):
    drawn(40, 40).save(photographs / "p.png", compress_level=0)
    done = tasks.compress_photographs([photographs], tmp_path / "x.aec", pixels_only=True)
    assert (done.examples, done.pixels_only) == (6, 1)
    tasks.decompress(tmp_path / "x.aec", tmp_path / "back")
    pair = [np.asarray(Image.open(folder / "p.png")) for folder in (photographs, tmp_path / "back" / "photographs")]
    assert np.array_equal(*pair)


def test_damage_gives_an_error_or_the_right_files(photographs, tmp_path):
    tasks.compress_photographs([photographs], tmp_path / "x.aec")
    whole, wanted = (tmp_path / "x.aec").read_bytes(), contents(photographs)
    random = np.random.default_rng(0)
    for number in range(12):
        damaged = bytearray(whole)
        damaged[random.integers(len(whole))] ^= 1 << int(random.integers(8))
        if number % 3 == 0:
            damaged = damaged[: random.integers(len(whole))]
        (tmp_path / "damaged.aec").write_bytes(damaged)
        for salvage in (False, True):
            out = tmp_path / f"out-{number}-{salvage}"
            with suppress(DataError):
                tasks.decompress(tmp_path / "damaged.aec", out, salvage=salvage)
            for name, found in contents(out / "photographs").items():
                assert found == wanted[name]


def test_a_picture_with_a_part_missing_does_not_come_back(photographs, tmp_path, monkeypatch):
    monkeypatch.setattr(tiles, "SIDE", 32)
    tasks.compress_photographs([photographs / "a.bmp", photographs / "grey.pgm"], tmp_path / "x.aec")
    content = bytearray((tmp_path / "x.aec").read_bytes())
    content[content.index(b'"tile":2')] ^= 1
    (tmp_path / "x.aec").write_bytes(content)
    done = tasks.decompress(tmp_path / "x.aec", tmp_path / "back", salvage=True)
    assert (done.names, done.incomplete) == (["grey.pgm"], ["a.bmp"])


@pytest.mark.parametrize("fact", ["profile", "model", "probe"])
def test_a_model_or_a_computer_that_differs_is_refused(photographs, tmp_path, monkeypatch, fact):
    module = sys.modules["autoencode.tasks.compress_photographs"]

    class Changed(module.Writer):
        def __init__(self, file, header):
            super().__init__(file, header | {fact: "another"})

    monkeypatch.setattr(module, "Writer", Changed)
    tasks.compress_photographs([photographs / "a.bmp"], tmp_path / "x.aec")
    with pytest.raises(DataError, match=r"another version|has not|other numbers"):
        tasks.decompress(tmp_path / "x.aec", tmp_path / "back")


def test_an_absurd_shape_is_refused_before_memory_is_taken(photographs, tmp_path, monkeypatch):
    module = sys.modules["autoencode.tasks.compress_photographs"]

    found = read_photograph(photographs / "a.bmp")
    assert isinstance(found, Photograph)
    absurd = Photograph(found.pixels, found.form | {"shape": [1 << 40, 1 << 40, 3]})
    monkeypatch.setattr(module, "read_photograph", lambda path, *, pixels_only: absurd)
    tasks.compress_photographs([photographs / "a.bmp"], tmp_path / "x.aec")
    with pytest.raises(DataError, match="damaged"):
        tasks.decompress(tmp_path / "x.aec", tmp_path / "back")


def test_stopping_keeps_what_is_whole(photographs, tmp_path):
    class Stopping(Reporter):
        def update(self, task, done):
            if done:
                token.cancel()

    token = CancelToken()
    done = tasks.compress_photographs([photographs], tmp_path / "x.aec", reporter=Stopping(), cancel=token)
    assert not done.complete
    assert done.files == 1
    with suppress(CancelledError):
        assert tasks.decompress(tmp_path / "x.aec", tmp_path / "back").names == ["photographs/a.bmp"]


def test_inputs_that_are_not_there_or_of_one_name_are_refused(photographs, tmp_path):
    with pytest.raises(ArgumentError, match="there is no"):
        tasks.compress_photographs([tmp_path / "none"], tmp_path / "x.aec")
    with pytest.raises(ArgumentError, match="two inputs"):
        tasks.compress_photographs([photographs / "a.bmp", photographs / "a.bmp"], tmp_path / "x.aec")
    assert not (tmp_path / "x.aec").exists()


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DataError, match=r"none\.aec cannot be opened: No such file"):
        tasks.decompress(tmp_path / "none.aec", tmp_path / "back")
