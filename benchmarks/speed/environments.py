"""The peers' environments: made with pip if they are missing, one for each set of packages."""

import subprocess
import sys
import venv
from importlib.metadata import version
from pathlib import Path

KERAS = "keras==3.15.1"
PACKAGES = {
    "tensorflow": ["tensorflow-cpu==2.21.0", KERAS],
    "jax": ["jax==0.10.2", "jaxlib==0.10.2", KERAS],
    "lightning": ["torch=={torch}", "lightning==2.6.6"],
    "pythae": ["torch=={torch}", "pythae==0.1.2"],
}
"""What each needs; `{torch}` is the PyTorch of this environment. "own", of no packages, is this environment itself."""


def python_of(name: str, folder: Path) -> Path:
    """The Python of an environment with these packages, made if it is missing.

    Args:
        name: "own", or one of `PACKAGES`.
        folder: of the environments.

    Raises:
        RuntimeError: a package cannot be installed; the message is pip's.
    """
    if name == "own":
        return Path(sys.executable)
    home, wanted = folder.absolute() / name, packages(name)
    python, made = home / "bin" / "python", home / "packages.txt"
    if not made.is_file() or made.read_text() != "\n".join(wanted):
        venv.create(home, with_pip=True, clear=True)
        _install(python, wanted)
        made.write_text("\n".join(wanted))
    return python


def packages(name: str) -> list[str]:
    """The packages of an environment with their versions, in pip's notation."""
    torch = version("torch").partition("+")[0]  # without "+cpu": pip takes that build if it is available
    return [package.format(torch=torch) for package in PACKAGES[name]]


def _install(python: Path, wanted: list[str]) -> None:
    done = subprocess.run([python, "-m", "pip", "install", "--quiet", *wanted], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or ["pip failed"])[-1])
