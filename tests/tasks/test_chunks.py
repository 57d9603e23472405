"""However many examples go through a model, only a chunk of them is in memory."""

from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from PIL import Image

from autoencode import tasks
from autoencode.errors import ArgumentError, DataError
from autoencode.runs.inputs import expand_folders, input_batches, inspect_inputs
from autoencode.runs.run import Run
from support.reporters import InterruptAfter, Recorder

SOME = 7


def module(name: str) -> ModuleType:
    return import_module(f"autoencode.tasks.{name}")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch, digits_run: Run, vector_run: Run) -> list[int]:
    """Portions of three; the sizes of what is decoded at once."""
    sizes: list[int] = []
    monkeypatch.setattr(Run, "batch_size", 3)
    for run in (digits_run, vector_run):
        real = run.model.decode
        monkeypatch.setattr(run.model, "decode", lambda z, c=None, real=real: sizes.append(len(z)) or real(z, c))
    return sizes


def pictures(folder: Path, n: int) -> Path:
    folder.mkdir()
    for number in range(n):
        Image.new("L", (8, 8), 30 * number).save(folder / f"{number}.png")
    return folder


def test_files_come_a_chunk_at_a_time(digits_run: Run, few: list[int], tmp_path: Path) -> None:
    recorder = Recorder()
    done = tasks.reconstruct(digits_run, [pictures(tmp_path / "in", SOME)], tmp_path / "out", reporter=recorder)
    assert few == [3, 3, 1]
    assert recorder.calls[0] == ("start", "reconstructing", 7, "examples", 0)
    assert recorder.done_of("reconstructing") == [3, 6, 7]
    assert done.count == SOME == len(done.originals) == len(done.files) - 1
    error = (done.originals - done.reconstructions).square().mean().sqrt().item()
    assert done.root_mean_squared_error == pytest.approx(error, rel=1e-5)
    for number, x in enumerate(done.reconstructions):
        with Image.open(tmp_path / "out" / f"{number}.png") as picture:
            assert np.abs(np.asarray(picture) / 255 - x[0].numpy()).max() <= 0.5 / 255 + 1e-6


