"""Files of music become examples."""

import numpy as np
import pytest
import torch

from autoencode.data import load
from autoencode.data.music.notes import FIRST_NOTE, HOLD, LOWEST, REST
from autoencode.data.music.pieces import MUSIC
from autoencode.errors import ArgumentError, DataError
from support.music import scale, write_midi

ABC = """X:1
T:First
M:3/4
L:1/4
K:C
"C"C D E|"G"G2 z|"C"E D C|C3|

X:2
T:Second
M:4/4
L:1/4
K:D
D E F G|A2 A2|G F E D|D4|
"""


def folder_of(tmp_path, n=12, **options):
    for number in range(n):
        write_midi(tmp_path / f"{number:02d}.mid", [scale(4, number % 5)], **options)
    return tmp_path


def test_tunes_become_two_bars_of_tokens_each(tmp_path):
    data = load(folder_of(tmp_path), grid="8th", validation=2, test=2)
    assert data.modality.description == "tunes of up to 16 steps of an 8th note"
    assert data.data_shape == (17,)
    assert data.split.sizes == {"train": 24, "validation": 6, "test": 6}  # three examples of two bars in each of four
    row = data.train.x[0]
    assert row[1::2][:8].tolist() == [HOLD] * 8
    assert (row[:16:2] >= FIRST_NOTE).all()
    assert row[16] == 0


def test_no_piece_is_in_two_parts(tmp_path):
    data = load(folder_of(tmp_path), validation=3, test=3)
    names = [set(data.names(part)) for part in ("train", "validation", "test")]
    assert not names[0] & names[1]
    assert not names[0] & names[2]
    assert not names[1] & names[2]


def test_the_longest_step_at_which_notes_begin_is_taken(tmp_path):
    assert load(folder_of(tmp_path)).options["grid"] == "quarter"
    write_midi(tmp_path / "x.mid", [[(place / 4, 0.25, 60) for place in range(160)]])
    assert load(tmp_path).options["grid"] == "16th"


def test_a_note_that_is_held_over_a_bar_begins_the_example_there(tmp_path):
    notes = [(0, 2, 60), (2, 4, 64), (6, 2, 65), (8, 4, 67), (12, 4, 60)]
    for number in range(4):
        write_midi(tmp_path / f"{number}.mid", [notes])
    rows = load(tmp_path, grid="quarter", bars=1).train.x
    assert [64 - LOWEST + FIRST_NOTE, HOLD, 65 - LOWEST + FIRST_NOTE, HOLD, 0] in rows.tolist()


def test_rests(tmp_path):
    for number in range(4):
        write_midi(tmp_path / f"{number}.mid", [[(0, 1, 60), (3, 1, 62), (4, 3, 64), (7, 1, 60)]])
    first = load(tmp_path, grid="quarter").train.x[0].tolist()
    assert first[:4] == [60 - LOWEST + FIRST_NOTE, REST, REST, 62 - LOWEST + FIRST_NOTE]


def test_other_time_signatures(tmp_path):
    for number in range(4):
        write_midi(tmp_path / f"{number}.mid", [scale(6)], signatures=[(0, 3, 4), (12, 6, 8)])
    data = load(tmp_path, grid="8th", bars=1)
    lengths = sorted({int((row != 0).sum()) for row in data.train.x})
    assert lengths == [6]
    assert data.data_shape == (7,)


def test_several_voices_become_chords(tmp_path):
    for number in range(4):
        write_midi(tmp_path / f"{number}.mid", [scale(2), [(0, 8, 40)]])
    data = load(tmp_path)
    assert data.modality.description == "pieces of up to 8 steps of a quarter note, 88 keys"
    assert data.train.x[0].sum(-1).tolist() == [2] * 8
    assert data.train.x[0, :, 40 - LOWEST].tolist() == [1] * 8
    tune = load(tmp_path, voices="tune")
    assert (tune.train.x[:, 0] == 60 - LOWEST + FIRST_NOTE).any()  # the higher voice


