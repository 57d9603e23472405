from pathlib import Path

import pytest

GOLDEN = Path(__file__).parents[1] / "compression" / "photographs" / "golden-small.aec"


def test_a_page_is_written_in_place_of_the_files(run, tmp_path):
    code, out, _ = run("decompress", str(GOLDEN), "--page", str(tmp_path / "photos.html"))
    assert code == 0
    assert "photos.html" in out
    assert "opens in any browser" in out
    assert [path.name for path in tmp_path.iterdir()] == ["photos.html"]


@pytest.mark.parametrize("words", [["--out", "back"], ["--only", "a.ppm"], ["--verify"], ["--salvage"]])
def test_a_page_has_no_other_options(run, tmp_path, words):
    code, _, errors = run("decompress", str(GOLDEN), "--page", str(tmp_path / "photos.html"), *words)
    assert code == 2
    assert "leave the other options out" in errors
    assert not list(tmp_path.iterdir())
