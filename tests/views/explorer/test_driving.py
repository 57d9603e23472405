"""The page in a real browser: dragged, touched, typed at."""

import io
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from autoencode.portable import trace
from autoencode.views.explorer import write_explorer

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("explorer") / "e.html"
    write_explorer(path, content())
    return path.as_uri()


@pytest.fixture
def page(browser, address):
    opened = browser.open(address)
    opened.settle()
    yield opened
    assert opened.complaints() == []
    assert opened.requests() == []
    opened.close()


def written(tmp_path, content):
    write_explorer(tmp_path / "e.html", content)
    return (tmp_path / "e.html").as_uri()


def code(page):
    return torch.tensor(page.run("explorer.code"))


def place(page):
    return page.run("explorer.onPlane()")


def shown(page):
    """The grey levels on the canvas."""
    pixels = page.run(
        "(() => { const c = document.getElementById('picture'), copy = document.createElement('canvas'); "
        "copy.width = c.width; copy.height = c.height; copy.getContext('2d').drawImage(c, 0, 0); "
        "return [c.height, ...copy.getContext('2d').getImageData(0, 0, c.width, c.height).data]; })()"
    )
    return torch.tensor(pixels[1:], dtype=torch.float32).view(pixels[0], -1, 4)[..., 0]


def is_decoded(page, ramps):
    expected = (ramps(code(page)[None])[0, 0] * 255).round()
    return (shown(page) - expected).abs().max() <= 1


def test_a_drag_moves_the_code_to_where_it_ends_and_shows_its_picture(page, ramps):
    x, y, half, _ = page.middle("#pad")
    before = shown(page)
    page.drag((x, y), (x + 0.5 * half, y - 0.25 * half))
    to = page.run("explorer.toPad(explorer.onPlane())")
    assert to == pytest.approx([1.5 * half, 0.75 * half], abs=1)
    assert place(page)[0] > 0.3
    assert place(page)[1] > 0
    assert not torch.equal(before, shown(page))
    assert is_decoded(page, ramps)


def test_a_drag_beyond_the_edge_stays_inside(page):
    x, y, half, _ = page.middle("#pad")
    page.drag((x, y), (x + 3 * half, y + 0.5 * half))
    assert page.run("explorer.toPad(explorer.onPlane())") == pytest.approx([2 * half, 1.5 * half], abs=1)
    ended = place(page)
    page.mouse("mouseMoved", x, y)
    page.settle()
    assert place(page) == ended  # nothing is held any more


def test_many_moves_are_few_frames(page):
    moves = "for (let i = 0; i < 50; i++) explorer.show([i / 50, 0]);"
    before = page.run(f"(() => {{ const frames = explorer.times.length; {moves} return frames; }})()")
    page.settle()
    assert page.run("explorer.times.length") - before <= 2
    assert code(page)[0] == pytest.approx(0.98)


def test_a_finger_on_a_phone(browser, address, ramps):
    page = browser.open(address, width=390, height=844, phone=True)
    page.settle()
    assert page.run("document.documentElement.scrollWidth") == 390
    before = x, y, half, _ = page.middle("#pad")
    page.swipe((x, y), (x - 0.5 * half, y + 0.5 * half))
    assert page.middle("#pad") == before, "the map moved under the finger"
    assert page.run("explorer.toPad(explorer.onPlane())") == pytest.approx([0.5 * half, 1.5 * half], abs=1.5)
    assert is_decoded(page, ramps)
    assert page.run("scrollY") < 200, "the page scrolled under the finger"
    box = page.run(
        "(() => { const b = document.getElementById('picture').getBoundingClientRect(); return [b.top, b.bottom]; })()"
    )
    assert 0 <= box[0] < box[1] <= 844, "the picture is out of sight"
    assert page.complaints() == []
    page.close()


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_words_that_change_move_nothing(browser, tmp_path, content, width):
    long = ["left", "in the middle, which takes more words than there is room for", "right"]
    page = browser.open(written(tmp_path, content(30, classes=long)), width=width, height=844, phone=width < 800)
    places = "[...document.querySelectorAll('button, canvas, h2')].map(e => e.getBoundingClientRect().y + scrollY)"
    before = page.run(places)
    for example in range(0, 40, 3):
        page.run(f"explorer.show(explorer.codeOf({example}))")
        page.settle()
        assert page.run(places) == before
    assert "ms per frame" in page.run("document.getElementById('time').textContent")
    page.close()


