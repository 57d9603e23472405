from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from autoencode.views.report import Row, write_report

pytestmark = pytest.mark.browser


@pytest.fixture
def address(tmp_path, variational):
    long = Row("codes under the mixture prior", "1,337.2 ± 22.2", "nats per code", "less is better")
    content = variational()
    write_report(tmp_path / "report.html", replace(content, numbers=[*content.numbers, long]))
    return (tmp_path / "report.html").as_uri()


def test_the_page_is_drawn_without_complaint(browser, address, tmp_path):
    page = browser.open(address, width=1200, height=3000)
    page.screenshot(tmp_path / "shot.png")
    assert page.complaints() == []
    assert page.requests() == []
    page.close()
    with Image.open(tmp_path / "shot.png") as picture:
        pixels = np.array(picture.convert("L")).astype(float)
    assert pixels.shape == (3000, 1200)
    ground = pixels[0, 0]
    assert (pixels[:, :60] == ground).all(), "something sticks out on the left"
    assert (pixels[:, -60:] == ground).all(), "something sticks out on the right"
    drawn = (np.abs(pixels - ground) > 8).any(axis=1)
    assert drawn.mean() > 0.4
    assert drawn[-1200:].any(), "the page ends too early"


def test_a_phone_need_not_scroll_sideways_and_no_number_lies_on_its_name(browser, address):
    page = browser.open(address, width=380, height=800, phone=True)
    assert page.run("document.documentElement.scrollWidth") == 380
    overlap = """[...document.querySelectorAll(".numbers tbody tr")].filter((row) => {
        const name = document.createRange(); name.selectNodeContents(row.cells[0]);
        return name.getBoundingClientRect().right > row.cells[1].querySelector(".value").getBoundingClientRect().left;
    }).length"""
    assert page.run(overlap) == 0
    page.close()
