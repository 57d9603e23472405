"""What the page shows, plays and saves, in a real browser against Python: tiny models that learned nothing."""

import io
import wave
from dataclasses import replace

import numpy as np
import pytest
import torch

from autoencode.data import Modality
from autoencode.data.modality import Chords, Sounds, TextLines, Tunes, Vectors
from autoencode.data.music.notes import FIRST_NOTE, HOLD, Notes
from autoencode.data.music.rolls import notes_of_tune
from autoencode.data.music.score import read_midi_piece
from autoencode.data.music.sound import sound_of
from autoencode.data.sound import spectrogram
from autoencode.data.sound.wav_file import WAV_MARK, wav_bytes
from autoencode.data.text.byte_pairs import BYTES, BytePairs
from autoencode.data.text.vocabulary import Characters, Words
from autoencode.distributions.token_sequences import END, TokenChoice
from autoencode.errors import CapabilityError
from autoencode.portable import trace
from autoencode.recipes import recipes
from autoencode.tasks.decoder_program import token_program
from autoencode.views.explorer import explorer_page, medium, write_explorer
from support.kernels import shaken

pytestmark = pytest.mark.browser
LENGTH, DIMS = 17, 3
TUNES = Tunes((LENGTH,), grid="8th")
LINES = TextLines((LENGTH,), vocabulary=Words(("the", "cat", "sleeps", ",", ".", '"', "(", ")", "don't")))
PAIRS = TextLines(
    (LENGTH,),
    vocabulary=BytePairs.of_merges([("t", "h"), ("Ġ", "th"), *zip(BYTES[0xC2:0xF4], BYTES[0x80:], strict=False)]),
)
SOUNDS = Sounds((1, 16, 16), rate=2000, seconds=0.4)

BLUE = """(() => {
  const { width, height } = document.getElementById("picture");
  const pixels = document.getElementById("picture").getContext("2d").getImageData(0, 0, width, height).data;
  let blue = 0;
  for (let i = 0; i < pixels.length; i += 4) blue += pixels[i + 2] - pixels[i] > 60;
  return blue / (width * height);
})()"""


class Opened:
    """A page with a tiny model of a modality.

    Args:
        modality: of its examples.
        content: as the fixture of this folder makes it.
    """

    def __init__(self, modality: Modality, content) -> None:
        self.modality, made = modality, content(DIMS)
        shown = torch.rand(40, *modality.data_shape)
        if isinstance(modality, Sounds):
            self.weight = torch.randn(DIMS, 256)
            decoder = trace(lambda z, _: self.decode(z), torch.zeros(1, DIMS))
        else:
            self.model = _writer(modality)
            decoder, shown = token_program(self.model, self.model.likelihood), self.decode(made.examples.codes)
        examples = replace(made.examples, shown=shown, labels=None, position_labels=None)
        self.content = replace(made, decoder=decoder, medium=medium(modality), examples=examples, classes=[])

    @torch.no_grad()
    def decode(self, codes):
        if isinstance(self.modality, Sounds):
            return (codes @ self.weight).sigmoid().view(-1, 1, 16, 16)
        return self.model.decode(codes).draw(TokenChoice(temperature=0.0, known_only=True))


def _writer(modality):
    torch.manual_seed(1)
    tokens = Notes().size if isinstance(modality, Tunes) else modality.vocabulary.size
    recipe, small = ("music-vae", {"plan": 6}) if isinstance(modality, Tunes) else ("text-vae", {})
    model, _ = recipes[recipe](modality.data_shape, n_tokens=tokens, latent_dim=DIMS, embedding=6, hidden=16, **small)
    for weight in shaken(model).parameters():
        weight.data.mul_(3)
    if isinstance(modality, Tunes):
        bias = model.likelihood.network.bias.data
        bias[END] += 6
        bias[FIRST_NOTE + 30 : FIRST_NOTE + 60] += 4
        bias[HOLD] += 9
    return model


@pytest.fixture(scope="module", params=[TUNES, LINES, SOUNDS], ids=["tune", "text", "sound"])
def opened(request, content):
    return Opened(request.param, content)


@pytest.fixture
def page(opened, browser, tmp_path):
    write_explorer(tmp_path / "e.html", opened.content)
    page = browser.open((tmp_path / "e.html").as_uri(), downloads=tmp_path)
    page.settle()
    yield page
    assert page.complaints() == []
    assert page.requests() == []
    page.close()


def only(*kinds):
    """Some of the media: the others are not opened."""
    return pytest.mark.parametrize("opened", kinds, ids=lambda kind: type(kind).__name__, indirect=True)


def made_of(page, codes, what="made"):
    """What the page computes for each code."""
    return page.run(f"{codes.tolist()}.map((code) => {{ const made = explorer.decode(code); return {what}; }})")


def saved(page, folder, suffix):
    page.key("s")
    page.run("new Promise((done) => setTimeout(done, 300))")
    (file,) = folder.glob(f"two ramps_*.{suffix}")
    return file


