"""The main use case, end to end: train the tutorial's VAE on Fashion-MNIST, evaluate it, write a report.

Usage: python scripts/demo.py RUN_FOLDER [more options of `autoencode train`]
"""

import subprocess
import sys
from pathlib import Path

from autoencode.data import load
from autoencode.errors import DownloadError
from autoencode.tasks.train import unique_path

MINUTES = "2.5"


def main() -> int:
    """Runs the demo; the exit code is that of the training."""
    wanted = Path(sys.argv[1])
    command = ["train", _data(), "--recipe", "fashion-vae", "--minutes", MINUTES]
    command += ["--out", str(unique_path(wanted.parent, wanted.name)), *sys.argv[2:]]
    print("$ autoencode", *command, flush=True)
    return subprocess.call([str(Path(sys.executable).with_name("autoencode")), *command])


def _data() -> str:
    try:
        load("fashion-mnist")
    except DownloadError as error:
        print(f"Fashion-MNIST is not available ({error}); using the digits of scikit-learn instead", flush=True)
        return "digits"
    return "fashion-mnist"


if __name__ == "__main__":
    sys.exit(main())
