import subprocess

import numpy as np
import pytest
from PIL import Image

from autoencode.evaluation.report import write_report
from support.chromium import CHROMIUM

QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--enable-logging=stderr"),
)
pytestmark = pytest.mark.browser


def browse(page, profile, *options):
    command = [CHROMIUM, *QUIET, f"--user-data-dir={profile}", *options, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=90, check=True)


@pytest.fixture
def written(tmp_path, variational):
    write_report(tmp_path / "report.html", variational())
    return tmp_path / "report.html"


def test_the_page_is_drawn_without_complaint(written, tmp_path):
    shot = tmp_path / "shot.png"
    done = browse(written, tmp_path / "profile", f"--screenshot={shot}", "--window-size=1200,3000")
    assert "CONSOLE" not in done.stderr
    with Image.open(shot) as picture:
        pixels = np.array(picture.convert("L")).astype(float)
    assert pixels.shape == (3000, 1200)
    ground = pixels[0, 0]
    assert (pixels[:, :60] == ground).all(), "something sticks out on the left"
    assert (pixels[:, -60:] == ground).all(), "something sticks out on the right"
    drawn = (np.abs(pixels - ground) > 8).any(axis=1)
    assert drawn.mean() > 0.4
    assert drawn[-1200:].any(), "the page ends too early"


def test_a_phone_need_not_scroll_sideways(written, tmp_path):
    narrow = tmp_path / "narrow.html"
    frame = '<iframe src="report.html" style="width:380px;height:6000px;border:0"></iframe>'
    script = "onload = () => { document.title = frames[0].document.documentElement.scrollWidth + ' wide' }"
    narrow.write_text(f"<!doctype html><title>?</title>{frame}<script>{script}</script>")
    done = browse(narrow, tmp_path / "profile", "--allow-file-access-from-files", "--dump-dom")
    assert "<title>380 wide</title>" in done.stdout
