import base64
import json
import re

import numpy as np
import pytest
import torch

from autoencode.views.map import MapContent, static_map, write_map_page
from autoencode.views.map import page as pages
from autoencode.views.map.static_map import nearest_to_cell_centres


def content(n: int = 50, pictures: bool = True, labelled: bool = True, **changes) -> MapContent:
    points = torch.randn(n, 2, generator=torch.Generator().manual_seed(0)) * torch.tensor([2.0, 1.0])
    known = {
        "title": "run",
        "lead": "The codes.",
        "points": points,
        "axes": ("across", "up"),
        "labels": torch.arange(n) % 3 if labelled else None,
        "classes": ["cat", "dog", "cow"] if labelled else [],
        "names": [f"test {i + 1}" for i in range(n)],
        "load_images": (lambda rows: torch.rand(len(rows), 1, 8, 8)) if pictures else None,
    }
    return MapContent(**{**known, **changes})


def read(path) -> dict:
    text = path.read_text()
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)[1])


def unpacked(packed: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed), "<u2")


def test_positions_labels_and_names_come_through(tmp_path):
    made = content()
    facts = write_map_page(tmp_path / "map.html", made)
    data = read(tmp_path / "map.html")
    places = torch.as_tensor(unpacked(data["xy"]).astype(float)).reshape(-1, 2)
    span = (made.points.amax(0) - made.points.amin(0)).max()
    assert torch.allclose(places / 65535 * span + made.points.amin(0), made.points.double(), atol=float(span) / 65000)
    assert unpacked(data["labels"]).tolist() == made.labels.tolist()
    assert data["names"] == made.names
    assert (data["n"], data["thumbnails"], data["tile"]) == (50, 50, [8, 8, 32])
    assert (facts.points, facts.thumbnails, facts.size) == (50, 50, (8, 8))
    assert facts.bytes == (tmp_path / "map.html").stat().st_size


def test_what_people_named_cannot_break_out(tmp_path):
    nasty = "</script><script>alert(1)</script><b>&'\"$x"
    made = content(title=nasty, lead=nasty, classes=[nasty, "b", "c"], names=[nasty] * 50, axes=(nasty, "up"))
    write_map_page(tmp_path / "map.html", made)
    text = (tmp_path / "map.html").read_text()
    assert text.count("<script") == 2
    assert "<b>" not in text
    assert read(tmp_path / "map.html")["names"][0] == nasty


def test_unknown_labels_are_a_class_of_their_own(tmp_path):
    labels = torch.arange(50) % 3
    labels[:5] = -1
    write_map_page(tmp_path / "map.html", content(labels=labels))
    data = read(tmp_path / "map.html")
    assert data["classes"] == ["cat", "dog", "cow", "unknown"]
    assert unpacked(data["labels"])[:6].tolist() == [3, 3, 3, 3, 3, 2]
    assert len(data["colours"]) == 4


def test_vectors_without_labels(tmp_path):
    facts = write_map_page(tmp_path / "map.html", content(pictures=False, labelled=False))
    data = read(tmp_path / "map.html")
    assert (data["labels"], data["sheets"], data["thumbnails"]) == (None, [], 0)
    assert facts.thumbnails == 0
    assert "thumbnail." not in (tmp_path / "map.html").read_text().split("<main>")[0].split("<header>")[1]


def test_sixty_thousand_fit_and_the_page_says_how_many_are_shown(tmp_path, monkeypatch):
    monkeypatch.setattr(pages, "LARGEST", 400_000)
    many = content(3000, load_images=lambda rows: torch.rand(len(rows), 1, 28, 28))
    facts = write_map_page(tmp_path / "map.html", many)
    assert facts.bytes <= 400_000
    assert 0 < facts.thumbnails < 3000
    assert f"{facts.thumbnails:,} of the 3,000 examples have a thumbnail" in (tmp_path / "map.html").read_text()


def test_points_in_one_place(tmp_path):
    write_map_page(tmp_path / "map.html", content(points=torch.zeros(50, 2)))
    assert set(unpacked(read(tmp_path / "map.html")["xy"])) == {0}


@pytest.mark.parametrize("made", [content(), content(labelled=False), content(pictures=False), content(equal=False)])
def test_a_still_picture(made):
    figure = static_map(made)
    drawn = figure.axes[0].get_images()
    assert bool(drawn) == (made.load_images is not None)
    figure.canvas.draw()


def test_one_picture_in_each_cell_and_the_one_nearest_its_middle():
    points = torch.tensor([[0.5, 0.5], [0.9, 0.9], [14.4, 0.5], [20.0, 3.0]])
    rows, middles, size = nearest_to_cell_centres(points, (0.0, 16.0, 0.0, 16.0))
    assert sorted(rows.tolist()) == [0, 2]
    assert size == (1.0, 1.0)
    assert sorted(middles.tolist()) == [[0.5, 0.5], [14.5, 0.5]]
