import os
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image, ImageCms

from autoencode.data.examples import count_files
from autoencode.data.images.full_picture import FullPicture
from autoencode.data.images.picture_writer import encode_picture
from autoencode.data.images.scan import is_generated, is_generated_sheet, printable, scan_pictures
from autoencode.views.figures import save_figure


def made(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    return folder


def names(folder: Path) -> list[str]:
    return [path.as_posix() for path in scan_pictures(folder).pictures]


def test_subfolders_in_the_order_of_their_paths(tmp_path: Path):
    made(tmp_path, "b.png", "a/z.JPG", "a/y.png", "a-b/x.png", "c/d/e.tiff")
    assert names(tmp_path) == ["a/y.png", "a/z.JPG", "a-b/x.png", "b.png", "c/d/e.tiff"]


def test_hidden_files_and_folders_are_passed_over(tmp_path: Path):
    made(tmp_path, ".a.png", ".git/b.png", "sub/.c.png", "d.png")
    assert names(tmp_path) == ["d.png"]


def test_other_files_are_counted(tmp_path: Path):
    folder = made(tmp_path, "a.png", "readme.txt", *(f"{i}.NEF" for i in range(30)), *(f"{i:032x}" for i in range(25)))
    skipped = {skip.file: skip for skip in scan_pictures(folder).skipped}
    assert {name: skip.count for name, skip in skipped.items()} == {
        "readme.txt": 1,
        ".NEF": 30,
        "without an ending": 25,
    }
    assert skipped[".NEF"].words == "30 .NEF (raw photographs; export them as TIFF or PNG)"
    assert skipped["without an ending"].words == "25 without an ending (neither pictures nor clips)"
    assert count_files(list(skipped.values())) == 56


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("a.nef", "raw photographs; export them as TIFF or PNG"),
        ("a.mp4", "clips; give a folder of clips alone"),
        ("a.npy", "arrays; give such a file by itself"),
        ("a.dcm", "save them as TIFF"),
        ("a.zip", "give such a file by itself"),
        ("a.csv", "tables; give such a file by itself"),
    ],
)
def test_a_file_that_is_not_read_comes_with_advice(tmp_path: Path, name: str, advice: str):
    (skip,) = scan_pictures(made(tmp_path, name, "b.png")).skipped
    assert skip.file == name
    assert advice in skip.reason


def test_subfolders_are_known_even_if_nothing_in_them_is_read(tmp_path: Path):
    listing = scan_pictures(made(tmp_path, "cat/a.png", "dog/b.nef", "c.png"))
    assert listing.folders == {Path(), Path("cat"), Path("dog")}


def test_links(tmp_path: Path):
    folder = made(tmp_path / "in", "a.png", "sub/b.png")
    outside = made(tmp_path / "out", "secret.png") / "secret.png"
    (folder / "inside.png").symlink_to(folder / "a.png")
    (folder / "leaves.png").symlink_to(outside)
    (folder / "broken.png").symlink_to(folder / "none.png")
    (folder / "loop.png").symlink_to(folder / "loop.png")
    (folder / "folder").symlink_to(tmp_path / "out")
    (folder / "sub" / "up").symlink_to(folder)
    listing = scan_pictures(folder)
    assert [path.as_posix() for path in listing.pictures] == ["a.png", "inside.png", "sub/b.png"]
    assert {skip.file: skip.reason for skip in listing.skipped} == {
        "leaves.png": "a link that leads out of the folder",
        "broken.png": "not a file",
        "loop.png": "not a file",
        "folder": "a link to a folder, which is not followed",
        "sub/up": "a link to a folder, which is not followed",
    }


def test_a_folder_that_is_itself_a_link_is_read(tmp_path: Path):
    made(tmp_path / "real", "a.png")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert names(tmp_path / "link") == ["a.png"]


def test_pipes_are_not_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.png")
    assert [skip.reason for skip in scan_pictures(tmp_path).skipped] == ["not a file"]


def test_a_folder_that_cannot_be_looked_into_is_listed(tmp_path: Path, monkeypatch):
    made(tmp_path, "a.png", "closed/b.png")
    scandir = os.scandir

    def refuse(path):
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    (skip,) = scan_pictures(tmp_path).skipped
    assert (skip.file, skip.reason) == ("closed", "cannot be opened: Permission denied")