def test_one_finger_moves_the_point(browser, address):
    page = browser.open(address, width=390, height=844, phone=True)
    page.settle()
    x, y, half, _ = page.middle("#pad")
    first = {"x": x + 0.3 * half, "y": y, "id": 0}
    for kind, points in (
        ("touchStart", [first]),
        ("touchStart", [first, {"x": x, "y": y, "id": 1}]),
        ("touchMove", [first, {"x": x - 0.5 * half, "y": y, "id": 1}]),
        ("touchEnd", [first]),
    ):
        page.call("Input.dispatchTouchEvent", type=kind, touchPoints=points)
    page.settle()
    assert page.run("explorer.toPad(explorer.onPlane())") == pytest.approx([1.3 * half, half], abs=1.5)
    page.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
    page.close()


@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("dims", [2, 30])
def test_no_screen_scrolls_sideways(browser, tmp_path, content, width, dims):
    page = browser.open(written(tmp_path, content(dims)), width=width, height=700)
    page.settle()
    assert page.run("document.documentElement.scrollWidth") == width
    page.close()


def test_a_slider_by_mouse_and_by_keys(page, ramps):
    first = page.run("document.querySelector('#sliders input').id")
    assert first == "z1"  # the second dimension has the larger KL
    x, y, half, _ = page.middle("#z1")
    other = code(page)[0]
    page.press(x + 0.5 * half, y)
    page.settle()
    moved = code(page)
    assert moved[1] > 0.3
    assert moved[0] == other
    page.key("ArrowRight")
    assert code(page)[1] > moved[1]
    assert is_decoded(page, ramps)
    page.press(x, y, times=2)
    page.settle()
    mean = page.run("JSON.parse(document.getElementById('data').textContent).latent.mean[1]")
    assert code(page)[1] == pytest.approx(mean, abs=1e-5)


def test_the_pad_by_keys(page):
    page.run("document.getElementById('pad').focus()")
    x, y = place(page)
    page.key("ArrowRight")
    page.key("ArrowUp")
    small = place(page)
    assert small[0] > x
    assert small[1] > y
    page.key("ArrowLeft", shift=True)
    large = place(page)
    assert small[0] - large[0] == pytest.approx(5 * (small[0] - x), rel=1e-3)
    assert large[1] == pytest.approx(small[1], abs=1e-6)


def test_tab_reaches_everything_and_the_focus_is_seen(page):
    reached = []
    for _ in range(40):
        page.key("Tab")
        reached.append(
            page.run("document.activeElement.id || document.activeElement.className || document.activeElement.tagName")
        )
        if page.run("document.activeElement.matches(':focus-visible')"):
            assert page.run("parseFloat(getComputedStyle(document.activeElement).outlineWidth)") >= 2
    for wanted in ("random", "reset", "save", "pad", "end-a", "morph", "play", "take-a", "end-b", "z0", "z1"):
        assert wanted in reached
    nameless = page.run(
        "[...document.querySelectorAll('button, input, select, [tabindex]')].filter(e => !e.hidden && "
        "!(e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.length)).length"
    )
    assert nameless == 0


def test_keys_draw_at_random_and_go_back(page, ramps):
    start = code(page)
    page.key("n")
    first = code(page)
    assert not torch.equal(start, first)
    assert is_decoded(page, ramps)
    page.key("n")
    assert not torch.equal(first, code(page))
    page.key("r")
    assert torch.equal(start, code(page))


def test_the_draws_are_the_prior_s(browser, tmp_path, content):
    draws = "Array.from({ length: 4000 }, () => explorer.draw())"
    page = browser.open(written(tmp_path, content()))
    z = torch.tensor(page.run(draws))
    assert z.mean(0).abs().max() < 5 / 4000**0.5
    assert (z.T.cov() - torch.eye(2)).abs().max() < 5 * (2 / 4000) ** 0.5
    assert page.run("document.getElementById('random').title") == "Sample codes from the standard normal prior (N)"
    page.close()
    mixture = {
        "kind": "mixture",
        "seed": 1,
        "weights": torch.tensor([0.25, 0.75]),
        "locs": torch.tensor([[-9.0, 0.0], [9.0, 2.0]]),
        "factors": torch.tensor([[[1.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.6, 0.8]]]),
        "shift": torch.tensor([1.0, 0.0]),
        "scale": torch.tensor([2.0, 1.0]),
    }
    page = browser.open(written(tmp_path, content(prior=mixture)))
    z = torch.tensor(page.run(draws))
    right = z[:, 0] > 0
    assert right.float().mean().item() == pytest.approx(0.75, abs=5 * (0.75 * 0.25 / 4000) ** 0.5)
    assert z[right].mean(0).tolist() == pytest.approx([19.0, 2.0], abs=0.2)
    assert z[right].T.cov().flatten().tolist() == pytest.approx([4.0, 1.2, 1.2, 1.0], abs=0.4)
    assert z[~right].mean(0).tolist() == pytest.approx([-17.0, 0.0], abs=0.4)
    page.close()
    kept = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    page = browser.open(
        written(tmp_path, content(prior={"kind": "draws", "codes": kept, "byContext": False, "seed": 0}))
    )
    z = torch.tensor(page.run("Array.from({ length: 50 }, () => explorer.draw())"))
    assert {tuple(row) for row in z.tolist()} == {(1.0, 2.0), (3.0, 4.0)}
    page.close()