def test_it_has_no_more_than_its_kind_needs(opened):
    page = explorer_page(opened.content)
    assert ("Griffin" in page) == isinstance(opened.modality, Sounds)
    assert ("new AudioContext" in page) == (opened.modality is not LINES)
    assert ("class SequenceDecoder" in page) == (opened.modality is not SOUNDS)


def test_it_can_be_walked_through(page, opened):
    """Dragging, keys, the nearest examples, a morph and both colour schemes, without a complaint."""
    x, y, half, _ = page.middle("#pad")
    page.drag((x, y), (x + 0.4 * half, y - 0.3 * half))
    for key in "nr":
        page.key(key)
    page.click("#strip button")
    page.click("#end-b")
    page.click("#strip button:last-child")
    page.run(
        "(() => { const m = document.getElementById('morph'); m.value = 0.5; m.dispatchEvent(new Event('input')); })()"
    )
    page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    page.settle()
    assert f"Decoded {opened.content.medium.noun}" in page.run("document.querySelector('.stage').ariaLabel")


@only(TUNES)
def test_notes_are_python_s_and_are_drawn(page, opened):
    codes = torch.randn(64, DIMS)
    expected = [notes_of_tune(row) for row in opened.decode(codes)]
    assert made_of(page, codes) == [{"notes": notes.tolist(), "steps": steps} for notes, steps in expected]
    assert len({str(notes) for notes, _ in expected}) > 10
    assert max((notes[:, 1] - notes[:, 0]).max() for notes, _ in expected if len(notes)) > 1
    most = max(range(64), key=lambda i: len(expected[i][0]))
    page.run(f"explorer.show({codes[most].tolist()})")
    page.settle()
    painted = page.run(BLUE)
    assert 0.005 < painted < 0.3
    assert f"{len(expected[most][0])} notes" in page.run("document.getElementById('picture').ariaLabel")


@only(TUNES)
def test_a_tune_sounds_as_in_python(page, opened):
    codes = torch.randn(3, DIMS)
    found = made_of(page, codes, "[...explorer.medium.sound(made).samples]")
    for row, samples in zip(opened.decode(codes), found, strict=True):
        expected = sound_of(*(lambda notes, steps: (notes, "8th", steps))(*notes_of_tune(row)))
        assert np.abs(expected).max() > 0.5
        np.testing.assert_allclose(samples, expected, atol=1e-5)


@only(TUNES)
def test_midi_is_read_back(page, opened, tmp_path):
    file = saved(page, tmp_path, "mid")
    code = torch.tensor(page.run("explorer.code"))
    notes, _ = notes_of_tune(opened.decode(code[None])[0])
    (voice,) = read_midi_piece(file).voices
    np.testing.assert_allclose(voice * [2, 2, 1], notes)
    assert b"autoencode" in file.read_bytes()


@only(TUNES, SOUNDS)
def test_listen_plays_until_it_is_stopped(page, opened):
    page.click("#repeat")
    page.click("#listen")
    assert page.run("explorer.playing && document.getElementById('listen').textContent === '■ Stop'")
    assert not page.run("document.getElementById('playhead').hidden")
    page.run("explorer.show(explorer.codeOf(3))")  # played a moment later
    page.run(f"new Promise((done) => setTimeout(done, {500}))")
    assert page.run("explorer.playing")
    page.key("l")
    assert not page.run("explorer.playing")
    assert page.run("document.getElementById('playhead').hidden")


@only(SOUNDS)
def test_it_ends_by_itself_and_does_not_move_where_a_person_wants_that(page, opened):
    page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
    page.click("#listen")
    assert page.run("document.getElementById('playhead').hidden")
    page.wait("!explorer.playing")
    assert page.run("document.getElementById('listen').textContent") == "▶ Listen"


@only(LINES)
def test_lines_are_python_s_and_are_read(page, opened):
    codes = torch.randn(64, DIMS)
    expected = opened.modality.lines(opened.decode(codes))
    assert made_of(page, codes) == expected
    assert len(set(expected)) > 10
    page.run(f"explorer.show({codes[5].tolist()})")
    page.settle()
    assert page.run("document.getElementById('picture').textContent") == (expected[5] or "(nothing)")
    near = page.run("[...document.querySelectorAll('#strip p')].map((line) => line.textContent)")
    known = opened.modality.lines(opened.content.examples.shown)
    assert len(near) == 8
    assert set(near) <= {line or "(nothing)" for line in known}


@only(LINES, TextLines((LENGTH,), vocabulary=Characters(tuple("abc ."))), PAIRS)
def test_tokens_become_text_as_in_python(page, opened):
    rows = torch.randint(0, opened.modality.vocabulary.size, (200, LENGTH))
    found = page.run(f"{rows.tolist()}.map((row) => explorer.medium.lineOf(Uint32Array.from(row)))")
    assert found == opened.modality.lines(rows)


