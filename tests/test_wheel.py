"""The wheel works in an empty environment, with what its metadata ask for and nothing else.

What it asks for is linked from the environment of the tests, so that nothing is downloaded or copied.
"""

import os
import subprocess
import sys
import venv
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from PIL import Image, ImageDraw

ROOT = Path(__file__).parent.parent


def needed(found: Distribution, extras: frozenset[str], known: dict[str, Distribution]) -> dict[str, Distribution]:
    """All distributions that one needs, as their metadata say; each is installed here in a version that will do."""
    for text in found.requires or ():
        wanted = Requirement(text)
        if wanted.marker and not any(wanted.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            continue
        name, installed = canonicalize_name(wanted.name), distribution(wanted.name)
        assert wanted.specifier.contains(installed.version, prereleases=True), (
            f"{text}, and {installed.version} is here"
        )
        if name not in known:
            known[name] = installed
            needed(installed, frozenset(wanted.extras), known)
    return known


def link(found: Distribution, site: Path) -> None:
    """The files of a distribution in another environment."""
    for top in {Path(file).parts[0] for file in found.files or ()} - {"..", "__pycache__"}:
        if not (site / top).exists():
            (site / top).symlink_to(Path(str(found.locate_file(top))).resolve())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    (path,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("dist")), versions=["standard"])
    return Path(path)


@pytest.fixture
def environment(wheel, tmp_path):
    """A function that makes an environment with the wheel and some of its extras, and returns its commands' folder."""

    def make(*extras: str) -> Path:
        venv.create(tmp_path / "env", with_pip=False)
        commands = tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin")
        python = commands / "python"
        pip = [sys.executable, "-m", "pip", "--python", python, "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", "--no-deps", "--no-index", wheel], check=True)
        (site,) = (tmp_path / "env").rglob("site-packages")
        (metadata,) = site.glob("autoencode-*.dist-info")
        for found in needed(Distribution.at(metadata), frozenset(extras), {}).values():
            link(found, site)
        return commands

    return make


def run(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """A program that does not see the environment of the tests."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    clean |= {"MPLCONFIGDIR": str(cwd / "matplotlib"), "OMP_NUM_THREADS": "1"}
    return subprocess.run(words, cwd=cwd, env=clean, capture_output=True, text=True)


@pytest.mark.slow
def test_the_wheel_trains_the_digits(environment, tmp_path):
    commands = environment("train")
    done = run(commands / "autoencode", "train", "digits", "--steps", "50", "-o", "run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "run" / "report.html").is_file()
    where = run(commands / "python", "-c", "import autoencode; print(autoencode.__file__)", cwd=tmp_path)
    assert where.stdout.startswith(str(tmp_path / "env"))


@pytest.mark.slow
def test_the_light_wheel_cleans_a_page_without_pytorch(environment, tmp_path):
    commands = environment()
    page = Image.new("L", (300, 200), 190)
    ImageDraw.Draw(page).text((40, 60), "A letter from the lake", fill=20)
    page.save(tmp_path / "page.png")
    done = run(commands / "autoencode", "clean", "page.png", "--no-check", "-o", "clean", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "clean" / "page.png").is_file()
    refused = run(commands / "autoencode", "train", "digits", cwd=tmp_path)
    assert refused.returncode
    assert "pip install '.[train]'" in refused.stderr
