"""Photographs for the benchmarks of restoration: wallpapers of Debian packages for training, others for testing.

The packages are downloaded with apt-get (on Debian or Ubuntu; 160 MB), and their photographs, without the drawings, are
scaled down into runs/photographs/, each to two sizes: what is soft in the larger is sharp in the smaller. The test
photographs come with scikit-image and scikit-learn, at their own size; they are not used for training.
"""

import subprocess
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from skimage import data as pictures
from sklearn.datasets import load_sample_images

from autoencode.storage import atomic_write

PLACE = Path("runs/photographs")
WIDTHS = (1024, 512)
PACKAGES = {
    "plasma-workspace-wallpapers": (
        "BytheWater ColdRipple ColorfulCups DarkestHour EveningGlow FallenLeaf Grey Kite OneStandsOut Path Shell "
        "summer_1am"
    ),
    "mate-backgrounds": "Aqua Blinds Dune Garden GreenMeadow LadyBird RainDrops Storm TwoWings Wood YellowFlower",
    "lomiri-wallpapers-20.04": "Infinite-Sea_by_Aury88 Kleiber_by_Lukas_Baubkus",
    "lomiri-wallpapers-16.04": (
        "Bridge_by_Sander_Klootwijk Dragonfly_by_Bolly Picture_0B_by_freespace "
        "Picture_1A_by_freespace Wine_by_Jakkub_Mede aitzgorri_by_Aitzol_Berasategi free_by_Peter_Nerlich "
        "friends_by_Aitzol_Berasategi life_by_Aitzol_Berasategi picosdeeuropa_by_Aitzol_Berasategi "
        "seeding_by_Clements_Engelhardt sunset_by_Aitzol_Berasategi"
    ),
}
Picture = npt.NDArray[np.uint8]


def training_folder() -> Path:
    """The folder of photographs, made if it is missing."""
    wanted = {f"{name} {width}" for names in PACKAGES.values() for name in names.split() for width in WIDTHS}
    if {path.stem for path in PLACE.glob("*.png")} != wanted:
        PLACE.mkdir(parents=True, exist_ok=True)
        for package, names in PACKAGES.items():
            with tempfile.TemporaryDirectory() as folder:
                subprocess.run(["apt-get", "download", "-qq", package], cwd=folder, check=True)
                subprocess.run(["dpkg-deb", "-x", *map(str, Path(folder).glob("*.deb")), folder], check=True)
                for name in names.split():
                    for width in WIDTHS:
                        scaled_down(largest(Path(folder), name), PLACE / f"{name} {width}.png", width)
    return PLACE


def largest(folder: Path, name: str) -> Path:
    """The largest file of a picture: NAME.jpg, or a folder NAME of several sizes."""
    found = [path for path in folder.rglob("*.[jp][pn]g") if name in (path.stem, *path.relative_to(folder).parts)]
    return max(found, key=lambda path: path.stat().st_size)


def scaled_down(source: Path, goal: Path, side: int) -> None:
    """Writes a picture whose longer side has at most `side` pixels."""
    picture = Image.open(source).convert("RGB")
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        picture.save(file.name)
        atomic_write(goal, Path(file.name).read_bytes())


def test_photographs() -> dict[str, Picture]:
    """Photographs by name, (3, height, width) each."""
    found = {name: getattr(pictures, name)() for name in ("astronaut", "chelsea", "coffee", "rocket")}
    found |= dict(zip(("china", "flower"), load_sample_images().images, strict=True))
    return {name: np.ascontiguousarray(picture.transpose(2, 0, 1)) for name, picture in found.items()}
