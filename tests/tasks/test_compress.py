"""Files and examples through a compressed file and back."""

import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from autoencode import tasks
from autoencode.compression.container import DamagedError
from autoencode.compression.contents import safe_name
from autoencode.errors import ArgumentError, CancelledError, CapabilityError, DataError, RunError
from autoencode.runs.run import Run
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter
from autoencode.tasks.train import train


@pytest.fixture(scope="module")
def mass_run(tmp_path_factory) -> Run:
    """A VAE with a probability mass, trained for a moment on the digits."""
    out = tmp_path_factory.mktemp("runs") / "mass"
    return train("digits", "dense-vae", out=out, epochs=1, likelihood="discretized-logistic", hidden=16, command="test")


@pytest.fixture
def mixed(mass_run, tmp_path) -> Path:
    """A folder with files that the model codes and others."""
    folder = tmp_path / "mixed"
    (folder / "inside").mkdir(parents=True)
    x = np.rint(mass_run.data.test.inputs(slice(0, 40))[:, 0].numpy() * 255).astype(np.uint8)
    np.save(folder / "array.npy", x)
    np.save(folder / "floats.npy", x.astype(np.float32))
    for number in range(3):
        Image.fromarray(x[number]).save(folder / f"{number}.bmp")
        Image.fromarray(x[number]).save(folder / "inside" / f"{number}.pgm")
        Image.fromarray(x[number]).save(folder / f"{number}.png")
    Image.fromarray(x[0]).resize((20, 20)).save(folder / "large.bmp")
    (folder / "empty").touch()
    (folder / "inside" / "notes.txt").write_text("notes " * 1000)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_every_byte_of_every_file_comes_back(mass_run, mixed, tmp_path):
    done = tasks.compress(mass_run, [mixed], tmp_path / "x.aec")
    assert (done.files, done.examples, done.pixels_only) == (14, 46, 0)
    assert {Path(name).name for name in done.stored} == {
        "0.png", "1.png", "2.png", "empty", "floats.npy", "large.bmp", "notes.txt"
    }  # fmt: skip
    assert done.size == (tmp_path / "x.aec").stat().st_size
    back = tasks.decompress(tmp_path / "x.aec", tmp_path / "back", mass_run)
    assert len(back.names) == 14
    assert not back.incomplete
    assert contents(tmp_path / "back" / "mixed") == contents(mixed)
    found = tasks.read_contents(tmp_path / "x.aec")
    assert [file.name for file in found.files if file.count == 40] == ["mixed/array.npy"]
    assert found.complete
    assert not found.has_model
    assert found.run == "mass"


def test_the_report_has_what_the_examples_take_in_other_formats(mass_run, mixed, tmp_path):
    done = tasks.compress(mass_run, [mixed], tmp_path / "x.aec", compare=True, embed_model=True)
    found = tasks.read_contents(tmp_path / "x.aec")
    assert found.comparison == done.comparison
    assert found.comparison is not None
    assert (found.comparison.whole, found.comparison.own) == (True, done.payload)
    assert found.comparison.values == 46 * 64
    assert {"PNG", "WebP", "xz"} <= set(found.comparison.others)
    assert found.model_size == done.model > 1_000


def test_pictures_by_their_pixels_come_back_with_these(mass_run, mixed, tmp_path):
    done = tasks.compress(mass_run, [mixed], tmp_path / "x.aec", pixels_only=True)
    assert (done.examples, done.pixels_only) == (49, 3)
    assert any("same pixels" in line for line in done.notes)
    tasks.decompress(tmp_path / "x.aec", tmp_path / "back", mass_run)
    for number in range(3):
        pair = [np.asarray(Image.open(folder / f"{number}.png")) for folder in (mixed, tmp_path / "back" / "mixed")]
        assert np.array_equal(*pair)


def test_examples_of_the_data_come_back_as_an_array(mass_run, tmp_path):
    tasks.compress(mass_run, ["test:3..12", "validation"], tmp_path / "x.aec")
    tasks.decompress(tmp_path / "x.aec", tmp_path / "back", mass_run, only=["test-3-12.npy"])
    assert sorted(contents(tmp_path / "back")) == ["test-3-12.npy"]
    wanted = np.rint(mass_run.data.test.inputs(slice(2, 12))[:, 0].numpy() * 255)
    assert np.array_equal(np.load(tmp_path / "back" / "test-3-12.npy"), wanted)


