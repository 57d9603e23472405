"""The map in a real browser, with a real mouse, fingers and keys."""

from collections.abc import Iterator

import pytest
import torch

from autoencode.views.map import MapContent, write_map_page
from support.chromium import Page

pytestmark = pytest.mark.browser
N = 900
CHOSEN = "document.getElementById('name').textContent"


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> str:
    """A grid of 30 x 30 points in three classes; the picture of each is a grey of its own, the first half dark."""
    across, up = torch.meshgrid(torch.arange(30.0), torch.arange(30.0), indexing="ij")
    points = torch.stack([across.flatten(), up.flatten()], dim=1)
    path = tmp_path_factory.mktemp("map") / "map.html"
    write_map_page(
        path,
        MapContent(
            title="grid",
            lead="A grid.",
            points=points,
            axes=("x", "y"),
            labels=torch.arange(N) % 3,
            classes=["red", "green", "blue"],
            names=[f"{int(x)},{int(y)}" for x, y in points],
            load_images=lambda rows: (rows >= N // 2).float()[:, None, None, None].expand(-1, 1, 8, 8),
        ),
    )
    return path.as_uri()


@pytest.fixture
def page(browser, address) -> Iterator[Page]:
    opened = browser.open(address)
    opened.wait("window.map && map.drawn.frames > 0")
    yield opened
    assert opened.complaints() == []
    assert opened.requests() == []
    opened.close()


def test_nothing_is_drawn_before_the_size_is_known(page: Page) -> None:
    assert page.run("map.drawn.frames") == 1


def place(page: Page, point: int) -> tuple[float, float]:
    x, y = page.run(f"map.place({point})")
    box = page.run(
        "(() => { const b = document.getElementById('marks').getBoundingClientRect(); return [b.x, b.y]; })()"
    )
    return x + box[0], y + box[1]


def row(x: int, y: int) -> int:
    return 30 * x + y


def ink(page: Page) -> int:
    """How many pixels are drawn."""
    script = """(() => { const c = document.getElementById('dots');
        const p = new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer);
        return p.reduce((n, pixel) => n + (pixel !== p[0]), 0); })()"""
    return page.run(script)


def test_the_mouse_shows_a_points_picture_class_and_name(page):
    for point, grey in ((row(3, 4), 0), (row(25, 20), 255)):
        page.mouse("mouseMoved", *place(page, point))
        page.wait(f"document.getElementById('thumb').dataset.drawn === '{point}'")
        assert page.run(CHOSEN) == f"{point // 30},{point % 30}"
        assert page.run("document.getElementById('class').textContent") == ["red", "green", "blue"][point % 3]
        middle = "[...document.getElementById('thumb').getContext('2d').getImageData(4, 4, 1, 1).data]"
        assert abs(page.run(middle)[0] - grey) < 8
    page.mouse("mouseMoved", 5, 5)
    page.wait("document.getElementById('card').hidden")


def test_up_is_up(page):
    assert place(page, row(3, 20))[1] < place(page, row(3, 4))[1]
    assert place(page, row(20, 3))[0] > place(page, row(4, 3))[0]


def test_the_wheel_zooms_about_the_mouse_and_a_drag_moves(page):
    x, y = place(page, row(10, 10))
    before = page.run("map.view.k")
    page.mouse("mouseWheel", x, y, deltaX=0, deltaY=-400)
    page.settle()
    assert page.run("map.view.k") > 1.5 * before
    assert place(page, row(10, 10)) == pytest.approx((x, y), abs=0.5)
    page.drag((x, y), (x + 90, y - 60))
    assert place(page, row(10, 10)) == pytest.approx((x + 90, y - 60), abs=6)
    page.click("#all")
    assert page.run("map.view.k") == pytest.approx(before)


def test_the_legend_hides_a_class_from_sight_and_from_the_mouse(page):
    before = ink(page)
    page.click("#legend button")
    assert page.run("document.querySelector('#legend button').getAttribute('aria-pressed')") == "false"
    assert 0.5 * before < ink(page) < 0.8 * before
    assert row(10, 9) % 3 == 0
    for point in (row(10, 9), row(10, 10)):  # the first is hidden
        page.mouse("mouseMoved", *place(page, point))
        page.settle()
        assert page.run("map.chosen") == (point if point % 3 else -1)
    page.click("#legend button:nth-child(2)", times=2)
    assert page.run("map.shown") == [False, True, False]
    page.click("#legend button:last-child")
    assert page.run("map.shown") == [True, True, True]
    assert abs(ink(page) - before) < 0.02 * before


def test_dots_are_round_and_in_their_colours(page):
    """The pixels round a dot, against discs as they should be: the share of its colour by the distance to its edge."""
    page.run("map.zoom(3)")
    page.settle()
    point = row(15, 14)
    x, y = (round(value) for value in page.run(f"map.place({point})"))
    script = f"[...document.getElementById('dots').getContext('2d').getImageData({x - 9}, {y - 9}, 19, 19).data]"
    pixels = torch.tensor(page.run(script), dtype=torch.float32).view(19, 19, 4)
    away = torch.arange(-9, 10.0)
    share = (page.run("map.drawn.radius") + 0.5 - torch.hypot(away[:, None], away)).clamp(0, 1)[..., None]
    paper, colour = torch.tensor([254.0, 254, 253]), torch.tensor([[63.0, 144, 218], [255, 169, 14], [189, 31, 1]])
    expected = share * colour[point % 3] + (1 - share) * paper
    assert page.run("map.drawn.radius") > 4
    assert (pixels[..., 3] == 255).all()
    assert (pixels[..., :3] - expected).abs().max() < 12


def test_the_keyboard_walks_from_point_to_point(page):
    page.run("document.getElementById('marks').focus()")
    page.key("ArrowRight")
    x, y = map(int, page.run(CHOSEN).split(","))
    page.key("ArrowRight")
    page.key("ArrowUp")
    assert page.run(CHOSEN) == f"{x + 1},{y + 1}"
    page.key("ArrowLeft")
    page.key("ArrowDown")
    assert page.run(CHOSEN) == f"{x},{y}"
    assert page.run("document.getElementById('said').textContent").endswith(f"{x},{y}")
    before = page.run("map.view.k")
    page.key("+")
    assert page.run("map.view.k") == pytest.approx(1.5 * before)
    page.key("0")
    assert page.run("map.view.k") == pytest.approx(before)


def test_a_phone(browser, address):
    page = browser.open(address, width=380, height=780, phone=True, dark=True)
    page.wait("window.map && map.drawn.frames > 0")
    assert page.run("document.documentElement.scrollWidth") == 380
    x, y = place(page, row(12, 7))
    for kind, points in (("touchStart", [{"x": x, "y": y}]), ("touchEnd", [])):
        page.call("Input.dispatchTouchEvent", type=kind, touchPoints=points)
    page.settle()
    assert page.run(CHOSEN) == "12,7"
    before = page.run("map.view.k")
    for kind, half in (("touchStart", 30), ("touchMove", 45), ("touchMove", 60), ("touchEnd", 0)):
        fingers = [{"x": x - half, "y": y, "id": 0}, {"x": x + half, "y": y, "id": 1}] if half else []
        page.call("Input.dispatchTouchEvent", type=kind, touchPoints=fingers)
    page.settle()
    assert page.run("map.view.k") == pytest.approx(2 * before, rel=0.15)
    ground = page.run("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(18, 20, 23)"
    page.run("map.zoom(0.01)")
    page.settle()
    corner = "[...document.getElementById('dots').getContext('2d').getImageData(0, 0, 1, 1).data]"
    assert page.run(corner) == [23, 25, 29, 255]
    page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "light"}])
    page.settle()
    assert page.run(corner) == [254, 254, 253, 255]
    assert page.complaints() == []
    page.close()


def test_the_page_cannot_reach_the_network(page):
    answer = page.run("fetch('https://example.org/').then(() => 'reached', () => 'refused')")
    assert answer == "refused"
    page.run("0")
    page.browser.events.clear()  # the refusal itself is a complaint, and the test of it
