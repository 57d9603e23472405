"""Which good pictures are learned from, and which are held out."""

import numpy as np
import pytest
import torch

from autoencode.detection.anomaly_map import AnomalyMap
from autoencode.detection.picture_detector import PictureDetector
from autoencode.runtime.reporter import Reporter
from support.reporters import Recorder


class Stub:
    """In place of a training: remembers what it is given."""

    def fit(self, pictures, **options):
        self.learned = [int(one[0, 0, 0]) for one in pictures]
        self.sizes = [tuple(one.shape[1:]) for one in pictures]
        return AnomalyMap(1)


@pytest.fixture
def stub(monkeypatch):
    """A picture's score is its first value."""
    found = Stub()
    monkeypatch.setattr(AnomalyMap, "fit", found.fit)
    monkeypatch.setattr(AnomalyMap, "forward", lambda self, picture, cancel=None: picture[0, :1, :1].float())
    return found


def pictures(n, height=70, width=80):
    return [torch.full((1, height, width), number, dtype=torch.uint8) for number in range(n)]


@pytest.mark.parametrize(("n", "held"), [(8, 3), (12, 3), (40, 10), (250, 62)])
def test_one_in_four_is_held_out_and_not_learned_from(stub, n, held):
    detector = PictureDetector.fit(pictures(n), reporter=Reporter())
    scores = [int(score) for score in detector.alarms.held_out]
    assert len(scores) == held
    assert sorted([*stub.learned, *scores]) == list(range(n))
    assert detector.alarms.pieces == 1


def test_of_few_pictures_a_quarter_of_each(stub):
    notes = Recorder()
    detector = PictureDetector.fit(pictures(3, 100, 120), reporter=notes)
    assert stub.sizes == [(100, 90)] * 3
    assert [int(score) for score in detector.alarms.held_out] == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert detector.alarms.pieces == pytest.approx(12, rel=0.01)
    assert notes.of("warn")[0].startswith("of 3 pictures a quarter of each is held out for the threshold")


def test_a_warning_of_few_held_out_pictures_and_none_of_many(stub):
    few, many = Recorder(), Recorder()
    PictureDetector.fit(pictures(19), reporter=few)
    PictureDetector.fit(pictures(20), reporter=many)
    assert few.of("warn") == ["the threshold rests on 4 held-out pictures: give 20 good ones or more"]
    assert not many.of("warn")
    assert np.array_equal(sorted(stub.learned), stub.learned)