@pytest.mark.parametrize("by_context", [True, False])
def test_samples_of_a_conditional_model(browser, tmp_path, content, by_context):
    kept = torch.arange(12.0).view(6, 2)
    prior = {"kind": "draws", "words": "codes", "codes": kept, "byContext": by_context, "seed": 0}
    page = browser.open(written(tmp_path, content(prior=prior, contexts=["left", "middle", "right"])))
    for context in range(3):
        page.run(f"explorer.setContext({context})")
        z = torch.tensor(page.run("Array.from({ length: 80 }, () => explorer.draw())"))
        expected = kept[2 * context : 2 * context + 2] if by_context else kept
        assert {tuple(row) for row in z.tolist()} == {tuple(row) for row in expected.tolist()}
    page.close()


def test_a_morph_goes_from_a_to_b_in_a_straight_line(page, ramps):
    a, b = (torch.tensor(end) for end in page.run("explorer.ends"))
    assert not torch.equal(a, b)
    x, y, half, _ = page.middle("#morph")
    page.drag((x - half + 8, y), (x, y))
    assert torch.allclose(code(page), (a + b) / 2, atol=0.03 * (b - a).abs().max().item())
    assert is_decoded(page, ramps)
    page.key("End")
    assert torch.allclose(code(page), b)


def test_the_ends_are_chosen_on_the_map_among_examples_and_from_what_is_shown(page):
    codes = torch.tensor(page.run("Array.from({ length: 40 }, (_, i) => [...explorer.codeOf(i)])"))
    page.click("#end-b")
    assert page.run("document.getElementById('end-b').getAttribute('aria-pressed')") == "true"
    x, y, half, _ = page.middle("#pad")
    left, top = page.run(f"explorer.toPad({codes[7].tolist()})")
    page.press(x - half + left, y - half + top)
    page.settle()
    assert page.run("explorer.ends[1]") == codes[7].tolist()
    assert code(page).tolist() == codes[7].tolist()
    assert page.run("document.getElementById('end-b').getAttribute('aria-pressed')") == "false"
    page.click("#end-a")
    page.click("#strip button:nth-child(3)")
    third = int(page.run("document.querySelector('#strip button:nth-child(3)').dataset.example"))
    assert page.run("explorer.ends[0]") in codes.tolist()
    assert third in range(40)
    page.run("explorer.show([0.5, -0.5])")
    page.click("#take-a")
    assert page.run("explorer.ends[0]") == [0.5, -0.5]


def test_play_moves_by_itself_until_it_is_stopped(page):
    before = code(page)
    page.click("#play")
    page.wait(f"explorer.code[0] !== {before[0].item()}")
    page.click("#play")
    stopped = code(page)
    page.settle()
    assert torch.equal(stopped, code(page))


def test_the_nearest_examples_are_near_and_lead_to_their_codes(page):
    page.run("explorer.show([0.4, 0.1])")
    page.settle()
    nearest = page.run("explorer.nearest([0.4, 0.1], 8)")
    there = page.run("[...document.querySelectorAll('#strip button')].map(b => Number(b.dataset.example))")
    assert there == nearest
    words = page.run("document.querySelector('#strip span').textContent")
    assert words in ("left", "middle</script><b>", "right")
    page.click("#strip button:nth-child(2)")
    assert page.run(f"explorer.nearest(explorer.code, 1)[0] === {nearest[1]}")


def test_a_number_that_never_varies_does_not_hide_who_is_near(browser, tmp_path, content):
    made = content(3)
    codes, scale = made.examples.codes.clone(), made.latent.scale.clone()
    codes[:, 2] = scale[2] = 0
    dead = replace(made, latent=replace(made.latent, scale=scale), examples=replace(made.examples, codes=codes))
    page = browser.open(written(tmp_path, dead))
    far = ((codes - codes[7]) / scale)[:, :2].square().sum(1)
    assert page.run("explorer.nearest(explorer.codeOf(7), 8)") == far.argsort()[:8].tolist()
    page.close()


def test_a_thumbnail_is_its_example(page, ramps):
    page.run("explorer.show(explorer.ends[1])")
    page.settle()
    pixels = page.run("[...document.querySelector('#strip canvas').getContext('2d').getImageData(0, 0, 8, 8).data]")
    found = torch.tensor(pixels, dtype=torch.float32).view(8, 8, 4)[..., 0]
    assert (found - (ramps(code(page)[None])[0, 0] * 255)).abs().max() <= 1


