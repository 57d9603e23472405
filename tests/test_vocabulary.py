"""The library speaks the words of PyTorch, scikit-learn and the papers (docs/glossary.md), not a dialect of its own.

The words below once stood for something that the field has a word for. Where one of them is meant in its plain English
sense, the phrase is in `PLAIN`.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SUFFIXES = {".py", ".md", ".js", ".html", ".css", ".cpp", ".h", ".toml"}

DIALECT = {
    r"tell|tells|told|telling": "conditioning (what a model is told), callback, report, describe",
    r"hear|hears|heard": "a callback or reporter that receives something",
    r"turned": "augmented, rotated, transposed",
    r"slopes?": "gradient, derivative",
    r"players?": "adversary, auxiliary network",
    r"under_way|under way": "trainer, TrainerState",
    r"_both_ways": "forward_backward",
    r"portions?": "chunk, batch",
    r"peek|peeks|lookahead": "inspect_source, preparse",
    r"few_labels": "label_subset",
    r"judged?|judges|judging": "loss, evaluate",
    r"abreast|Abreast|Beside|Ahead": "Concat, ConditionalEncoder, ConditionalDecoder",
    r"Overlaid|Retouched|WithCorrection": "ChannelConditioned, RefinedDecoder, ResidualCode",
    r"spoil|spoils|spoilt|spoiled|Spoiled|spoiling": "corrupt, damage",
    r"code-spaces|code spaces?": "latent space; compare-objectives",
    r"looked at|nobody|whoever": "a sentence with a subject: the model, the test split, the user",
    r"wake|wakes|woken": "revive",
    r"written_down|written_adam|WrittenAdam": "traced, functional_adam",
    r"code_support": "latent_support",
    r"--(?:turned|clip|average|least-steps|min-change|pull|columns|reach|components)(?![\w-])": "today's options",
    r"--part (?:train|validation|test)": "--split",
}

PLAIN = [
    r"tells? (?:them|it|the two|these|those) apart",
    r"(?:can|cannot|could) (?:be told|tell) (?:\w+ )?apart",
    r"video players?",
    r"\.tell\(\)",
    r"[Ll]eaky_?[Rr]e[Ll][Uu].*slopes?",
    r"slope = .*|\* slope\b|paper slopes|flat paper, slopes|slopes (?:towards|in light)|not of slopes",  # of a surface
]


def texts() -> list[Path]:
    """Sources, documents and planted bugs; the list of changes and old decisions name the old words on purpose."""
    folders = [path for name in ("src", "docs") for path in (ROOT / name).rglob("*") if path.suffix in SUFFIXES]
    folders = [path for path in folders if "decisions" not in path.parts]
    return [*folders, ROOT / "README.md", ROOT / "CONTRIBUTING.md"]


def uses(pattern: str) -> list[str]:
    """Lines with a word, as `file:line: text`."""
    word, found = re.compile(rf"(?<![\w-])(?:{pattern})(?!\w)"), []
    for path in texts():
        for number, line in enumerate(path.read_text().splitlines(), 1):
            plain = re.sub("|".join(PLAIN), "", line)
            if word.search(plain):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    return found


@pytest.mark.parametrize(("pattern", "instead"), DIALECT.items(), ids=[p.split("|")[0] for p in DIALECT])
def test_no_word_of_the_old_dialect_is_left(pattern, instead):
    found = uses(pattern)
    assert not found, f"say {instead}:\n" + "\n".join(found)


def test_the_glossary_is_in_order_and_explains_each_term_once():
    terms = re.findall(r"^- \*\*(.+?)\*\*: \S", (ROOT / "docs" / "glossary.md").read_text(), re.MULTILINE)
    assert len(terms) > 40
    assert terms == sorted(set(terms), key=str.lower)
