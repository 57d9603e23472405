"""Music as sound: by FluidSynth where it is installed, by sine waves where it is not."""

import stat
import sys
from pathlib import Path

import numpy as np
import pytest

from autoencode.data.music import fluidsynth, synthesizer
from autoencode.data.music.fluidsynth import FluidSynth
from autoencode.data.music.midi_file import midi_bytes
from autoencode.data.music.sound import PEAK, RATE, sound_of
from autoencode.errors import CapabilityError
from autoencode.runtime.reporter import reporting_to
from support.reporters import Recorder

A4 = np.array([[0.0, 8, 69]])
SECONDS = 8 * 60 / 110 / 4
PROGRAM = """#!{python}
import array, math, sys
arguments = sys.argv[1:]
assert arguments[:2] == ["-n", "-i"] and open(arguments[-1], "rb").read(4) == b"MThd" and arguments[-2] == "{font}"
rate, file = int(arguments[arguments.index("-r") + 1]), arguments[arguments.index("-F") + 1]
values = [int(3000 * math.sin(2 * math.pi * 330 * (i // 2) / rate)) for i in range(6 * rate)]
{then}
"""
WRITES = 'open(file, "wb").write(array.array("h", values).tobytes())'


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A program in place of FluidSynth, which ends as a test wants it to, and a sound font."""
    font = tmp_path / "small.sf2"
    font.write_bytes(b"RIFF")

    def install(then: str = WRITES, seconds: float = 60.0) -> FluidSynth:
        program = tmp_path / "fluidsynth"
        program.write_text(PROGRAM.format(python=sys.executable, font=font, then=then), encoding="utf-8")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        made = FluidSynth(program, font, seconds)
        monkeypatch.setattr(synthesizer, "find_fluidsynth", lambda: made)
        return made

    return install


def heard(notes=A4, times=1):
    recorder = Recorder()
    with reporting_to(recorder):
        sounds = [synthesizer.rendered(notes, "16th", 8) for _ in range(times)]
    return sounds[-1], recorder


def test_the_program_makes_the_sound_and_that_is_said_once(installed):
    installed()
    sound, recorder = heard(times=3)
    assert recorder.calls == [("note", "the sound is made by FluidSynth with small.sf2")]
    assert len(sound) / RATE == pytest.approx(SECONDS + synthesizer.TAIL, abs=0.01)
    assert np.abs(sound).max() == pytest.approx(PEAK)
    assert np.abs(sound[-20:]).max() < 0.01 < np.abs(sound[:RATE]).max()
    assert not np.allclose(sound[:1000], sound_of(A4, "16th", 8)[:1000])


def test_a_sound_that_ends_early_is_filled_with_silence(installed):
    installed('open(file, "wb").write(array.array("h", values[:1001]).tobytes())')
    sound, _ = heard()
    assert len(sound) / RATE == pytest.approx(SECONDS + synthesizer.TAIL, abs=0.01)
    assert sound[:500].any()
    assert not sound[500:].any()


def test_where_it_is_not_installed_the_sound_is_our_own_and_a_line_says_how_to_install_it():
    sound, recorder = heard(times=2)
    assert np.array_equal(sound, sound_of(A4, "16th", 8))
    (line,) = recorder.of("note")
    assert "sine waves" in line
    assert line.endswith("apt install fluidsynth timgm6mb-soundfont")


@pytest.mark.parametrize(
    ("then", "seconds", "reason"),
    [
        ("sys.exit('the font is damaged')", 60.0, "it ended with 1: the font is damaged"),
        ("pass", 60.0, "it gave no sound"),
        ("print('no font', file=sys.stderr); values = [0] * 100\n" + WRITES, 60.0, "it gave no sound: no font"),
        ("import time; time.sleep(60)", 0.5, "it took more than 0.5 seconds for a piece"),
    ],
)
def test_where_it_fails_the_sound_is_our_own_and_one_line_says_why(installed, then, seconds, reason):
    program = installed(then, seconds)
    sound, recorder = heard(times=2)
    assert np.array_equal(sound, sound_of(A4, "16th", 8))
    assert recorder.calls == [("warn", f"FluidSynth cannot be used, so the sound is made of sine waves: {reason}")]
    with pytest.raises(CapabilityError):
        program.render(midi_bytes(A4, "16th"), RATE)


def test_a_program_that_cannot_be_run(installed):
    installed().program.chmod(0)
    _, recorder = heard()
    assert "it cannot be run" in recorder.of("warn")[0]


def test_silence_asks_no_program(installed):
    installed("sys.exit(1)")
    sound, recorder = heard(np.empty((0, 3)))
    assert not sound.any()
    assert recorder.calls == []


def test_each_command_says_it_again(installed):
    installed()
    assert heard()[1].calls == heard()[1].calls != []


def test_a_program_and_a_font_are_both_needed(tmp_path, monkeypatch, find_installed_fluidsynth):
    monkeypatch.setattr(fluidsynth.shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(fluidsynth, "SOUND_FONTS", (str(tmp_path / "none"), str(tmp_path)))
    assert find_installed_fluidsynth() is None
    (tmp_path / "Aspirin.sf2").touch()
    assert find_installed_fluidsynth() == FluidSynth(Path("/bin/fluidsynth"), tmp_path / "Aspirin.sf2")
    (tmp_path / "TimGM6mb.sf2").touch()
    assert find_installed_fluidsynth().font.name == "TimGM6mb.sf2"
    monkeypatch.setattr(fluidsynth.shutil, "which", lambda _: None)
    assert find_installed_fluidsynth() is None


def test_a_real_one_plays_the_note_that_is_written(monkeypatch, find_installed_fluidsynth):
    found = find_installed_fluidsynth()
    if found is None:
        pytest.skip("FluidSynth or a sound font is not installed here: apt install fluidsynth timgm6mb-soundfont")
    monkeypatch.setattr(synthesizer, "find_fluidsynth", lambda: found)
    sound, recorder = heard()
    assert recorder.of("warn") == []
    assert len(sound) / RATE == pytest.approx(SECONDS, abs=0.6)
    assert np.abs(sound).max() == pytest.approx(PEAK)
    spectrum = np.abs(np.fft.rfft(sound[:RATE] * np.hanning(RATE), 2**18))
    assert abs(np.fft.rfftfreq(2**18, 1 / RATE)[spectrum.argmax()] - 440) < 3
