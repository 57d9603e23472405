"""`make demo`: what it says before it downloads."""

import importlib.util
from pathlib import Path

import pytest

from autoencode.data.published.sets.fashion_mnist import FILES

SCRIPT = Path(__file__).parent.parent / "scripts" / "demo.py"


@pytest.fixture
def demo(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("AUTOENCODE_DATA", str(tmp_path / "data"))
    spec = importlib.util.spec_from_file_location("demo", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_says_what_it_downloads_from_where_to_where(demo, tmp_path):
    assert demo.download_plan() == (
        "downloading Fashion-MNIST: 4 files, 30.9 MB, from http://fashion-mnist.s3-website.eu-central-1.amazonaws.com "
        f"to {tmp_path / 'cache' / 'autoencode' / 'fashion-mnist'}"
    )


def test_it_says_that_nothing_is_downloaded(demo, tmp_path):
    folder = tmp_path / "data" / "fashion-mnist"
    folder.mkdir(parents=True)
    for file in FILES:
        (folder / file.name).touch()
    assert demo.download_plan() == "Fashion-MNIST is on this machine: nothing is downloaded"


def test_without_a_network_the_digits_are_used(demo, monkeypatch, capsys):
    def load(name):
        raise demo.DownloadError("no network")

    monkeypatch.setattr(demo, "load", load)
    assert not demo.has_fashion_mnist()
    assert capsys.readouterr().out.endswith("(no network); using the digits of scikit-learn instead\n")


def test_an_earlier_demo_stays(demo, tmp_path):
    assert demo.unused(tmp_path / "demo") == tmp_path / "demo"
    (tmp_path / "demo").mkdir()
    assert demo.unused(tmp_path / "demo") == tmp_path / "demo-2"
