"""Byte pairs: every text comes back, and nothing is learned from what is held out."""

import json
import sys

import pytest
import torch
from tokenizers import Tokenizer, decoders
from tokenizers.pre_tokenizers import ByteLevel

from autoencode.data import load
from autoencode.data.text.byte_pairs import BYTES, BytePairs, learn_byte_pairs
from autoencode.data.text.vocabulary import MAX_ENTRY, clean_line
from autoencode.distributions.token_sequences import UNKNOWN
from autoencode.errors import CapabilityError

SENTENCES = [
    f"The {animal} {verb} {where}."
    for animal in ("cat", "dog", "bird")
    for verb in ("isn't", "was", "will be")
    for where in ("here", "there", "at home", "away", "läuft nach Hause", "我们去公园")
]


@pytest.fixture(scope="module")
def pairs():
    return learn_byte_pairs(SENTENCES * 5)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "sentences.txt"
    path.write_text("\n".join(SENTENCES * 5))
    return path


def test_a_sign_for_each_byte_is_that_of_the_library():
    assert set(BYTES) == set(ByteLevel.alphabet())
    assert len(set(BYTES)) == 256
    assert all(sign.isprintable() for sign in BYTES)
    for text in ("a b!", "é", "我", "\U0001f600", "\x00\x1f\x7f\xad"):
        assert (
            "".join(BYTES[byte] for byte in text.encode())
            == ByteLevel(add_prefix_space=False, use_regex=False).pre_tokenize_str(text)[0][0]
        )


def everything():
    """Each character of Unicode once, in lines of 40, and lines that could be read in another way."""
    whole = "".join(chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000)
    return [
        *(whole[begin : begin + 40] for begin in range(0, len(whole), 4000)),
        *(whole[begin : begin + 40] for begin in range(0, 0x3000, 40)),
        "The cat ISN'T here",
        "<unknown>",
        "Ġ Ċ Ã©",
        "\ufeffa\ufeff",
        "e\u0301 नमस्ते ไทย 👩‍👩‍👧",
        "\ufffd",
        "a" * 500,
    ]


def test_every_text_comes_back_and_nothing_is_unknown(pairs):
    lines = [line for line in map(clean_line, everything()) if line]
    assert len(lines) > 300
    rows, note = pairs.read(lines, 1001)
    assert note is None
    assert not (rows == UNKNOWN).any()
    assert pairs.decode(rows) == lines


def test_tokens_are_those_of_the_library(pairs):
    library = Tokenizer.from_str(pairs._tokenizer.to_str())
    library.decoder = decoders.ByteLevel()
    for line in SENTENCES:
        tokens = pairs.merged(pairs.split(line))
        assert len(tokens) < len(line.encode()) / 2
        assert library.decode([pairs.entries.index(token) for token in tokens]) == line == pairs.join(tokens)
    assert "Ġisn't" in pairs.entries
    assert pairs.merged(pairs.split("The cat")) == ["The", "Ġcat"]


def test_what_is_learned_is_the_same_each_time_and_in_bounds(pairs):
    again = learn_byte_pairs(SENTENCES * 5)
    assert again == pairs
    assert pairs.entries[:256] == BYTES
    assert len(set(pairs.entries)) == len(pairs.entries) <= 256 + len(pairs.merges)
    assert max(map(len, learn_byte_pairs(["ab" * 200] * 40).entries)) <= MAX_ENTRY
    assert BytePairs.of_merges(pairs.merges) == pairs


def test_pairs_are_learned_from_the_training_part_alone(file):
    data = load(file, tokens="byte-pairs")
    assert isinstance(data.vocabulary, BytePairs)
    train = data.vocabulary.decode(data.train.x)
    assert learn_byte_pairs(train) == data.vocabulary
    assert set(train) | set(data.vocabulary.decode(data.test.x)) <= set(SENTENCES)
    assert not any((part.x == UNKNOWN).any() for part in data.subsets.values())
    assert "read as text, a line an example, made of byte pairs" in data.notes
    assert any("different byte pairs, learned from the training part, of" in note for note in data.notes)
    assert data.modality.description.startswith("lines of up to ")
    again = load(data.source, **data.options)
    assert (again.fingerprint, again.vocabulary) == (data.fingerprint, data.vocabulary)
    assert torch.equal(again.test.x, data.test.x)


def test_long_lines_are_cut_between_characters(tmp_path):
    (tmp_path / "a.txt").write_text("\n".join(["我" * 199 + "ab我我", *SENTENCES]))
    data = load(tmp_path / "a.txt", tokens="byte-pairs")
    assert "1 lines are longer than 600 bytes and are cut there" in data.notes
    lines = [line for part in data.subsets.values() for line in data.vocabulary.decode(part.x)]
    assert "我" * 199 + "ab" in lines


def test_what_cannot_be_printed_is_never_written():
    signs = [BYTES[byte] for byte in b"\x1b[2Ja\nb\x80c\xe6\x88"]
    assert BytePairs.join(signs) == "[2Ja b\ufffdc\ufffd"


def test_long_lines_as_characters_name_the_choice(tmp_path):
    (tmp_path / "a.txt").write_text("\n".join(["今天天气很好我们去公园吧", "我想去图书馆看书因为下雨了"] * 5))
    assert any("made of characters (say --tokens byte-pairs for" in note for note in load(tmp_path / "a.txt").notes)
    (tmp_path / "a.txt").write_text("\n".join(["Ada", "Grace", "Mary Ann"]))
    assert any("(say --tokens words for the other way)" in note for note in load(tmp_path / "a.txt").notes)


def test_without_the_library_one_line_says_what_to_install(file, monkeypatch):
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(CapabilityError, match=r"tokenizers, which is not installed: pip install tokenizers$"):
        load(file, tokens="byte-pairs")
    with pytest.raises(CapabilityError, match="pip install tokenizers"):
        BytePairs.of_merges([("a", "b")]).read(["ab"], 4)
    assert BytePairs.of_merges([("a", "b")]).decode(torch.tensor([[258, 0]])) == ["ab"]
    assert json.dumps(load(file).vocabulary.entries)


def test_no_threads_are_started_and_the_environment_is_given_back(monkeypatch):
    for before in (None, "true"):
        if before is None:
            monkeypatch.delenv("TOKENIZERS_PARALLELISM", raising=False)
        else:
            monkeypatch.setenv("TOKENIZERS_PARALLELISM", before)
        import os

        learn_byte_pairs(SENTENCES)
        assert os.environ.get("TOKENIZERS_PARALLELISM") == before
