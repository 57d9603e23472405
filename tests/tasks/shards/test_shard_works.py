import csv
import io

import numpy as np
import pytest
from PIL import Image

from autoencode import tasks
from autoencode.runtime.reporter import Reporter
from support.shards import write_tar


def grey(seed, size=28):
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 255, (size, size), dtype=np.uint8)).save(file, "BMP")
    return file.getvalue()


def test_rows_of_tables_are_scored_as_alone(tmp_path):
    rng = np.random.default_rng(0)
    for shard in range(2):
        lines = ["a,b", *(f"{x:.4f},{x + y:.4f}" for x, y in rng.normal(size=(60, 2)))]
        (tmp_path / f"{shard}.csv").write_text("\n".join(lines) + "\n")
    run = tasks.train_detector(tmp_path / "0.csv", out=tmp_path / "run", steps=2, reporter=Reporter())
    done = tasks.work_on_shards(tasks.DetectShards(run, tmp_path / "out"), [f"{tmp_path}/{{0..1}}.csv"])
    assert done.rows == 120
    tasks.detect(run, tmp_path / "1.csv", tmp_path / "alone.csv", reporter=Reporter())
    assert (tmp_path / "out" / "1.csv").read_bytes() == (tmp_path / "alone.csv").read_bytes()


def test_pictures_are_scored_under_their_keys(tmp_path):
    good = tmp_path / "good"
    good.mkdir()
    for number in range(8):
        (good / f"{number}.bmp").write_bytes(grey(number, 72))
    run = tasks.train_anomaly_detector(good, out=tmp_path / "run", steps=2, reporter=Reporter())
    write_tar(tmp_path / "s.tar", {f"deep/{name}.bmp": grey(ord(name), 72) for name in "zyx"})
    tasks.work_on_shards(tasks.DetectShards(run, tmp_path / "out"), [tmp_path / "s.tar"])
    rows = list(csv.DictReader((tmp_path / "out" / "s.csv").read_text().splitlines()))
    assert [row["key"] for row in rows] == ["deep/z", "deep/y", "deep/x"]
    assert all(np.isfinite(float(row["anomaly_score"])) for row in rows)


@pytest.fixture(scope="module")
def mass_run(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "mass"
    return tasks.train("digits", "dense-vae", out=out, steps=2, likelihood="discretized-logistic", hidden=16)


def test_a_compressed_shard_comes_back_under_its_keys(mass_run, tmp_path):
    side = mass_run.model.data_shape[-1]
    pictures = {f"deep/{name}.bmp": grey(ord(name), side) for name in "ab"}
    write_tar(tmp_path / "s.tar", {**pictures, "deep/a.cls": b"1"})
    work = tasks.CompressShards(mass_run.path, tmp_path / "out")
    tasks.work_on_shards(work, [tmp_path / "s.tar"])
    again = tasks.CompressShards(mass_run.path, tmp_path / "again")
    tasks.work_on_shards(again, [tmp_path / "s.tar"])
    assert (tmp_path / "out" / "s.aec").read_bytes() == (tmp_path / "again" / "s.aec").read_bytes()
    tasks.decompress(tmp_path / "out" / "s.aec", tmp_path / "back", mass_run)
    for name, content in pictures.items():
        assert (tmp_path / "back" / "s" / name).read_bytes() == content
