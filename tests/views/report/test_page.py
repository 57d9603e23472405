import base64
import re

import pytest

from autoencode.errors import StorageError
from autoencode.views.report import ReportContent, write_report
from autoencode.views.report.page import page

HOSTILE = """<script>alert("x")</script>'"&$x ${title}"""


def headings(reader):
    return reader.words("h1") + reader.words("h2")


def without_data(text):
    return re.sub(r"data:[a-z/+]+;base64,[A-Za-z0-9+/=\s]+", "", text)


def test_sections_stand_in_order(text, read):
    reader = read(text)
    sections = ["What the model learned", "Training", "Evaluation", "Settings"]
    assert headings(reader) == ["first", *sections]
    assert reader.words("h3") == ["Pairs", "Codes", "Plane", "New", "Curves"]
    assert reader.all("html")[0]["lang"] == "en"


def test_all_that_was_given_is_there(text, read):
    reader = read(text)
    assert reader.words("p")[0] == "A VAE learned."
    assert reader.words("li") == ["2 files skipped"]
    assert reader.words("code") == ["autoencode train x"]
    assert {"−234.1 ± 0.3", "nats"} <= set(reader.words("span"))
    assert (reader.words("dt"), reader.words("dd")) == (["seed"], ["0"])


def test_every_picture_has_its_words_and_lies_in_the_page(text, read):
    pictures = read(text).all("img")
    assert [each["alt"] for each in pictures] == [
        f"alt {name}" for name in ("pairs", "codes", "plane", "new", "curves")
    ]
    for each in pictures:
        assert re.match(r"data:image/(png|svg\+xml|webp);base64,", each["src"])
        assert int(each["width"]) > 0
        assert int(each["height"]) > 0


def test_nothing_is_fetched_and_nothing_runs(text, read):
    reader = read(text)
    charts = [
        base64.b64decode(each["src"].split(",")[1]).decode()
        for each in reader.all("img")
        if each["src"].startswith("data:image/svg")
    ]
    assert len(charts) == 2
    for each in [without_data(text), *(re.sub(r'xmlns(:\w+)?="[^"]*"', "", without_data(chart)) for chart in charts)]:
        assert not re.search(r"https?:|//|url\((?!#)|@import|<link|<script|javascript:", each)
    assert not {"script", "link", "iframe", "object"} & {name for name, _ in reader.elements}


def test_hostile_names_are_only_shown(variational, read):
    text = page(variational(hostile=HOSTILE))
    reader = read(text)
    assert not reader.all("script")
    assert reader.words("h1") == ["first" + HOSTILE]
    assert reader.words("code") == ["autoencode train x" + HOSTILE]
    assert reader.all("img")[0]["alt"] == "alt pairs" + HOSTILE
    for shown in (f"elbo{HOSTILE}", f"seed{HOSTILE}"):
        assert shown in reader.words("th") + reader.words("dt")
    assert not [name for _, attributes in reader.elements for name in attributes if name.startswith("on")]


def test_no_placeholder_is_left(text):
    assert "$" not in without_data(text)


def test_a_plain_autoencoder_on_vectors(plain_on_vectors, read):
    reader = read(page(plain_on_vectors))
    assert headings(reader) == ["plain", "What the model learned", "Settings"]
    assert len(reader.all("img")) == 1


def test_an_empty_page_is_a_page(read):
    assert headings(read(page(ReportContent(title="t", lead="l")))) == ["t"]


def test_the_log_has_a_row_for_each_epoch(text, read):
    reader = read(text)
    cells = reader.words("td")
    assert reader.words("summary") == ["Training log of 3 epochs, in nats per example"]
    assert cells.count("3.25") == 3 * 6
    assert {"1,000", "2:03", "0.001", "best"} <= set(cells)


def test_a_log_without_some_numbers_is_shown(read):
    log = [
        {"step": 1, "epoch": 0.5, "train": {"loss": 1.0}, "validation": {}},
        {"step": 2, "epoch": 1.0, "train": {"nll": 2.0}},
    ]
    assert {"0.5", "2.00"} <= set(read(page(ReportContent(title="t", lead="l", log=log))).words("td"))


def test_the_file_is_whole_and_small(variational, tmp_path):
    write_report(tmp_path / "report.html", variational())
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert (tmp_path / "report.html").stat().st_size < 3_000_000
    assert (tmp_path / "report.html").read_text(encoding="utf-8").endswith("</html>\n")


def test_the_same_content_gives_the_same_file(variational, text):
    assert page(variational()) == text


def test_a_folder_that_cannot_be_written_is_reported(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        write_report(tmp_path / "file" / "report.html", ReportContent(title="t", lead="l"))