def test_a_file_with_its_model_needs_no_run(mass_run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tasks.compress(mass_run, ["test:1..5"], tmp_path / "with.aec", embed_model=True)
    tasks.compress(mass_run, ["test:1..5"], tmp_path / "without.aec")
    assert tasks.decompress(tmp_path / "with.aec", tmp_path / "a").names == ["test-1-5.npy"]
    with pytest.raises(RunError, match="--run"):
        tasks.decompress(tmp_path / "without.aec", tmp_path / "b")
    shutil.copytree(mass_run.path, tmp_path / "runs" / "mass")
    assert tasks.decompress(tmp_path / "without.aec", tmp_path / "b").names == ["test-1-5.npy"]


def test_another_model_is_refused(mass_run, digits_run, tmp_path):
    tasks.compress(mass_run, ["test:1..5"], tmp_path / "x.aec")
    with pytest.raises(DataError, match="another model"):
        tasks.decompress(tmp_path / "x.aec", tmp_path / "back", digits_run)
    assert not (tmp_path / "back").exists()


def test_a_run_without_a_mass_is_refused_with_what_to_train(digits_run, tmp_path):
    with pytest.raises(CapabilityError, match=r"--likelihood|values other than"):
        tasks.compress(digits_run, ["test"], tmp_path / "x.aec")
    assert not (tmp_path / "x.aec").exists()


def test_damage_gives_an_error_or_the_right_files(mass_run, mixed, tmp_path):
    tasks.compress(mass_run, [mixed], tmp_path / "x.aec")
    whole, wanted = (tmp_path / "x.aec").read_bytes(), contents(mixed)
    random = np.random.default_rng(0)
    for number in range(12):
        damaged = bytearray(whole)
        damaged[random.integers(len(whole))] ^= 1 << int(random.integers(8))
        if number % 2:
            damaged = damaged[: random.integers(len(whole))]
        (tmp_path / "damaged.aec").write_bytes(damaged)
        for salvage in (False, True):
            out = tmp_path / f"out-{number}-{salvage}"
            with suppress(DataError):
                tasks.decompress(tmp_path / "damaged.aec", out, mass_run, salvage=salvage)
            for name, found in contents(out / "mixed").items():
                assert found == wanted[name]


def test_salvaging_gives_all_but_what_is_damaged(mass_run, mixed, tmp_path):
    tasks.compress(mass_run, [mixed], tmp_path / "x.aec")
    content = bytearray((tmp_path / "x.aec").read_bytes())
    content[content.index(b'"name":"mixed/inside/notes.txt"')] ^= 1
    (tmp_path / "x.aec").write_bytes(content)
    with pytest.raises(DataError, match="damaged"):
        tasks.decompress(tmp_path / "x.aec", tmp_path / "a", mass_run)
    tasks.decompress(tmp_path / "x.aec", tmp_path / "b", mass_run, salvage=True)
    wanted = contents(mixed)
    del wanted["inside/notes.txt"]
    assert contents(tmp_path / "b" / "mixed") == wanted


def test_an_array_with_a_part_missing_does_not_come_back(mass_run, mixed, tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules["autoencode.tasks.compress"], "BLOCK_VALUES", 64 * 10)
    tasks.compress(mass_run, [mixed / "array.npy", mixed / "0.bmp"], tmp_path / "x.aec")
    content = bytearray((tmp_path / "x.aec").read_bytes())
    content[content.index(b'"parts":[[0,10,10]]')] ^= 1
    (tmp_path / "x.aec").write_bytes(content)
    done = tasks.decompress(tmp_path / "x.aec", tmp_path / "back", mass_run, salvage=True)
    assert (done.names, done.incomplete) == (["0.bmp"], ["array.npy"])
    assert sorted(contents(tmp_path / "back")) == ["0.bmp"]


@pytest.mark.parametrize("name", ["../out", "/abs", "a/../../b", "", "a\0b", "x" * 300, "x/" * 5000, "new\nline"])
def test_a_name_that_leaves_the_folder_or_is_none_is_refused(name):
    with pytest.raises(DamagedError, match=r"leave the folder|control characters|longer than"):
        safe_name(name)


@pytest.mark.skipif(os.name == "nt", reason="no names there")
def test_names_that_people_give_come_back(mass_run, mixed, tmp_path):
    names = ["12:30.bmp", "Screenshot at 10.00\u202fAM.bmp", "a\\b.bmp"]
    (tmp_path / "in").mkdir()
    for name in names:
        (tmp_path / "in" / name).write_bytes((mixed / "0.bmp").read_bytes())
    (tmp_path / "in" / "link.bmp").symlink_to(tmp_path / "in" / names[0])
    done = tasks.compress(mass_run, [tmp_path / "in"], tmp_path / "x.aec")
    assert "1 links or empty folders are not kept, in/link.bmp first" in done.notes
    tasks.decompress(tmp_path / "x.aec", tmp_path / "back", mass_run)
    assert sorted(contents(tmp_path / "back")) == sorted(f"in/{name}" for name in names)
    (tmp_path / "in" / "12:30.BMP").write_bytes(b"")
    with pytest.raises(ArgumentError, match="would be one file on some computers"):
        tasks.compress(mass_run, [tmp_path / "in"], tmp_path / "y.aec")


def test_an_array_with_bytes_behind_it_comes_back(mass_run, mixed, tmp_path):
    content = (mixed / "array.npy").read_bytes() + b"more"
    (tmp_path / "a.npy").write_bytes(content)
    tasks.compress(mass_run, [tmp_path / "a.npy"], tmp_path / "x.aec")
    tasks.decompress(tmp_path / "x.aec", tmp_path / "back", mass_run)
    assert (tmp_path / "back" / "a.npy").read_bytes() == content


class Stopping(Reporter):
    """Asks to stop where something is done."""

    def __init__(self, token: CancelToken, task: str) -> None:
        self.token, self.task, self.shares = token, task, []

    def update(self, task, done=None, *, total=None, detail=""):
        self.shares.append(done)
        if task == self.task and len(self.shares) > 5:
            self.token.cancel()


def test_stopping_among_blocks_ends_at_once(mass_run, mixed, tmp_path):
    token = CancelToken()
    done = tasks.compress(mass_run, [mixed], tmp_path / "x.aec", cancel=token, reporter=Stopping(token, "compressing"))
    assert not done.complete
    tasks.decompress(tmp_path / "x.aec", tmp_path / "back", mass_run, salvage=True)
    assert all(found == contents(mixed)[name] for name, found in contents(tmp_path / "back" / "mixed").items())
    tasks.compress(mass_run, [mixed], tmp_path / "y.aec")
    again = CancelToken()
    with pytest.raises(CancelledError):
        tasks.decompress(
            tmp_path / "y.aec", tmp_path / "z", mass_run, cancel=again, reporter=Stopping(again, "decompressing")
        )
    assert "mixed/array.npy" not in contents(tmp_path / "z")


def test_stopping_leaves_what_is_whole(mass_run, mixed, tmp_path):
    token = CancelToken()
    token.cancel()
    done = tasks.compress(mass_run, [mixed], tmp_path / "x.aec", cancel=token)
    assert not done.complete
    assert any("stopped" in line for line in done.notes)
    assert not tasks.read_contents(tmp_path / "x.aec").complete


@pytest.mark.parametrize(
    ("inputs", "message"),
    [([], "nothing to compress"), (["nowhere"], "there is no nowhere"), (["test:0..5"], "counted from 1"),
     (["test:1..99999"], "counted from 1"), (["test", "test"], "two inputs are named")],
)  # fmt: skip
def test_wrong_inputs_are_said(mass_run, tmp_path, inputs, message):
    with pytest.raises(ArgumentError, match=message):
        tasks.compress(mass_run, inputs, tmp_path / "x.aec")


def test_a_compressed_file_is_named_as_one(mass_run, tmp_path):
    with pytest.raises(ArgumentError, match=r"compress writes one file in \.aec, not .*x\.png: take -o x\.aec"):
        tasks.compress(mass_run, ["test:1..5"], tmp_path / "x.png")
    with pytest.raises(ArgumentError, match=r"take -o packed\.aec"):
        tasks.compress_photographs([tmp_path], tmp_path / "packed")
    assert not list(tmp_path.glob("x*"))


def test_a_compressed_file_may_be_written_again_and_another_may_not(mass_run, tmp_path):
    for _ in range(2):
        tasks.compress(mass_run, ["test:1..5"], tmp_path / "x.aec")
    (tmp_path / "mine.aec").write_text("mine")
    with pytest.raises(ArgumentError, match="--force"):
        tasks.compress(mass_run, ["test:1..5"], tmp_path / "mine.aec")


def test_only_what_is_there_can_be_asked_for(mass_run, tmp_path):
    tasks.compress(mass_run, ["test:1..5"], tmp_path / "x.aec")
    with pytest.raises(ArgumentError, match="there is no nothing"):
        tasks.decompress(tmp_path / "x.aec", tmp_path / "back", mass_run, only=["nothing"])
    assert tasks.decompress(tmp_path / "x.aec", tmp_path / "back", mass_run, verify=True).names == ["test-1-5.npy"]
    assert not (tmp_path / "back").exists()
