"""Examples of music as notes, as pictures, as MIDI and as sound."""

import io
import wave

import numpy as np
import pytest
import torch

from autoencode.data import load
from autoencode.data.modality import Chords, Tunes
from autoencode.data.music.notes import FIRST_NOTE, HOLD, LOWEST, REST
from autoencode.data.music.rolls import notes_of_chords, notes_of_tune
from autoencode.data.music.sound import RATE, sound_of
from autoencode.data.music.variation import excerpts, transposed

C, D = 60 - LOWEST + FIRST_NOTE, 62 - LOWEST + FIRST_NOTE
TUNE = torch.tensor([C, HOLD, REST, D, C, HOLD, 0, 0, 0])


def chords():
    x = torch.zeros(6, 88)
    x[0:4, 60 - LOWEST] = 1
    x[2:3, 64 - LOWEST] = 0.9
    x[3, 67 - LOWEST] = 0.4
    x[5:] = -1
    return x


def test_notes_of_a_tune():
    notes, steps = notes_of_tune(TUNE)
    assert notes.tolist() == [[0, 2, 60], [3, 4, 62], [4, 6, 60]]
    assert steps == 6


def test_a_hold_after_a_rest_is_silent():
    assert notes_of_tune(torch.tensor([HOLD, C, REST, HOLD, 0]))[0].tolist() == [[1, 2, 60]]


def test_notes_of_chords():
    notes, steps = notes_of_chords(chords())
    assert notes.tolist() == [[0, 4, 60], [2, 3, 64]]
    assert steps == 5


@pytest.mark.parametrize("modality", [Tunes((9,), grid="8th"), Chords((6, 88), grid="8th")])
def test_midi_that_is_written_is_read_again(modality, tmp_path):
    x = TUNE if isinstance(modality, Tunes) else chords()
    for number in range(4):
        (tmp_path / f"{number}.mid").write_bytes(modality.own_files(x)[".mid"])
    voices = "tune" if isinstance(modality, Tunes) else "chords"
    again = load(tmp_path, grid="8th", bars=1, voices=voices).train.x[0]
    wanted = modality.notes(x)[0]
    assert modality.notes(again)[0].tolist() == wanted.tolist()


def test_the_sound_has_the_pitch_and_the_length_of_its_notes():
    sound = sound_of(np.array([[0.0, 8, 69]]), "quarter", 8).astype(float)
    spectrum = np.abs(np.fft.rfft(sound[:RATE]))
    assert abs(int(spectrum.argmax()) - 440) <= 1
    assert len(sound) / RATE == pytest.approx(8 * 60 / 110, abs=0.5)


def test_a_wav_file_is_whole():
    content = Tunes((9,)).own_files(TUNE)[".wav"]
    assert int.from_bytes(content[4:8], "little") == len(content) - 8
    with wave.open(io.BytesIO(content)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        assert max(np.frombuffer(file.readframes(file.getnframes()), np.int16)) > 20_000


def test_silence_is_silent():
    assert not sound_of(np.empty((0, 3)), "quarter", 4).any()


def test_rolls_have_one_size_and_the_end_is_grey():
    roll = Tunes((9,)).shown(torch.stack([TUNE, TUNE.roll(1)]))
    assert roll.shape == (2, 1, 244, 32)
    assert roll.min() == 0
    assert (roll[0, 0, :, 24:] == roll[0, 0, 0, -1]).all()
    assert Chords((6, 88)).shown(chords()[None, None]).shape == (1, 1, 1, 244, 24)


def test_notes_beyond_the_roll_stand_at_its_edge():
    low = torch.zeros(1, 1, 88)
    low[0, 0, 0] = 1
    assert Chords((1, 88)).shown(low)[0, 0, -1, 0] == 0


def test_a_piece_of_another_length_is_fitted():
    tunes, pieces = Tunes((5,)), Chords((3, 88))
    assert tunes.fitted(torch.tensor([[7, 8]])).tolist() == [[7, 8, 0, 0, 0]]
    assert tunes.fitted(torch.tensor([[7, 8, 9, 7, 8, 9, 0]])).tolist() == [[7, 8, 9, 7, 0]]
    assert pieces.fitted(torch.zeros(1, 2, 88))[0, :, 0].tolist() == [0, 0, -1]
    assert pieces.fitted(torch.zeros(1, 4, 88)).shape == (1, 3, 88)


def test_a_transposed_tune_keeps_rests_and_length():
    moved = transposed(TUNE[None].float(), torch.tensor([3]))[0]
    assert moved.tolist() == [C + 3, HOLD, REST, D + 3, C + 3, HOLD, 0, 0, 0]


def test_chords_that_would_leave_the_keyboard_stay():
    x = chords()[None].expand(2, -1, -1)
    moved = transposed(x, torch.tensor([2, -40]))
    assert moved[0, 0].nonzero().flatten().tolist() == [62 - LOWEST]
    assert (moved[0, 5] == -1).all()
    assert torch.equal(moved[1], x[1])


def test_an_excerpt_is_a_part_of_the_piece():
    x = torch.arange(8.0)[:, None].expand(8, 2).clone()
    x[6:] = -1
    some = excerpts(x[None].repeat(3, 1, 1), 4, torch.tensor([0.0, 0.5, 0.999]))
    assert some[:, :, 0].tolist() == [[0, 1, 2, 3, *[-1] * 4], [1, 2, 3, 4, *[-1] * 4], [2, 3, 4, 5, *[-1] * 4]]
    assert torch.equal(excerpts(x[None], 7, torch.tensor([0.9])), x[None])
