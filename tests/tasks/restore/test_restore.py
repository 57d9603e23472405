"""Files through a trained model, and what is left when something goes wrong."""

import math
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageCms

from autoencode import storage
from autoencode.data import SkippedFile
from autoencode.errors import ArgumentError, CapabilityError, DataError, StorageError
from autoencode.evaluation import measure_restoration
from autoencode.runs.run import Run
from autoencode.runtime.cancellation import CancelToken
from autoencode.tasks import Restorer, restore, train
from support.disks import FullDisk
from support.reporters import CancelAfter, InterruptAfter, Recorder

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def draw(name: str, *shape: int, **options: object) -> np.ndarray:
    """Random pixels in a file; JPEG would change them."""
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    pixels = RNG.integers(0, 256, shape or (30, 40, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(name, **options)
    return pixels


def pixels_of(path: Path | str) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image)


def through(run: Run, pixels: np.ndarray) -> np.ndarray:
    """What the model makes of (height, width, channels)."""
    colour = torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1)))
    return Restorer(run)(colour).numpy().transpose(1, 2, 0)


def test_pictures_come_back_at_their_own_size_under_their_names(local_run: Run) -> None:
    originals = {"a.png": draw("in/a.png", 33, 51, 3), "more/b.tif": draw("in/more/b.tif", 1, 70, 3)}
    done = restore(local_run, ["in"], "out")
    assert sorted(path.as_posix() for path in done.files) == ["out/a.png", "out/more/b.tif"]
    for name, pixels in originals.items():
        assert np.array_equal(pixels_of(Path("out") / name), through(local_run, pixels))
    assert done.sheet == Path("out/sheet.png")
    assert pixels_of(done.sheet).shape[1] > 200
    assert (done.asked, done.interrupted, done.skipped, done.notes, done.quality) == (2, False, (), (), None)


def test_the_run_folder_is_where_results_go_by_default(local_run: Run) -> None:
    draw("a.png")
    assert restore(local_run, ["a.png"]).files == (local_run.path / "restored" / "a.png",)


def test_how_far_results_are_from_the_files_is_reported(local_run: Run) -> None:
    pixels = [draw(f"{name}.png") for name in "abc"]
    change = restore(local_run, ["a.png", "b.png", "c.png"], "out").change
    expected = [math.sqrt(np.square(through(local_run, each).astype(float) - each).mean()) / 255 for each in pixels]
    assert change.value == pytest.approx(np.mean(expected), rel=1e-5)
    assert change.n == 3


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_alpha_is_carried_over_and_colours_restored(local_run: Run, suffix: str) -> None:
    pixels = draw(f"a.{suffix}", 20, 24, 4)
    out = pixels_of(restore(local_run, [f"a.{suffix}"], "out").files[0])
    assert np.array_equal(out[..., 3], pixels[..., 3])
    assert np.array_equal(out[..., :3], through(local_run, pixels[..., :3]))


def test_grey_and_colour_mix(local_run: Run, grey_run: Run) -> None:
    grey, colour, both = draw("grey.png", 20, 24), draw("colour.png", 20, 24, 3), draw("both.png", 20, 24, 2)
    for run in (local_run, grey_run):
        a, b, c = (pixels_of(path) for path in restore(run, ["grey.png", "colour.png", "both.png"], "out").files)
        assert np.array_equal(a, through(run, grey[..., None])[..., 0])
        assert np.array_equal(b, through(run, colour))
        assert np.array_equal(c[..., :1], through(run, both[..., :1]))
        assert np.array_equal(c[..., 1], both[..., 1])


def test_what_is_lost_is_noted(local_run: Run) -> None:
    Image.fromarray(RNG.integers(0, 65_536, (9, 8), dtype=np.uint16)).save("deep.png")
    Image.new("CMYK", (8, 8), (0, 200, 200, 0)).save("inks.jpg")
    done = restore(local_run, ["deep.png", "inks.jpg"], "out")
    assert done.notes == ("deep.png: more than 8 bits a channel became 8", "inks.jpg: CMYK became RGB")
    assert pixels_of(done.files[0]).dtype == np.uint8
    with Image.open(done.files[1]) as image:
        assert image.mode == "RGB"


