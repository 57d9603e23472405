import pytest
import torch

from autoencode.data.text.choose_vocabulary import vocabulary_that_suits
from autoencode.data.text.line_file import LineFile
from autoencode.data.text.vocabulary import (
    MAX_ENTRY,
    UNKNOWN_TEXT,
    Characters,
    Words,
)

SENTENCES = ["The cat sat.", "The dog sat!", "A cat ran.", "The dog ran."]


@pytest.mark.parametrize(
    "line",
    [
        "hello , world",
        "it's 5:30 p.m.",
        "well-known",
        '"yes," he said.',
        "(a) [b] {c}",
        "naïve café – été",
        "i'm",
        "50%",
    ],
)
def test_words_come_back_with_their_punctuation(line):
    tokens = Words.split(line)
    assert Words.split(Words.join(tokens)) == tokens
    assert "  " not in Words.join(tokens)


def test_sentences_read_as_they_were_written():
    for line in ("hold on, please.", "i don't know!", '"yes," he said.', "what (the) cat?", '"a" and "b".'):
        assert Words.join(Words.split(line)) == line


def test_tokens_are_the_end_the_unknown_one_and_the_most_frequent_first():
    lines = [Words.split(line) for line in SENTENCES]
    vocabulary = Words.of(lines)
    assert vocabulary.entries[:3] == (".", "the", "cat")
    assert vocabulary.size == 2 + len({token for line in lines for token in line})
    encoded = vocabulary.encode([["the", "zebra", "sat"], []], 5)
    the, sat = (vocabulary.entries.index(word) + 2 for word in ("the", "sat"))
    assert encoded.tokens.tolist() == [[the, 1, sat, 0, 0], [0, 0, 0, 0, 0]]
    assert encoded.tokens.dtype == torch.int32
    assert (encoded.unknown, encoded.cut) == (["zebra"], 0)
    assert vocabulary.decode(encoded.tokens) == [f"the {UNKNOWN_TEXT} sat", ""]


def test_longer_lines_are_cut_and_counted():
    vocabulary = Words.of([["a", "b", "c"]])
    encoded = vocabulary.encode([["a", "b", "c"], ["a", "b"]], 3)
    assert encoded.tokens.tolist() == [[2, 3, 0], [2, 3, 0]]
    assert encoded.cut == 1


def test_numbers_beyond_the_vocabulary_are_unknown():
    assert Words(("a",)).decode(torch.tensor([[2, 9, -4, 0]])) == [f"a {UNKNOWN_TEXT} {UNKNOWN_TEXT}"]
    assert Words(("a",)).decode(torch.tensor([[2, 2]])) == ["a a"]


def test_what_is_seldom_in_the_training_part_is_unknown():
    lines = [Words.split(line) for line in SENTENCES]
    full = Words.of(lines)
    rows = full.encode(lines, 6).tokens
    narrowed, numbers = full.narrowed(rows[:3], 2)
    assert set(narrowed.entries) == {"the", "cat", "sat", "."}
    assert narrowed.decode(numbers[rows[3:].long()]) == [f"the {UNKNOWN_TEXT} {UNKNOWN_TEXT}."]
    assert narrowed.decode(numbers[rows[:1].long()]) == ["the cat sat."]


def test_where_nothing_is_frequent_all_is_kept():
    full = Words.of([["a", "b"]])
    narrowed, numbers = full.narrowed(torch.tensor([[2, 3, 0]]), 2)
    assert narrowed == full
    assert numbers.tolist() == [0, 1, 2, 3]


def test_very_long_words_are_unknown():
    vocabulary = Words.of([["a" * (MAX_ENTRY + 1), "b"]])
    assert vocabulary.entries == ("b",)


def test_sentences_are_words_and_names_are_characters():
    assert vocabulary_that_suits(SENTENCES * 2) is Words
    assert vocabulary_that_suits(["Ada", "Grace", "Mary Ann"]) is Characters
    assert vocabulary_that_suits(["every word here differs", "no two are alike at all"]) is Characters


def test_characters_keep_upper_and_lower_case():
    vocabulary = Characters.of([Characters.split("Ada"), Characters.split("a b")])
    row = vocabulary.encode([Characters.split("Ada b")], 8).tokens
    assert vocabulary.decode(row) == ["Ada b"]


def test_lines_are_written_to_a_file(tmp_path):
    vocabulary = Words(("é", "b"))
    with (tmp_path / "a.txt").open("wb") as file:
        rows = LineFile(file, vocabulary)
        rows.add(torch.tensor([[2, 3, 0], [0, 0, 0]]))
        rows.add(torch.tensor([[3, 0, 0]]))
        rows.finish()
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "é b\n\nb\n"
