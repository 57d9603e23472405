from pathlib import Path

from autoencode.data.images.subfolders import subfolder_labels


def test_top_level_names_count_and_deeper_ones_do_not():
    files = [Path("b/1.png"), Path("b/deep/2.png"), Path("a/deep/3.png")]
    labels, classes = subfolder_labels(files)
    assert labels.tolist() == [1, 1, 0]
    assert classes == ("a", "b")


def test_one_subfolder_is_no_class():
    assert subfolder_labels([Path("a/1.png"), Path("a/2.png")]) == (None, None)
