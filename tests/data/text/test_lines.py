import numpy as np
import pytest
import torch
from PIL import Image

from autoencode.data import TextLines, load, recipe_kind_of
from autoencode.data.text.vocabulary import Characters, Words
from autoencode.errors import ArgumentError, DataError

SENTENCES = [
    f"The {animal} {verb} {where}."
    for animal in ("cat", "dog", "bird")
    for verb in ("sat", "ran")
    for where in ("here", "there", "home", "away")
]


@pytest.fixture
def sentences(tmp_path):
    path = tmp_path / "sentences.txt"
    path.write_text("\n".join(SENTENCES) + "\n")
    return path


def test_a_line_is_an_example(sentences):
    data = load(sentences)
    assert isinstance(data.modality, TextLines)
    assert isinstance(data.vocabulary, Words)
    assert data.data_shape == (6,)
    assert sum(data.split.sizes.values()) == 24
    assert data.modality.description == f"lines of up to 5 words, {len(data.vocabulary.entries)} different"
    lines = data.vocabulary.decode(data.train.inputs())
    assert set(lines) <= {line.lower() for line in SENTENCES}
    assert data.train.inputs().dtype == torch.float32
    assert "read as text, a line an example, made of words (say --tokens characters for the other way)" in data.notes


def test_the_same_options_give_the_same_data_again(sentences):
    data = load(sentences, tokens="characters", seed=3)
    again = load(data.source, **data.options)
    assert isinstance(data.vocabulary, Characters)
    assert again.fingerprint == data.fingerprint
    assert again.vocabulary == data.vocabulary
    assert torch.equal(again.test.x, data.test.x)


def test_words_that_the_training_part_has_once_are_unknown(tmp_path):
    (tmp_path / "a.txt").write_text("\n".join([*SENTENCES * 4, "the zebra sat here."]))
    data = load(tmp_path / "a.txt")
    assert "zebra" not in data.vocabulary.entries
    assert any("% of all are others, which the model knows as <unknown>" in note for note in data.notes)
    assert any(note.startswith("72 lines repeat another one") for note in data.notes)


@pytest.mark.parametrize(
    ("encoding", "noted"), [("utf-8", False), ("utf-8-sig", False), ("utf-16", False), ("cp1252", True)]
)
def test_encodings_are_known_by_their_bytes(tmp_path, encoding, noted):
    (tmp_path / "a.txt").write_bytes("\r\n".join(["Der Bär saß hier."] * 9).encode(encoding))
    data = load(tmp_path / "a.txt")
    assert data.vocabulary.decode(data.test.x) == ["der bär saß hier."]
    assert any("read as Windows-1252" in note for note in data.notes) == noted


def test_empty_lines_and_what_cannot_be_printed_are_passed_over(tmp_path):
    (tmp_path / "a.txt").write_text("\n\n".join(["  a\tb\x1b[31m c  "] * 5) + "\n   \n")
    data = load(tmp_path / "a.txt", tokens="characters")
    assert data.vocabulary.decode(data.train.x[:1]) == ["a b [31m c"]
    assert sum(data.split.sizes.values()) == 5


def test_very_long_lines_are_cut_and_it_is_said(tmp_path):
    (tmp_path / "a.txt").write_text("\n".join([*SENTENCES, "word " * 500]))
    data = load(tmp_path / "a.txt", tokens="words")
    assert data.data_shape == (61,)
    assert "1 lines are longer than 60 words and are cut there" in data.notes


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "holds no line of text"),
        (b"\n \n\n", "holds no line of text"),
        (bytes(range(256)) * 20, "is no text: expected a line of text for each example"),
        (bytes([1, 2, 3, 4, 5, 200, 201]) * 50, "is no text: expected a line of text for each example"),
        (b"a single line of text", "lines found: 1; at least 3 are needed"),
    ],
)
def test_what_is_no_text_is_an_error_of_one_line(tmp_path, content, message):
    (tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(DataError, match=message) as found:
        load(tmp_path / "a.txt")
    assert "\n" not in str(found.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"labels": "x.csv"}, "--labels does not apply to sentences.txt: leave it out"),
        ({"size": 8}, "--size does not apply"),
        ({"values": "0-255"}, "--values does not apply"),
        ({"tokens": "letters"}, "--tokens takes auto, words, characters, byte-pairs, not 'letters'"),
    ],
)
def test_options_of_other_data_are_refused(sentences, options, message):
    with pytest.raises(ArgumentError, match=message):
        load(sentences, **options)


def test_other_data_refuse_the_option_of_text():
    with pytest.raises(ArgumentError, match="--tokens does not apply to this array"):
        load(np.zeros((9, 5)), tokens="words")
    with pytest.raises(ArgumentError, match="--tokens does not apply to digits"):
        load("digits", tokens="words")


def test_a_folder_of_text_is_all_its_lines(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "a.txt").write_text("\n".join(SENTENCES[:12]))
    (tmp_path / "b" / "c.txt").write_text("\n".join(SENTENCES[12:]))
    (tmp_path / "broken.txt").write_bytes(b"\0" * 50)
    data = load(tmp_path)
    assert sum(data.split.sizes.values()) == 24
    assert data.notes[0] == "24 lines of 2 files of text"
    assert [skip.file for skip in data.skipped] == ["broken.txt"]
    assert load(data.source, **data.options).fingerprint == data.fingerprint


def test_a_folder_without_any_text_that_can_be_read_says_why(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"\0" * 50)
    with pytest.raises(DataError, match=r"holds no text that can be read: .*is no text"):
        load(tmp_path)


def test_a_folder_of_pictures_stays_one_beside_a_readme(tmp_path):
    (tmp_path / "readme.txt").write_text("my pictures\nof nothing\nat all")
    for name in "abc":
        Image.new("L", (8, 8)).save(tmp_path / f"{name}.png")
    assert load(tmp_path).data_shape == (1, 8, 8)
    assert recipe_kind_of(tmp_path) == "images"


def test_a_quick_look_finds_text(sentences, tmp_path):
    assert recipe_kind_of(str(sentences)) == recipe_kind_of(tmp_path) == "text"
    assert recipe_kind_of("no such file.txt") == "images"
    assert recipe_kind_of(np.zeros((9, 5))) == "vectors"


def test_words_that_no_vocabulary_holds_are_said(tmp_path):
    (tmp_path / "a.txt").write_text("\n".join([f"a word and a {'x' * 61}"] + ["a word and a word"] * 20))
    data = load(tmp_path / "a.txt", tokens="words")
    assert any(note.startswith("1 of the words is read as <unknown>: longer than 60 characters") for note in data.notes)


def test_subfolders_of_parts_are_kept(tmp_path):
    for part, n in (("test", 2), ("train", 6)):
        (tmp_path / part).mkdir()
        (tmp_path / part / "a.txt").write_text("".join(f"{part} line {number} of it\n" for number in range(n)))
    (tmp_path / "notes.txt").write_text("a line of no part\n")
    data = load(tmp_path)
    assert data.split.sizes == {"train": 5, "validation": 1, "test": 2}
    assert data.split.test.tolist() == [6, 7]
    assert any(note.startswith("parts from subfolders: train 6, test 2 lines") for note in data.notes)
    assert "beside the subfolders of the parts" in data.skipped[0].reason
    assert load(tmp_path, **data.options).fingerprint == data.fingerprint
    assert sum(load(tmp_path, parts="random").split.sizes.values()) == 9
