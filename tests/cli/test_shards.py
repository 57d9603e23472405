import numpy as np

from support.shards import write_shards

QUICK = ("-r", "dense-vae", "--steps", "2", "--no-report", "--compile", "never")


def test_shards_are_trained_on_and_encoded(run, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    write_shards(tmp_path / "data")
    pattern = f"{tmp_path}/data/shard-{{00..02}}.tar"
    code, _, err = run("train", pattern, "-o", "a", *QUICK)
    assert code == 0
    assert "30 pictures in 3 shards" in err
    code, out, _ = run("encode", "a", pattern, "-o", "codes", "--part", "2/2")
    assert code == 0
    assert "1 shards with 10 examples" in out
    code, _, err = run("encode", "a", pattern, "-o", "codes")
    assert code == 0
    assert "1 of 3 results are there already and are kept" in err
    _, _, err = run("encode", "a", pattern, "-o", "codes.csv")
    assert "of shards --out is a folder" in err
    with np.load("codes/shard-02.npz") as found:
        assert found["files"].tolist() == [f"2_{n}" for n in range(10)]


def test_a_part_of_no_shards_is_one_line(run, plain):
    code, _, err = run("encode", plain.path, "no-such.tar", "--part", "1/2")
    assert code
    assert "there is no shard" in err
    code, _, err = run("detect", "table.csv", "--part", "1/2")
    assert code
    assert "name its run before table.csv" in err
