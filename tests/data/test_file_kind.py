"""Files of one kind, and folders of them."""

from pathlib import Path

from PIL import Image

from autoencode.data.file_kind import FileKind

NOTES = FileKind(frozenset({".txt", ".md"}))


def test_a_folder_is_of_a_kind_if_it_has_no_pictures(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    for name in ("b.TXT", "below/a.md", "c.doc"):
        (tmp_path / name).write_text("x")
    assert NOTES.files(tmp_path) == [Path("b.TXT"), Path("below/a.md")]
    assert NOTES.fills(tmp_path)
    assert NOTES.is_source(tmp_path)
    assert NOTES.is_source(str(tmp_path / "b.TXT"))
    assert not NOTES.is_source(tmp_path / "c.doc")
    Image.new("L", (8, 8)).save(tmp_path / "picture.png")
    assert not NOTES.fills(tmp_path)


def test_what_is_no_name_is_no_source(tmp_path: Path) -> None:
    assert not NOTES.is_source(3)
    assert not NOTES.is_source("a\0.txt")
    assert not NOTES.is_source("~nobody-here/a.txt")
    assert not NOTES.is_source(tmp_path / "none.txt")
    assert not NOTES.fills(tmp_path)