def test_sideways_pictures_come_out_upright_and_once_only(local_run: Run) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    pixels = draw("a.png", 20, 40, 3, exif=exif)
    out = restore(local_run, ["a.png"], "out").files[0]
    with Image.open(out) as image:
        assert image.size == (20, 40)
        assert image.getexif().get(0x0112) is None
    assert np.array_equal(pixels_of(out), through(local_run, np.rot90(pixels, -1)))


def test_dpi_and_profile_are_kept(local_run: Run) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for name in ("a.png", "b.jpg", "c.tif"):
        draw(name, dpi=(300, 300), icc_profile=srgb)
    for path in restore(local_run, ["a.png", "b.jpg", "c.tif"], "out").files:
        with Image.open(path) as image:
            assert [float(number) for number in image.info["dpi"]] == pytest.approx([300, 300], abs=0.1)
            assert image.info["icc_profile"] == srgb


def test_a_bottleneck_restores_pictures_of_any_size(bottleneck_run: Run) -> None:
    pixels = draw("a.png", 90, 70, 3)
    out = pixels_of(restore(bottleneck_run, ["a.png"], "out").files[0])
    assert np.array_equal(out, through(bottleneck_run, pixels))


def test_progress_is_in_pixels_and_ends_at_their_number(local_run: Run) -> None:
    draw("in/a.png", 60, 50, 3)
    draw("in/b.png", 10, 10, 3)
    Path("in/c.png").write_bytes(b"no picture")
    recorder = Recorder()
    restore(local_run, ["in"], "out", tile=20, reporter=recorder)
    assert recorder.calls[0] == ("warn", "skipped in/c.png: no picture in a format that is read")
    assert recorder.calls[1] == ("start", "restoring", 3100, "pixels", 0)
    assert [call[4] for call in recorder.calls if call[0] == "update" and call[4]] == ["1/2 a.png", "2/2 b.png"]
    done = recorder.done_of("restoring")
    assert done == sorted(done)
    assert len(done) > 4
    assert done[-1] == pytest.approx(3100)
    assert recorder.calls[-1] == ("finish", "restoring")


