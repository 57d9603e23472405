"""What is installed: the wheel as `pip install .` builds it."""

import zipfile
from email import message_from_string
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    (path,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("dist")), versions=["standard"])
    with zipfile.ZipFile(path) as opened:
        yield opened


def test_the_wheel_holds_every_file_of_the_package(wheel):
    package = ROOT / "src"
    wanted = {
        path for path in (package / "autoencode").rglob("*") if path.is_file() and "__pycache__" not in path.parts
    }
    assert {path.relative_to(package).as_posix() for path in wanted} <= set(wheel.namelist())
    for name in ("py.typed", "cleaning/models/scan.safetensors"):
        assert f"autoencode/{name}" in wheel.namelist()


def test_the_wheel_states_its_licence(wheel):
    (name,) = (name for name in wheel.namelist() if name.endswith("METADATA"))
    facts = message_from_string(wheel.read(name).decode())
    assert facts["License-Expression"] == "Apache-2.0"
    assert wheel.read(name.replace("METADATA", "licenses/LICENSE")) == (ROOT / "LICENSE").read_bytes()


def test_the_wheel_holds_nothing_else(wheel):
    assert {name.partition("/")[0].partition("-")[0] for name in wheel.namelist()} == {"autoencode"}


def test_the_citation_names_the_version_and_the_licence():
    import autoencode

    citation = (ROOT / "CITATION.cff").read_text()
    assert f"version: {autoencode.__version__}\n" in citation
    assert "license: Apache-2.0\n" in citation
