import io

import numpy as np
import pytest
from PIL import Image

from autoencode.cleaning import clean, clean_bytes, ready_models
from autoencode.errors import ArgumentError, DataError, UnknownNameError
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter


class Said(Reporter):
    def __init__(self):
        self.lines = []

    def note(self, text):
        self.lines.append(text)

    def warn(self, text):
        self.lines.append(text)


def page(path, level=200):
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.full((60, 80), level, np.uint8)
    pixels[20:24, 10:70] = 20
    Image.fromarray(pixels).save(path)
    return path


def test_files_and_folders_are_cleaned_under_their_names(tmp_path, instant):
    files = [page(tmp_path / "a.png"), page(tmp_path / "b" / "a.PNG"), page(tmp_path / "b" / "c.jpg")]
    done = clean([files[0], tmp_path / "b"], tmp_path / "out")
    assert [file.file.name for file in done.files] == ["a.png", "a-2.PNG", "c.jpg"]
    assert done.sheet == tmp_path / "out" / "sheet.png"
    assert not done.skipped
    with Image.open(tmp_path / "out" / "a.png") as written:
        assert set(np.unique(np.asarray(written))) == {20, 255}


def test_nothing_is_replaced_without_force(tmp_path, instant):
    source = page(tmp_path / "a.png")
    clean([source], tmp_path / "out")
    before = (tmp_path / "out" / "a.png").read_bytes()
    with pytest.raises(ArgumentError, match=r"a\.png is there already: give --force to replace, or another --out"):
        clean([source], tmp_path / "out")
    page(source, 50)
    clean([source], tmp_path / "out", force=True)
    assert (tmp_path / "out" / "a.png").read_bytes() != before
    with pytest.raises(ArgumentError, match="would replace a file that was given"):
        clean([source], tmp_path, force=True)


def test_earlier_results_inside_a_folder_are_not_taken_again(tmp_path, instant):
    page(tmp_path / "scans" / "a.png")
    clean([tmp_path / "scans"], tmp_path / "scans" / "clean")
    done = clean([tmp_path / "scans"], tmp_path / "scans" / "clean", force=True)
    assert len(done.files) == 1


def test_a_folder_given_by_its_full_name_has_no_earlier_results_either(tmp_path, instant, monkeypatch):
    page(tmp_path / "a.png")
    monkeypatch.chdir(tmp_path)
    clean([tmp_path], "clean")
    assert len(clean([tmp_path], "clean", force=True).files) == 1


def test_a_picture_of_somebody_that_is_named_sheet_is_not_replaced(tmp_path, instant):
    given, mine = page(tmp_path / "sheet.png"), page(tmp_path / "out" / "sheet.png")
    before = mine.read_bytes()
    with pytest.raises(ArgumentError, match="would replace a file that was given"):
        clean([given], tmp_path, force=True)
    with pytest.raises(ArgumentError, match=r"sheet\.png is there already: give --force"):
        clean([given], tmp_path / "out")
    assert mine.read_bytes() == before
    clean([given], tmp_path / "out", force=True)
    clean([page(tmp_path / "b.png")], tmp_path / "out")
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["b.png", "sheet-2.png", "sheet.png"]


def test_what_cannot_be_read_is_said_and_the_others_are_cleaned(tmp_path, instant):
    page(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"rubbish")
    said = Said()
    done = clean([tmp_path / "a.png", tmp_path / "b.png"], tmp_path / "out", reporter=said)
    assert [file.source.name for file in done.files] == ["a.png"]
    assert said.lines == ["b.png was not cleaned: no picture that can be read: cannot identify image file"] or (
        "b.png was not cleaned" in said.lines[0]
    )
    with pytest.raises(DataError, match="none of the 1 files could be cleaned"):
        clean([tmp_path / "b.png"], tmp_path / "out2")


def test_a_page_that_is_left_is_said(tmp_path):
    noise = np.random.default_rng(0).normal(100, 30, (200, 200, 3)).clip(0, 255)
    Image.fromarray(np.uint8(noise)).save(tmp_path / "cat.jpg", quality=95)
    said = Said()
    done = clean([tmp_path / "cat.jpg"], tmp_path / "out", reporter=said)
    assert done.files[0].left == ((1, "hardly any paper was found on it"),)
    assert said.lines == ["cat.jpg was left as it was: hardly any paper was found on it"]
    assert (tmp_path / "out" / "cat.jpg").read_bytes() == (tmp_path / "cat.jpg").read_bytes()


def test_wrong_input_is_one_line(tmp_path):
    with pytest.raises(UnknownNameError, match="no ready-made model named 'scans'; did you mean 'scan'"):
        clean([tmp_path], tmp_path / "out", what="scans")
    with pytest.raises(ArgumentError, match="--strength is 2"):
        clean([tmp_path], tmp_path / "out", strength=2.0)
    with pytest.raises(ArgumentError, match=r"nothing to clean in .*: give files of the kinds pdf, png"):
        clean([tmp_path], tmp_path / "out")
    page(tmp_path / "a.png")
    with pytest.raises(ArgumentError, match=r"--out .*a\.png is a file"):
        clean([tmp_path / "a.png"], tmp_path / "a.png")


def test_cancelling_keeps_what_is_done(tmp_path, instant):
    token = CancelToken()

    class Stop(Reporter):
        def update(self, task, done=None, *, total=None, detail=""):
            if done == 1:
                token.cancel()

    files = [page(tmp_path / f"{name}.png") for name in "abc"]
    done = clean(files, tmp_path / "out", reporter=Stop(), cancel=token)
    assert done.interrupted
    assert [file.file.name for file in done.files] == ["a.png"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.png", "sheet.png"]


def test_in_a_pipe(tmp_path, instant):
    notes = []
    result = clean_bytes(page(tmp_path / "a.png").read_bytes(), note=notes.append)
    with Image.open(io.BytesIO(result)) as written:
        assert written.format == "PNG"
        assert np.asarray(written).max() == 255
    assert notes == []
    with pytest.raises(DataError, match="the file is empty"):
        clean_bytes(b"", note=notes.append)


@pytest.mark.parametrize("name", list(ready_models))
def test_ready_models_are_small_and_say_their_limits(name):
    model = ready_models[name]
    assert model.size <= 2_000_000
    assert model.about
    assert model.limits