@pytest.mark.parametrize(
    ("name", "shown"),
    [("a b.png", "a b.png"), ("ä.png", "ä.png"), ("a\nb.png", r"a\nb.png"), ("\udcff.png", r"\udcff.png")],
)
def test_names_are_shown_on_one_line(name: str, shown: str):
    assert printable(Path(name)) == shown


@pytest.fixture
def picture() -> Image.Image:
    return Image.new("L", (40, 30), "white")


def test_a_sheet_that_was_drawn_is_left_out_and_noted(tmp_path: Path, picture):
    picture.save(tmp_path / "a.png")
    save_figure(tmp_path / "sheet.png", picture)
    listing = scan_pictures(tmp_path)
    assert listing.pictures == [Path("a.png")]
    assert [(skip.file, skip.reason) for skip in listing.skipped] == [("sheet.png", "a sheet that autoencode drew")]


def test_a_chart_too(tmp_path: Path):
    save_figure(tmp_path / "sheet.png", Figure(figsize=(1, 1)))
    assert is_generated_sheet(tmp_path / "sheet.png")


def test_a_persons_own_picture_of_that_name_is_an_example(tmp_path: Path, picture):
    picture.save(tmp_path / "sheet.png")
    assert scan_pictures(tmp_path).pictures == [Path("sheet.png")]


def test_a_drawing_of_another_name_is_one(tmp_path: Path, picture):
    save_figure(tmp_path / "before.png", picture)
    assert scan_pictures(tmp_path).pictures == [Path("before.png")]


def test_what_autoencode_drew_is_left_out_beside_a_persons_pictures(tmp_path: Path, picture):
    for name in ("0001.png", "more/0002.png"):
        save_figure(tmp_path / name, picture)
    (tmp_path / "r.jpg").write_bytes(encode_picture(FullPicture(np.zeros((3, 8, 8), np.uint8)), ".jpg"))
    assert len(scan_pictures(tmp_path).pictures) == 3
    picture.save(tmp_path / "own.png")
    listing = scan_pictures(tmp_path)
    assert listing.pictures == [Path("own.png")]
    assert [str(skip) for skip in listing.skipped] == [
        "skipped 3 pictures: made by autoencode; to use them, give a folder of nothing else"
    ]


@pytest.mark.parametrize("kind", [".png", ".jpg", ".webp", ".tif", ".bmp"])
@pytest.mark.parametrize("side", [8, 200])
def test_a_restored_picture_is_known_again(tmp_path: Path, kind: str, side: int):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    pixels = np.random.default_rng(0).integers(0, 256, (3, side, side), np.uint8)
    (tmp_path / f"a{kind}").write_bytes(encode_picture(FullPicture(pixels, profile=profile), kind))
    assert is_generated(tmp_path / f"a{kind}")
    Image.fromarray(pixels.transpose(1, 2, 0)).save(tmp_path / f"b{kind}")
    assert not is_generated(tmp_path / f"b{kind}")
    assert len(scan_pictures(tmp_path).pictures) == 1
    assert len(scan_pictures(tmp_path, keep_generated=True).pictures) == 2


def test_runs_are_passed_over_and_said(tmp_path: Path, picture):
    picture.save(tmp_path / "a.png")
    for name in ("runs/one", "other/run.json/deep"):
        (tmp_path / name / "figures").mkdir(parents=True)
        picture.save(tmp_path / name / "figures" / "curves.png")
    (tmp_path / "runs/one/run.json").write_text('{"format": 2, "autoencode": "0.1"}')
    (tmp_path / "other" / "package.json").write_text("{}")
    listing = scan_pictures(tmp_path)
    assert [path.as_posix() for path in listing.pictures] == ["a.png", "other/run.json/deep/figures/curves.png"]
    assert "skipped runs/one/: a run of autoencode" in [str(skip) for skip in listing.skipped]
    assert Path("runs/one/figures") not in listing.folders
    assert scan_pictures(tmp_path / "runs" / "one").pictures == [Path("figures/curves.png")]


def test_what_cannot_be_opened_is_left_to_the_reader(tmp_path: Path):
    assert not is_generated_sheet(tmp_path / "sheet.png")
