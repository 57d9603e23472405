"""The main use case, end to end: train the tutorial's VAE on Fashion-MNIST, evaluate it, write a report.

Usage: python scripts/demo.py RUN_FOLDER [more options of `autoencode train`]
"""

import subprocess
import sys
from pathlib import Path

from autoencode.data import load
from autoencode.data.published.cache import cache_folder, search_folders
from autoencode.data.published.sets.fashion_mnist import FILES
from autoencode.errors import DownloadError

FASHION = ["fashion-mnist", "--recipe", "fashion-vae", "--minutes", "2.5"]
DIGITS = ["digits", "--minutes", "0.3"]
"""The digits come with scikit-learn; with the report the demo ends within a minute on them."""


def main() -> int:
    """Runs the demo; the exit code is that of the training."""
    wanted = Path(sys.argv[1])
    command = ["train", *(FASHION if has_fashion_mnist() else DIGITS)]
    command += ["--out", str(unused(wanted)), *sys.argv[2:]]
    print("$ autoencode", *command, flush=True)
    return subprocess.call([str(Path(sys.executable).with_name("autoencode")), *command])


def unused(path: Path) -> Path:
    """The path, or with -2, -3, … behind it where it is taken."""
    names = (path, *(path.with_name(f"{path.name}-{number}") for number in range(2, 1000)))
    return next(name for name in names if not name.exists())


def has_fashion_mnist() -> bool:
    """Downloads it where it is missing, and says beforehand what, from where and how large."""
    print(download_plan(), flush=True)
    try:
        load("fashion-mnist")
    except DownloadError as error:
        print(f"Fashion-MNIST is not available ({error}); using the digits of scikit-learn instead", flush=True)
        return False
    return True


def download_plan() -> str:
    """What is downloaded before the training starts, in one line."""
    folders = search_folders("fashion-mnist")
    missing = [file for file in FILES if not any((folder / file.name).is_file() for folder in folders)]
    if not missing:
        return "Fashion-MNIST is on this machine: nothing is downloaded"
    size, site = sum(file.size for file in missing) / 1e6, missing[0].url.rpartition("/")[0]
    target = cache_folder("fashion-mnist")
    return f"downloading Fashion-MNIST: {len(missing)} files, {size:.1f} MB, from {site} to {target}"


if __name__ == "__main__":
    sys.exit(main())