def test_damaged_files_are_skipped_and_listed(local_run: Run) -> None:
    draw("in/a.png")
    draw("in/b.png")
    whole = Path("in/b.png").read_bytes()
    Path("in/b.png").write_bytes(whole[: len(whole) // 2])  # its header is read, its pixels are not
    recorder = Recorder()
    done = restore(local_run, ["in"], "out", reporter=recorder)
    assert [path.name for path in done.files] == ["a.png"]
    assert done.skipped[0].file == "in/b.png"
    assert done.skipped[0].reason.startswith("damaged: ")
    assert recorder.of("warn") == [str(done.skipped[0])]
    with pytest.raises(DataError, match=r"none of the 1 files could be restored; in/b.png: damaged"):
        restore(local_run, ["in/b.png"], "out")


def test_what_a_format_cannot_hold_is_skipped(local_run: Run, monkeypatch) -> None:
    draw("a.png", 1, 16_400, 3)
    Path("a.png").rename("a.webp")
    draw("b.png")
    done = restore(local_run, ["a.webp", "b.png"], "out")
    assert [path.name for path in done.files] == ["b.png"]
    assert done.skipped[0].reason.startswith("cannot be written as WEBP")


def test_no_file_that_was_given_is_overwritten(local_run: Run) -> None:
    draw("in/a.png")
    draw("in/b.png")
    before = {path.name: path.read_bytes() for path in Path("in").iterdir()}
    with pytest.raises(ArgumentError, match="would be overwritten"):
        restore(local_run, ["in"], "in")
    assert {path.name: path.read_bytes() for path in Path("in").iterdir()} == before


def test_earlier_results_are_replaced(local_run: Run) -> None:
    draw("a.png", 8, 8, 3)
    for _ in range(2):
        done = restore(local_run, ["a.png"], "out")
    assert {path.name for path in Path("out").iterdir()} == {"a.png", "sheet.png"}
    assert done.files == (Path("out/a.png"),)


def test_a_disk_that_fills_keeps_what_is_done_and_leaves_no_half_file(local_run: Run, monkeypatch) -> None:
    for name in "abc":
        draw(f"in/{name}.png")
    opened, created = storage._open_new, list[Path]()

    def fill(path: Path):
        created.append(path)
        return FullDisk(path, "xb") if len(created) > 2 else opened(path)

    monkeypatch.setattr(storage, "_open_new", fill)
    with pytest.raises(
        StorageError, match=r"cannot write out/c.png \([\d,]+ bytes needed\): the disk is full"
    ) as caught:
        restore(local_run, ["in"], "out")
    assert "\n" not in str(caught.value)
    assert sorted(path.name for path in Path("out").iterdir()) == ["a.png", "b.png"]
    assert all(pixels_of(path).shape == (30, 40, 3) for path in Path("out").iterdir())


@pytest.mark.parametrize("how", ["Ctrl-C", "cancel token"])
def test_a_stop_in_the_midst_of_a_picture_keeps_those_before_and_nothing_of_it(local_run: Run, how: str) -> None:
    for name in "abc":
        draw(f"in/{name}.png", 60, 60, 3)
    cancel, at = CancelToken(), 1.5 * 3600
    recorder = InterruptAfter("restoring", at) if how == "Ctrl-C" else CancelAfter("restoring", at, cancel)
    done = restore(local_run, ["in"], "out", tile=20, reporter=recorder, cancel=cancel)
    assert done.interrupted
    assert (len(done.files), done.asked) == (1, 3)
    assert sorted(path.name for path in Path("out").iterdir()) == ["a.png", "sheet.png"]
    assert recorder.of("note") == ["1 of 3 are restored and kept in out"]


def test_a_stop_in_the_first_picture_leaves_nothing(local_run: Run) -> None:
    draw("a.png", 60, 60, 3)
    recorder = InterruptAfter("restoring", 1)
    done = restore(local_run, ["a.png"], "out", tile=20, reporter=recorder)
    assert done.interrupted
    assert (done.files, done.sheet, done.change) == ((), None, None)
    assert not Path("out").exists()
    assert recorder.of("note") == []


def test_another_thread_can_stop_it(local_run: Run) -> None:
    for name in "ab":
        draw(f"in/{name}.png", 60, 60, 3)
    cancel = CancelToken()
    recorder = CancelAfter("restoring", 3700, cancel)
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(restore, local_run, ["in"], "out", tile=20, reporter=recorder, cancel=cancel).result()
    assert (done.interrupted, len(done.files)) == (True, 1)


def test_the_sheet_shows_the_first_ones(local_run: Run, monkeypatch) -> None:
    for number in range(4):
        draw(f"in/{number}.png", 8, 8, 3)
    few = restore(local_run, ["in"], "few", shown=2).sheet
    more = restore(local_run, ["in"], "more", shown=4).sheet
    assert pixels_of(few).shape[0] < pixels_of(more).shape[0]
    assert restore(local_run, ["in"], "none", shown=0).sheet is None


def test_against_clean_pictures(local_run: Run) -> None:
    clean, noisy = [], []
    for name in ("a", "b", "c"):
        noisy.append(draw(f"in/{name}.png", 20, 24, 3))
        clean.append(draw(f"clean/{name}.png", 20, 24, 3))
    draw("in/d.png")
    done = restore(local_run, ["in"], "out", clean="clean")
    stacked = [[each.transpose(2, 0, 1) for each in pictures] for pictures in (clean, noisy)]
    restored = [pixels_of(path).transpose(2, 0, 1) for path in done.files[:3]]
    assert done.quality == measure_restoration(*stacked, restored)
    assert done.unpaired == (SkippedFile("in/d.png", "no picture of this name in clean"),)
    assert len(done.files) == 4


def test_a_clean_picture_that_is_damaged_is_listed(local_run: Run) -> None:
    for name in ("in/a.png", "in/b.png", "clean/a.png", "clean/b.png"):
        draw(name)
    whole = Path("clean/a.png").read_bytes()
    Path("clean/a.png").write_bytes(whole[: len(whole) // 2])
    done = restore(local_run, ["in"], "out", clean="clean")
    assert len(done.files) == 2
    assert done.quality.restored.rmse.n == 1
    assert done.unpaired[0].reason.startswith("its clean picture clean/a.png: damaged")


def test_measuring_asks_for_its_library_before_any_work(local_run: Run, monkeypatch) -> None:
    draw("in/a.png")
    draw("clean/a.png")
    monkeypatch.setitem(sys.modules, "skimage.metrics", None)
    with pytest.raises(CapabilityError, match="pip install"):
        restore(local_run, ["in"], "out", clean="clean")
    assert not Path("out").exists()
    assert len(restore(local_run, ["in"], "out").files) == 1


@pytest.mark.parametrize(("recipe", "options"), [("restorer", {"patch": 16}), ("conv-ae", {})])
def test_a_model_that_learned_colour_from_grey_writes_colour(recipe: str, options: dict[str, int]) -> None:
    Path("grey").mkdir()
    for number in range(8):
        colour = draw(f"colour/{number}.png", 16, 16, 3)
        Image.fromarray(colour).convert("L").save(f"grey/{number}.png")
    run = train("grey", recipe, out="run", steps=2, target="colour", command="test", **options)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    draw("new/a.png", 20, 30, icc_profile=profile[:16] + b"GRAY" + profile[20:])
    draw("new/b.png", 20, 30, 3)
    done = restore(run, ["new"], "out", clean="new")
    assert not done.skipped
    for name in "ab":
        pixels = pixels_of(f"out/{name}.png")
        assert pixels.shape == (20, 30, 3)
        assert (pixels != pixels[..., :1]).any()
    assert done.sheet


def test_the_tutorials_network_learns_from_pairs_of_pages_and_restores_pages_of_any_size() -> None:
    rng = np.random.default_rng(0)
    for number in range(5):
        for name in ("dirty", "clean"):
            Path(name).mkdir(exist_ok=True)
        page = np.full((32, 48), 200, np.uint8)
        page[8:24:4, 6:42] = 30
        Image.fromarray(page).save(f"clean/{number}.png")
        Image.fromarray(np.clip(page + rng.normal(0, 40, page.shape), 0, 255).astype(np.uint8)).save(
            f"dirty/{number}.png"
        )
    run = train("dirty", "document-denoise", out="run", steps=60, target="clean", patch=16, command="test")
    quality = restore(run, ["dirty"], "out", clean="clean").quality
    assert quality is not None
    assert quality.restored.psnr.value > quality.degraded.psnr.value + 1
    assert pixels_of("out/0.png").shape == (32, 48)


def test_one_noisy_picture_is_enough_to_restore_it() -> None:
    clean = np.linspace(40, 200, 64).astype(np.uint8)[:, None].repeat(64, 1)
    noisy = np.clip(clean + np.random.default_rng(0).normal(0, 25, clean.shape), 0, 255).astype(np.uint8)
    for name, pixels in (("noisy", noisy), ("clean", clean)):
        Path(name).mkdir()
        Image.fromarray(pixels).save(f"{name}/0.png")
    run = train("noisy", "self-restorer", out="run", steps=150, patch=16, widths=(8, 16), command="test")
    alone, ensemble = (restore(run, ["noisy"], "out", clean="clean", ensemble=e).quality for e in (False, True))
    assert alone.degraded.psnr.value + 3 < alone.restored.psnr.value <= ensemble.restored.psnr.value
