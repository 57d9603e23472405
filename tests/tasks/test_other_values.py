"""Models of data that are no bytes in three channels: what is written, read and reported with them."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from autoencode import tasks
from autoencode.errors import ArgumentError
from autoencode.runs.run import Run
from autoencode.tasks import export_decoder
from support.reporters import Recorder

RNG = np.random.default_rng(0)


def blobs(n: int = 40, side: int = 16) -> np.ndarray:
    """Light spots on black, from 0 to 1."""
    y, x = np.mgrid[:side, :side]
    return np.stack([np.exp(-((y - 3 - i % 9) ** 2 + (x - 4 - i % 7) ** 2) / 15) for i in range(n)])


def trained(folder: Path, array: np.ndarray, **options: object) -> Run:
    np.save(folder / "x.npy", array)
    likelihood = {"likelihood": "normal"} if options.pop("normal", True) else {}
    return tasks.train(folder / "x.npy", "dense-vae", steps=3, out=folder / "run", **likelihood, **options)


def levels(path: Path) -> int:
    with Image.open(path) as image:
        return len(np.unique(np.asarray(image.convert("L"))))


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Of numbers such as those of computed tomography."""
    return trained(tmp_path_factory.mktemp("scans"), (blobs() * 4000 - 1000).astype("i2"))


@pytest.fixture(scope="module")
def of_bytes(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return trained(tmp_path_factory.mktemp("bytes"), (blobs() * 255).astype("u1"), normal=False)


def test_the_display_range_is_kept_with_the_run(scans: Run):
    low, high = scans.folder.data.display_range
    assert -1000 <= low < high <= 3000
    assert Run(scans.path).modality.display_range == (low, high)
    assert f"pictures show {low:g} as black and {high:g} as white" in scans.folder.data.notes


def test_measurements_come_back_as_numbers_and_as_pictures_on_one_scale(scans: Run, tmp_path: Path):
    done = tasks.reconstruct(scans, [scans.path.parent / "x.npy"], tmp_path / "back")
    numbers = np.load(tmp_path / "back" / "reconstructions.npy")
    assert numbers.shape == (40, 1, 16, 16)
    assert tmp_path / "back" / "reconstructions.npy" in done.files
    low, high = scans.modality.display_range
    expected = np.rint(((numbers[0, 0] - low) / (high - low)).clip(0, 1) * 255)
    assert np.array_equal(np.asarray(Image.open(done.files[0])), expected)
    assert levels(tmp_path / "back" / "sheet.png") > 50  # the originals' own brightness


def test_whatever_is_written_of_measurements_has_the_numbers_beside(scans: Run, tmp_path: Path):
    tasks.generate(scans, 3, tmp_path / "new")
    assert np.load(tmp_path / "new" / "samples.npy").shape == (3, 1, 16, 16)
    made = tasks.morph(scans, "test:1", "test:2", frames=3)
    tasks.save_morph(scans, made, tmp_path / "frames")
    assert np.array_equal(np.load(tmp_path / "frames" / "morph.npy"), made.examples.numpy())
    tasks.save_morph(scans, made, tmp_path / "morph.npy")
    assert np.array_equal(np.load(tmp_path / "morph.npy"), made.examples.numpy())
    tasks.save_blend(scans, tasks.blend(scans, ["test:1", "test:2"]), tmp_path / "blend")
    assert np.load(tmp_path / "blend" / "blend.npy").shape == (1, 1, 16, 16)


def test_figures_of_measurements_are_not_black_and_white(scans: Run):
    tasks.report(scans)
    assert levels(scans.folder.figures / "reconstructions.png") > 50


def test_pages_show_what_is_drawn_on_the_same_scale(scans: Run, tmp_path: Path):
    decoder = export_decoder(scans)
    z = torch.zeros(1, *scans.model.latent_shape)
    with torch.no_grad():
        expected = scans.modality.shown(scans.model.decode(z).mean)
    assert decoder.multiplications > 0
    assert 0 <= float(expected.min()) <= float(expected.max()) <= 1
    assert tasks.explore(scans, tmp_path / "explorer.html").is_file()
    tasks.write_map(scans, tmp_path / "map.png")
    assert levels(tmp_path / "map.png") > 10


def test_a_file_of_another_range_is_read_by_its_own_and_noted(of_bytes: Run, tmp_path: Path):
    np.save(tmp_path / "unit.npy", blobs().astype("f4"))
    same = tasks.reconstruct(of_bytes, [of_bytes.path.parent / "x.npy"], tmp_path / "same")
    recorder = Recorder()
    unit = tasks.reconstruct(of_bytes, [tmp_path / "unit.npy"], tmp_path / "unit", reporter=recorder)
    assert unit.root_mean_squared_error == pytest.approx(same.root_mean_squared_error, abs=0.01)
    assert any("read as 0-1; the training data were 0-255" in text for text in recorder.of("warn"))
    said = Run(of_bytes.path, values="0-255")
    black = tasks.reconstruct(said, [tmp_path / "unit.npy"], tmp_path / "black")
    assert float(black.originals.max()) < 0.01


def test_an_example_of_another_range_has_a_note(of_bytes: Run, tmp_path: Path):
    np.save(tmp_path / "one.npy", blobs(1).astype("f4"))
    recorder = Recorder()
    tasks.morph(of_bytes, tmp_path / "one.npy", "test:1", frames=2, reporter=recorder)
    assert any("read as 0-1" in text for text in recorder.of("note"))


def test_what_a_folder_holds_besides_pictures_is_reported(of_bytes: Run, tmp_path: Path):
    Image.new("L", (16, 16), 9).save(tmp_path / "a.png")
    for i in range(3):
        (tmp_path / f"{i}.NEF").write_bytes(b"")
    done = tasks.reconstruct(of_bytes, [tmp_path], tmp_path / "out")
    assert [(skip.file, skip.count) for skip in done.skipped] == [(f".NEF in {tmp_path}", 3)]


@pytest.mark.parametrize("shape", [(40, 12, 12, 4), (40, 2, 12, 12), (40, 12, 12, 8)])
def test_any_number_of_bands_trains_and_is_drawn(tmp_path: Path, shape: tuple[int, ...]):
    run = trained(tmp_path, RNG.random(shape).astype("f4"), channels_are="bands")
    assert run.model.data_shape[0] == min(shape[1:])
    shown = 1 if min(shape[1:]) == 2 else 3
    tasks.generate(run, 2, tmp_path / "new")
    with Image.open(tmp_path / "new" / "0001.png") as picture:
        assert len(picture.getbands()) == shown
    assert np.load(tmp_path / "new" / "samples.npy").shape == (2, *run.model.data_shape)
    assert tasks.reconstruct(run, [tmp_path / "x.npy"], tmp_path / "back").count == 40


def test_classes_whose_names_are_numbers_go_by_their_names(tmp_path: Path):
    np.savez(tmp_path / "x.npz", x=(blobs() * 255).astype("u1"), y=np.arange(40) % 3 + 1)
    run = tasks.train(tmp_path / "x.npz", "conditional-vae", steps=2, out=tmp_path / "run")
    assert run.classes == ["1", "2", "3"]
    assert [run.class_index(name) for name in ("1", 2, "3")] == [0, 1, 2]
    with pytest.raises(ArgumentError, match=r"there is no class '0'; there are: 1, 2, 3"):
        tasks.generate(run, 2, tmp_path / "new", of_class="0")