def test_save_writes_what_is_shown_large(browser, address, tmp_path):
    page = browser.open(address, downloads=tmp_path)
    page.settle()
    page.run("explorer.show([1.5, -0.25])")
    page.settle()
    picture = shown(page)
    page.key("s")
    page.run("new Promise(done => setTimeout(done, 1000))")
    saved = tmp_path / "two ramps_1.50_-0.25.png"
    for _ in range(40):
        if saved.exists():
            break
        page.run("new Promise(done => setTimeout(done, 250))")
    with Image.open(io.BytesIO(saved.read_bytes())) as image:
        assert image.size == (512, 512)
        pixels = np.array(image.convert("L")).astype(float)
    assert np.abs(pixels[32::64, 32::64] - picture.numpy()).max() <= 1
    page.close()


def test_one_class_alone(page):
    before = page.run("document.getElementById('pad').toDataURL()")
    page.click("#legend button:nth-child(2)")
    assert page.run("document.querySelector('#legend button:nth-child(2)').getAttribute('aria-pressed')") == "true"
    assert page.run("document.getElementById('pad').toDataURL()") != before
    page.click("#legend button:nth-child(2)")
    assert page.run("document.getElementById('pad').toDataURL()") == before


def test_dark_and_light(browser, address):
    grounds = []
    for dark in (False, True):
        page = browser.open(address, dark=dark)
        page.settle()
        grounds.append(page.run("getComputedStyle(document.body).backgroundColor"))
        page.close()
    assert grounds == ["rgb(250, 249, 247)", "rgb(18, 20, 23)"]


def test_of_many_numbers_the_first_sixteen_and_then_all(browser, tmp_path, content, ramps):
    page = browser.open(written(tmp_path, content(30)))
    page.settle()
    assert page.run("document.querySelectorAll('#sliders input').length") == 16
    page.click("#more")
    assert page.run("document.querySelectorAll('#sliders input').length") == 30
    assert page.run("document.querySelector('#sliders input').id") == "z29"
    x, y, half, _ = page.middle("#pad")
    before = code(page)
    page.drag((x, y), (x + 0.4 * half, y))
    assert torch.allclose(code(page)[2:], before[2:])  # only the plane's own two numbers moved
    assert code(page)[0] != before[0]
    assert is_decoded(page, ramps)
    page.close()


SUPPORTS = {
    "unit": lambda z: z.min() >= 0 and z.max() <= 1,
    "positive": lambda z: z.min() >= 0,
    "simplex": lambda z: z.min() >= 0 and abs(z.sum() - 1) < 1e-5,
    "sphere": lambda z: abs(z.norm() - 1) < 1e-5,
}


@pytest.mark.parametrize("support", SUPPORTS)
def test_codes_stay_where_codes_may_lie(browser, tmp_path, content, support):
    made = content(4)
    page = browser.open(written(tmp_path, replace(made, latent=replace(made.latent, support=support))))
    for wanted in ([3.0, -2.0, 0.5, 0.25], [-1.0, -1.0, -1.0, -1.0], [0.0, 0.0, 0.0, 0.0]):
        page.run(f"explorer.show({wanted})")
        assert SUPPORTS[support](code(page))
    page.close()


def test_a_conditional_model(browser, tmp_path, content):
    conditions = list(torch.eye(3).split(1))
    ramps = torch.linspace(-3, 3, 192).view(3, 64)
    decoder = trace(
        lambda z, c: torch.sigmoid(z @ torch.ones(2, 64) + c @ ramps).view(-1, 1, 8, 8), torch.zeros(1, 2), conditions
    )
    made = content()
    examples = replace(made.examples, contexts=made.examples.labels)
    page = browser.open(
        written(tmp_path, replace(made, decoder=decoder, contexts=["left", "middle", "right"], examples=examples))
    )
    page.settle()
    first = page.run("explorer.context")
    pictures = []
    for i in range(3):
        page.run(f"explorer.setContext({i})")
        page.settle()
        pictures.append(shown(page))
        expected = torch.sigmoid(code(page).sum() + ramps[i].view(8, 8)) * 255
        assert (pictures[-1] - expected).abs().max() <= 1
    page.key("r")
    assert page.run("explorer.context") == first
    page.close()


def test_without_classes(browser, tmp_path, content):
    made = content()
    bare = replace(made, examples=replace(made.examples, labels=None, position_labels=None), classes=[])
    page = browser.open(written(tmp_path, bare))
    page.settle()
    assert page.run("document.getElementById('legend').children.length") == 0
    assert "nearest" not in page.run("document.getElementById('where').textContent")
    assert page.complaints() == []
    page.close()