def test_shorter_pieces_are_padded(tmp_path):
    for number in range(6):
        write_midi(tmp_path / f"{number}.mid", [scale(1 + number % 2), [(0, 4, 40)]])
    data = load(tmp_path)
    x = torch.cat([data.train.x, data.validation.x, data.test.x])
    assert {int((row[:, 0] != -1).sum()) for row in x} == {4, 8}
    assert (x[x[:, 4, 0] == -1][:, 4:] == -1).all()


def test_abc(tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.abc").write_text(ABC)
    data = load(tmp_path, grid="quarter", bars=1)
    assert data.modality.noun == "tunes"
    assert any("#2" in name for part in ("train", "validation", "test") for name in data.names(part))
    rows = torch.cat([data.train.x, data.validation.x, data.test.x]).tolist()
    first = [pitch - LOWEST + FIRST_NOTE for pitch in (60, 62, 64)]
    assert [*first, 0, 0] in rows  # the named chords are no notes


def test_drums_are_left_out(tmp_path):
    for number in range(4):
        write_midi(tmp_path / f"{number}.mid", [scale(4)], drums=[[(0, 1, 36)]])
    assert load(tmp_path).modality.noun == "tunes"


def test_what_cannot_be_read_is_skipped_with_a_reason(tmp_path):
    folder_of(tmp_path, 5)
    (tmp_path / "corrupt.mid").write_bytes(b"MThd\0\0\0\6 no music")
    (tmp_path / "empty.mid").write_bytes(b"")
    (tmp_path / "empty.abc").write_text("")
    write_midi(tmp_path / "drums.mid", [], drums=[[(0, 1, 36)]])
    write_midi(tmp_path / "silent.mid", [[]])
    data = load(tmp_path)
    reasons = {skip.file: skip.reason for skip in data.skipped}
    assert set(reasons) == {"corrupt.mid", "empty.mid", "empty.abc", "drums.mid", "silent.mid"}
    assert "nothing but drums" in reasons["drums.mid"]
    assert "no notes" in reasons["silent.mid"]


def test_a_folder_without_notes_is_refused_in_one_line(tmp_path):
    write_midi(tmp_path / "drums.mid", [], drums=[[(0, 1, 36)]])
    with pytest.raises(DataError, match=r"holds no music that can be read: .*nothing but drums") as caught:
        load(tmp_path)
    assert "\n" not in str(caught.value)


def test_notes_of_no_length_are_no_notes(tmp_path):
    write_midi(tmp_path / "a.mid", [[(0, 0, 60)]])
    with pytest.raises(DataError, match="no notes"):
        load(tmp_path)


def test_options_that_mean_nothing(tmp_path):
    with pytest.raises(ArgumentError, match="--grid takes auto, quarter, 8th, 16th, not 'half'"):
        load(folder_of(tmp_path), grid="half")
    with pytest.raises(ArgumentError, match="--bars takes how many"):
        load(tmp_path, bars=0)
    with pytest.raises(ArgumentError, match="--size does not apply"):
        load(tmp_path, size=32)
    with pytest.raises(ArgumentError, match="--voices does not apply"):
        load(np.zeros((20, 3)), voices="tune")
    with pytest.raises(DataError, match="no tune of 40 bars"):
        load(tmp_path, bars=40)


def test_music_is_known_by_a_look(tmp_path):
    assert MUSIC.is_source(folder_of(tmp_path, 1))
    assert MUSIC.is_source(tmp_path / "00.mid")
    assert not MUSIC.is_source(tmp_path / "none.mid")
    assert not MUSIC.is_source(3)


def test_subfolders_of_parts_are_kept(tmp_path):
    for part, n in (("test", 2), ("train", 5)):
        (tmp_path / part).mkdir()
        folder_of(tmp_path / part, n)
    write_midi(tmp_path / "other.mid", [scale(4, 1)])
    data = load(tmp_path)
    assert set(data.names("test")) <= {f"test/0{number}.mid" for number in range(2)}
    assert all(name.startswith("train/") for part in ("train", "validation") for name in data.names(part))
    assert data.split.sizes["test"] == 6
    assert any(note.startswith("parts from subfolders: train 5, test 2 pieces") for note in data.notes)
    assert load(tmp_path, **data.options).fingerprint == data.fingerprint
    assert sum(load(tmp_path, parts="random").split.sizes.values()) == 3 * 8
