"""The page in a real browser."""

import io
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from autoencode import tasks
from autoencode.compression.container import Reader, Writer

sys.path.append(str(Path(__file__).parents[3] / "scripts"))

import golden_photographs as golden

pytestmark = pytest.mark.browser
DONE = "document.getElementById('meter').classList.contains('done')"
GOLDEN = [f"{name}.{'ppm' if name != 'b' else 'bmp'}" for name in ("a", "b", "grey", "large", "tiny")]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    path = tmp_path_factory.mktemp("album") / "photos.html"
    return tasks.album(golden.golden("fast"), path).as_uri()


@pytest.fixture
def page(browser, address, tmp_path):
    opened = browser.open(address, downloads=tmp_path)
    opened.wait(DONE)
    yield opened
    assert opened.complaints() == []
    assert opened.requests() == []
    opened.close()


def pixels(page, canvas):
    """Red, green and blue of a canvas."""
    image = "c.getContext('2d').getImageData(0, 0, c.width, c.height)"
    script = f"(() => {{ const c = {canvas}; return [c.height, ...{image}.data]; }})()"
    height, *values = page.run(script)
    return np.array(values, np.uint8).reshape(height, -1, 4)[..., :3]


def saved(page, path):
    """Waits until the browser has written a file."""
    for _ in range(100):
        if path.exists() and path.stat().st_size:
            return path
        page.settle()
    raise TimeoutError(path)


def tile(number):
    return f"document.querySelector('.tile:nth-child({number})')"


def coloured(name):
    found = golden.pixels(name)
    return found if found.ndim == 3 else np.stack([found] * 3, -1)


def test_it_shows_every_picture(page):
    assert page.run("[...document.querySelectorAll('.tile')].map((tile) => tile.title)") == [
        *GOLDEN[:4],
        "notes.txt",
        "tiny.ppm",
    ]
    for number, name in ((1, "a"), (2, "b"), (3, "grey"), (6, "tiny")):
        assert np.array_equal(pixels(page, f"{tile(number)}.querySelector('canvas')"), coloured(name))
    assert page.run("document.getElementById('progress').textContent").startswith("5 pictures, 1 other file, 16 kB")
    assert page.run(f"{tile(5)}.querySelector('.ending').textContent") == ".txt"
    assert page.run("album.inWorker")


def test_a_large_picture_is_shown_and_saved(page, tmp_path):
    page.click(".tile:nth-child(3)")
    page.key("ArrowRight")
    page.wait("!document.getElementById('view').classList.contains('waiting')")
    assert np.array_equal(pixels(page, "document.getElementById('picture')"), coloured("large"))
    for button, name in (("save-png", "large.ppm.png"), ("save-file", "large.ppm")):
        page.click(f"#{button}")
        assert np.array_equal(np.asarray(Image.open(saved(page, tmp_path / name))), golden.pixels("large"))
    page.click("#close")
    assert not page.run("document.getElementById('large').open")


class Memory(io.BytesIO):
    """A file in memory, as the annotations want it."""

    name, mode = "memory", "r+b"


def test_another_file_with_hostile_names_and_damage(page):
    reader, written = Reader(Memory(golden.golden("small").read_bytes())), Memory()
    writer = Writer(written, reader.header)
    for block in reader.scan():
        if block.meta["kind"] == "pictures":
            named = [file | {"name": f"<img src=x onerror=alert({file['file']})>"} for file in block.meta["files"]]
            payload = bytes([block.payload[0], block.payload[1] ^ 1, *block.payload[2:]])
            writer.add(block.meta | {"files": named}, payload if named[0]["file"] == 0 else block.payload)
    writer.finish({"complete": True})
    page.run(f"album.open('other.aec', Uint8Array.from({list(written.getvalue())}))")
    page.wait(f"document.querySelector('h1').textContent === 'other.aec' && {DONE}")
    assert page.run("[...document.querySelectorAll('.tile bdi')].map((name) => name.textContent)") == [
        f"<img src=x onerror=alert({number})>" for number in (0, 1, 2, 5)
    ]
    assert page.run("document.querySelectorAll('.why').length") == 2
    assert page.run("document.querySelectorAll('main img').length") == 0
    assert np.array_equal(pixels(page, f"{tile(3)}.querySelector('canvas')"), coloured("grey"))


def test_what_it_cannot_read_is_said_in_one_line(page):
    for content, reason in ((b"something else", "it begins with other bytes"), (b"", "it begins with other bytes")):
        page.run(f"album.open('other.aec', Uint8Array.from({list(content)}))")
        page.wait("document.querySelectorAll('#notes li').length === 1")
        assert reason in page.run("document.querySelector('#notes li').textContent")


@pytest.mark.parametrize("width", [360, 1280])
def test_no_screen_scrolls_sideways(browser, address, width):
    opened = browser.open(address, width=width, height=800, phone=width < 800)
    opened.wait(DONE)
    assert opened.run("document.documentElement.scrollWidth") == width
    opened.close()
