"""Music as the sound of instruments, by the program FluidSynth and a General MIDI sound font."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt

from autoencode.errors import CapabilityError

SOUND_FONTS = ("/usr/share/sounds/sf2", "/usr/share/sounds/sf3", "/usr/share/soundfonts", "/usr/local/share/soundfonts")
"""Where distributions of Linux install sound fonts."""
_FIRST_CHOICES = ("TimGM6mb.sf2", "default-GM.sf2", "default.sf2", "default-GM.sf3")
"""Small ones, which are read in a tenth of a second, and what a person chose for the whole machine."""
_PROGRAM = "fluidsynth"
_SECONDS = 60.0
"""The most that one piece may take; usual is a fifth of a second."""
_CHANNELS = 2


@dataclass(frozen=True)
class FluidSynth:
    """The program and a sound font.

    Args:
        program: its file.
        font: a sound font with the instruments of General MIDI.
        seconds: the most that one piece may take.
    """

    program: Path
    font: Path
    seconds: float = _SECONDS

    def render(self, midi: bytes, rate: int) -> npt.NDArray[np.float64]:
        """The samples of a MIDI file, (n,), both channels mixed into one, until its last note has faded.

        Args:
            midi: the content of the file.
            rate: samples a second.

        Raises:
            CapabilityError: the program failed, was too slow, or gave no sound.
        """
        with TemporaryDirectory() as folder:
            piece, sound = Path(folder) / "piece.mid", Path(folder) / "piece.raw"
            piece.write_bytes(midi)
            said = self._run(["-F", sound, "-T", "raw", "-O", "s16", "-E", "little", "-r", str(rate), self.font, piece])
            content = sound.read_bytes() if sound.exists() else b""
        whole = len(content) // (2 * _CHANNELS) * _CHANNELS
        samples = np.frombuffer(content, "<i2", whole).reshape(-1, _CHANNELS).mean(1)
        if not samples.any():  # it ends well even where it cannot read its font
            raise CapabilityError(f"it gave no sound{f': {said}' if said else ''}")
        return samples / -np.iinfo(np.int16).min

    def _run(self, arguments: list[str | Path]) -> str:
        """Runs the program without a sound card, a shell or a person's settings; gives its last complaint."""
        command = [self.program, "-n", "-i", "-f", os.devnull, *arguments]
        try:
            done = subprocess.run(  # noqa: S603  # no shell; the program that the system's path names
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=self.seconds,
            )
        except subprocess.TimeoutExpired as error:
            raise CapabilityError(f"it took more than {self.seconds:.3g} seconds for a piece") from error
        except OSError as error:
            raise CapabilityError(f"it cannot be run: {error.strerror or error}") from error
        said = (done.stderr.strip().splitlines() or [""])[-1][:200]
        if done.returncode:
            raise CapabilityError(f"it ended with {done.returncode}{f': {said}' if said else ''}")
        return said


def find_fluidsynth() -> FluidSynth | None:
    """The program and a sound font; None where one of them is not installed."""
    program, font = shutil.which(_PROGRAM), _sound_font()
    return FluidSynth(Path(program), font) if program and font else None


def _sound_font() -> Path | None:
    folders = [Path(folder) for folder in SOUND_FONTS]
    named = [folder / name for name in _FIRST_CHOICES for folder in folders]
    others = [path for folder in folders for path in sorted(folder.glob("*.sf[23]"))]
    return next((path for path in [*named, *others] if path.is_file()), None)