def test_chunks_change_nothing(digits_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = pictures(tmp_path / "in", SOME)
    whole = tasks.reconstruct(digits_run, [folder], tmp_path / "a")
    monkeypatch.setattr(Run, "batch_size", 2)
    torch.testing.assert_close(
        tasks.reconstruct(digits_run, [folder], tmp_path / "b").reconstructions, whole.reconstructions
    )


def test_the_error_is_of_all_and_the_first_fifty_are_shown(vector_run: Run, tmp_path: Path) -> None:
    x = np.random.default_rng(0).random((120, 5)).astype(np.float32)
    x[60:] = 0
    np.save(tmp_path / "x.npy", x)
    done = tasks.reconstruct(vector_run, [tmp_path / "x.npy"], tmp_path / "out")
    back = np.load(done.files[0])
    assert (done.count, len(done.originals), back.shape) == (120, 50, (120, 5))
    assert done.root_mean_squared_error == pytest.approx(float(np.sqrt(((back - x) ** 2).mean())), rel=1e-5)


def test_names_stay_with_their_examples(digits_run: Run, few: list[int], tmp_path: Path) -> None:
    folder = pictures(tmp_path / "in", 2)
    array = np.arange(4, dtype=np.uint8)[:, None, None].repeat(8, 1).repeat(8, 2) * 60
    np.save(tmp_path / "four.npy", array)
    (tmp_path / "bad.png").write_bytes(b"no picture")
    files, skipped = inspect_inputs(digits_run, [tmp_path / "four.npy", tmp_path / "bad.png", folder])
    got = list(input_batches(digits_run, files, skipped))
    assert [len(x) for _, x in got] == [3, 3]
    assert [name.name for names, _ in got for name in names] == [f"four-000{n}.png" for n in range(1, 5)] + [
        "0.png",
        "1.png",
    ]
    assert torch.cat([x for _, x in got])[:, 0, 0, 0].mul(255).round().tolist() == [0, 60, 120, 180, 0, 30]
    assert [skip.file for skip in skipped] == [str(tmp_path / "bad.png")]


def test_what_does_not_fit_into_a_chunk_comes_with_the_next(digits_run: Run, few: list[int], tmp_path: Path) -> None:
    array = np.arange(4, dtype=np.uint8)[:, None, None].repeat(8, 1).repeat(8, 2) * 60
    np.save(tmp_path / "four.npy", array)
    files, skipped = inspect_inputs(digits_run, [pictures(tmp_path / "in", 2), tmp_path / "four.npy"])
    got = list(input_batches(digits_run, files, skipped))
    assert [(len(names), len(x)) for names, x in got] == [(3, 3), (3, 3)]
    assert torch.cat([x for _, x in got])[:, 0, 0, 0].mul(255).round().tolist() == [0, 30, 0, 60, 120, 180]


def test_vectors_have_no_names_to_keep(vector_run: Run, few: list[int], tmp_path: Path) -> None:
    x = np.arange(25.0).reshape(5, 5) / 25
    for name, some in (("a", x[:4]), ("b", x[4:])):
        np.save(tmp_path / f"{name}.npy", some)
    files, skipped = inspect_inputs(vector_run, [tmp_path / "a.npy", tmp_path / "b.npy"])
    assert [(file.count, file.names) for file in files] == [(4, ()), (1, ())]
    got = list(input_batches(vector_run, files, skipped))
    assert [(names, len(some)) for names, some in got] == [([], 3), ([], 2)]
    assert np.allclose(torch.cat([some for _, some in got]).numpy(), x)
    recorder = Recorder()
    tasks.reconstruct(vector_run, [tmp_path / "a.npy"], tmp_path / "out", reporter=recorder)
    assert recorder.done_of("reconstructing") == [3, 4]


def test_an_array_that_is_wrong_at_its_end_is_left_out_whole(vector_run: Run, few: list[int], tmp_path: Path) -> None:
    x = np.full((8, 5), 0.5)
    np.save(tmp_path / "good.npy", x[:2])
    x[7, 2] = np.nan
    np.save(tmp_path / "bad.npy", x)
    done = tasks.reconstruct(vector_run, [tmp_path / "bad.npy", tmp_path / "good.npy"], tmp_path / "out")
    assert np.load(done.files[0]).shape == (2, 5)
    assert "NaN or infinite" in done.skipped[0].reason
    with pytest.raises(DataError, match="NaN or infinite"):
        tasks.reconstruct(vector_run, [tmp_path / "bad.npy"], tmp_path / "none")
    assert not list((tmp_path / "none").iterdir())


def test_an_array_never_takes_the_place_of_itself(vector_run: Run, tmp_path: Path) -> None:
    np.save(tmp_path / "reconstructions.npy", np.full((3, 5), 0.5))
    with pytest.raises(ArgumentError, match="would be overwritten"):
        tasks.reconstruct(vector_run, [tmp_path / "reconstructions.npy"], tmp_path)


def test_draws_come_a_chunk_at_a_time(digits_run: Run, few: list[int], tmp_path: Path) -> None:
    recorder = Recorder()
    x, files = tasks.generate(digits_run, SOME, tmp_path / "a", reporter=recorder)
    assert few == [3, 3, 1]
    assert recorder.done_of("drawing") == [3, 6, 7]
    assert len(x) == SOME == len(files) - 1
    assert len({tuple(one.flatten().tolist()) for one in x}) == SOME
    assert torch.equal(tasks.generate(digits_run, 4, tmp_path / "b")[0][:3], x[:3])


def test_pictures_that_are_drawn_stay_where_drawing_is_stopped(digits_run: Run, few: list[int], tmp_path: Path) -> None:
    recorder = InterruptAfter("drawing", 6)
    with pytest.raises(KeyboardInterrupt):
        tasks.generate(digits_run, SOME, tmp_path / "a", reporter=recorder)
    assert len(list((tmp_path / "a").iterdir())) == 6
    assert recorder.of("note")[-1] == f"6 of 7 are in {tmp_path / 'a'}"


def test_drawn_vectors_come_a_chunk_at_a_time(vector_run: Run, few: list[int], tmp_path: Path) -> None:
    x, files = tasks.generate(vector_run, SOME, tmp_path)
    assert few == [3, 3, 1]
    assert np.array_equal(np.load(files[0]), x.numpy())


def test_the_sheet_shows_the_first_ones(digits_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module("generate"), "_SHOWN", 4)
    x, files = tasks.generate(digits_run, 6, tmp_path)
    assert (len(x), len(files)) == (4, 7)


def test_folders_are_replaced_by_their_pictures(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "in", 2)
    (folder / "notes.txt").write_text("")
    paths, skipped = expand_folders([folder, tmp_path / "x.npy"])
    assert paths == [folder / "0.png", folder / "1.png", tmp_path / "x.npy"]
    assert [skip.file for skip in skipped] == [str(folder / "notes.txt")]


def test_two_thousand_small_ones_or_fewer_large_ones(digits_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert digits_run.batch_size == 2_000
    for shape, chunk in (((1, 128, 128), 1_024), ((3, 512, 512), 21), ((3, 8192, 8192), 1)):
        monkeypatch.setattr(type(digits_run.model), "data_shape", shape)
        assert digits_run.batch_size == chunk
