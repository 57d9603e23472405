"""`autoencode detect`, and `train` with the recipes of detectors, as a person types them."""

import numpy as np
import pytest
from PIL import Image

pandas = pytest.importorskip("pandas")


@pytest.fixture
def table(tmp_path):
    rng = np.random.default_rng(0)
    found = pandas.DataFrame(rng.normal(size=(120, 3)), columns=["a", "b", "c"]).assign(bad=0)
    found.loc[6, ["b", "bad"]] = [15.0, 1]
    found.to_csv(tmp_path / "t.csv", index=False)
    return found


def test_train_then_detect(run, table, tmp_path):
    code, out, err = run("train", "t.csv", "--recipe", "outliers", "--labels", "bad", "--steps", "5", "--seed", "1")
    assert (code, out) == (0, "next     autoencode detect runs/t-outliers t.csv\n")
    assert "read as a table: 3 columns of numbers" in err
    code, out, err = run("detect", "last", "t.csv", "-o", "s.csv", "--contamination", "0.01", "--label", "bad")
    assert code == 0, err
    assert "2 of 120 rows are outliers" in out or "1 of 120 rows are outliers" in out
    assert "row 7 " in out
    assert "b 15, expected " in out
    assert "against the labels ('1' is an outlier): AUROC 1.000, average precision 1.000" in out
    assert "120 scores; see  s.csv" in out
    assert "outliers  complete" in run("list", "runs")[1]
    code, _, err = run("detect", "last", "t.csv", "t.csv")
    assert (code, "detect takes a run and a table, or a table alone, not 3 arguments" in err) == (2, True)
    code, _, err = run("inspect", "last")
    assert (code, "holds a detector" in err) == (1, True)


def test_a_table_alone_is_both(run, table, tmp_path):
    code, out, _ = run("detect", "t.csv")
    assert code == 0
    assert "score other rows by  autoencode detect runs/t-outliers TABLE" in out
    assert (tmp_path / "runs" / "t-outliers" / "scores.csv").exists()


def test_recipes_are_listed(run):
    _, out, _ = run("list", "recipes")
    assert "Unusual rows of a table and their cells" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("detect", "t.csv", "--contamination", "2"), "--contamination takes a share above 0 and up to 0.5, not 2.0"),
        (("detect", "t.csv", "--false-alarms", "0.1"), "--false-alarms has no meaning for a table: leave it out"),
        (("detect", "a", "b", "c"), "there is no folder a"),
        (("detect", "."), "detect takes the run of a detector before .: train one on good pictures with"),
        (("detect", "none", "t.csv"), "there is no folder none"),
        (("detect", "none.csv"), "none.csv"),
        (("detect", "t.csv", "--label", "x"), "--label x: the table has no such column; it has a, b, c, bad"),
        (("detect", "t.csv", "-o", "t.csv"), "would be overwritten"),
        (("train", "t.csv", "-r", "outliers", "--epochs", "3"), "has no option --epochs; it has --labels, --seed"),
        (("train", "t.csv", "-r", "outlier"), "did you mean"),
    ],
)
def test_wrong_input_is_one_clear_line(run, table, words, said):
    code, _, err = run(*words)
    assert code in (1, 2)
    assert said in " ".join(err.split())
    assert "Traceback" not in err


def test_pictures(run, tmp_path):
    rng = np.random.default_rng(0)
    (tmp_path / "good").mkdir()
    for number in range(8):
        Image.fromarray(rng.integers(90, 130, (32, 32), dtype=np.uint8)).save(tmp_path / "good" / f"{number}.png")
    code, out, err = run("train", "good", "--recipe", "anomaly", "--steps", "2")
    assert (code, out) == (0, "next     autoencode detect runs/good-anomaly PICTURES\n")
    assert "a false alarm in about 1 of 100 good pictures, by 3 good pictures that were held out" in " ".join(
        err.split()
    )
    code, out, err = run("detect", "last", "good", "-o", "found", "--false-alarms", "0.5")
    assert code == 0, err
    assert "of 8 pictures are anomalies" in out
    assert "a false alarm in about 1 of 2 good pictures" in out
    assert "look at  found/sheet.png" in out
    for words, said in (
        (("detect", "last", "good", "--label", "x"), "--label has no meaning for pictures: leave it out"),
        (
            ("detect", "last", "good", "--false-alarms", "0.9"),
            "above 0 and up to 0.5, not 0.9",
        ),
        (("train", "good", "-r", "anomaly", "--labels", "x"), "has no option --labels; it has --seed and --steps"),
        (("inspect", "last"), "holds a detector"),
    ):
        code, _, err = run(*words)
        assert code != 0
        assert said in " ".join(err.split())