@only(LINES)
def test_a_line_is_saved(page, opened, tmp_path):
    text = page.run("document.getElementById('picture').textContent")
    assert saved(page, tmp_path, "txt").read_text() == text + "\n"


@only(LINES, TUNES)
def test_a_temperature_draws_the_same_until_it_is_drawn_again(page, opened):
    likeliest, shown = page.run("explorer.made"), "explorer.made"
    assert page.run("document.getElementById('again').disabled")
    slide = "const s = document.getElementById('temperature'); s.value = {}; s.dispatchEvent(new Event('input'));"
    page.run(f"(() => {{ {slide.format(1.5)} }})()")
    page.settle()
    drawn = page.run(shown)
    assert page.run("document.getElementById('temperature-words').value") == "1.50"
    page.run("explorer.show(explorer.code)")
    page.settle()
    assert page.run(shown) == drawn
    others = []
    for _ in range(8):
        page.click("#again")
        others.append(page.run(shown))
    assert any(other != likeliest for other in others)
    assert any(other != drawn for other in others)
    page.run(f"(() => {{ {slide.format(0)} }})()")
    page.settle()
    assert page.run(shown) == likeliest


@only(SOUNDS)
@pytest.mark.parametrize(("rounds", "atol"), [(0, 1e-4), (4, 1e-3)])
def test_phases_are_found_as_in_python(browser, tmp_path, opened, monkeypatch, rounds, atol):
    """After many rounds the last digits of 32 and 64 bits decide between phases that fit as well."""
    monkeypatch.setattr(spectrogram, "ROUNDS", rounds)
    write_explorer(tmp_path / "e.html", replace(opened.content, medium=medium(SOUNDS)))
    page = browser.open((tmp_path / "e.html").as_uri())
    codes = torch.randn(2, DIMS)
    found = made_of(page, codes, "[...explorer.medium.sound(made).samples]")
    for x, samples in zip(opened.decode(codes), found, strict=True):
        np.testing.assert_allclose(samples, SOUNDS.samples(x), atol=atol)
    page.close()


@only(SOUNDS)
def test_a_sound_has_the_spectrogram_that_is_shown_as_nearly_as_python_s(page, opened):
    codes = torch.randn(3, DIMS)
    how = SOUNDS.spectrogram
    for x, samples in zip(
        opened.decode(codes), made_of(page, codes, "[...explorer.medium.sound(made).samples]"), strict=True
    ):
        errors = [(how.of(torch.tensor(each).float()) - x).norm() for each in (samples, SOUNDS.samples(x))]
        assert errors[0] < 1.1 * errors[1]


@only(SOUNDS)
def test_wav_is_as_python_writes_it(page, opened, tmp_path):
    file = saved(page, tmp_path, "wav")
    samples = np.array(page.run("[...explorer.medium.sound(explorer.made).samples]"))
    ours, python_s = file.read_bytes(), wav_bytes(samples, 2000)
    assert WAV_MARK in ours
    assert len(ours) == len(python_s)
    assert ours[:44] == python_s[:44]
    with wave.open(io.BytesIO(ours)) as read:
        found = np.frombuffer(read.readframes(800), "<i2")
    assert np.abs(found - np.rint(samples * 32767)).max() <= 1


@only(SOUNDS)
def test_slow_rates_are_played_faster(page, opened):
    """Browsers play 3,000 samples a second or more."""
    found = page.run("audible({ samples: Float32Array.from([0, 1, 0.5]), rate: 2000, seconds: 0.0015 })")
    assert found["rate"] == 4000
    assert list(found["samples"].values()) == [0, 0.5, 1, 0.75, 0.5, 0.5]


def test_what_it_cannot_show_is_one_line():
    with pytest.raises(
        CapabilityError, match="decodes vectors, and the explorer shows pictures, tunes, text and sounds"
    ):
        medium(Vectors((5,)))
    with pytest.raises(CapabilityError, match=r"a code for each step of a piece.*tunes of one voice \(music-vae\)"):
        medium(Chords((9, 88)))


@pytest.mark.parametrize("width", [320, 1280])
def test_what_changes_moves_nothing(browser, tmp_path, opened, width):
    write_explorer(tmp_path / "e.html", opened.content)
    page = browser.open((tmp_path / "e.html").as_uri(), width=width, height=844, phone=width < 800)
    page.settle()
    assert page.run("document.documentElement.scrollWidth") == width
    places = "[...document.querySelectorAll('button, canvas, h2')].map((e) => e.getBoundingClientRect().y + scrollY)"
    page.run("for (let i = 0; i < 9; i++) setTimeout(() => explorer.show(explorer.codeOf(i)), 30 * i)")
    page.settle()
    page.settle()
    before = page.run(places)
    for example in range(10, 40, 9):
        page.run(f"explorer.show(explorer.codeOf({example}))")
        page.settle()
        assert page.run(places) == before
    page.close()
