from typing import Any, cast

import pytest
import torch

from autoencode.data import load
from autoencode.data.published.sets.made_tunes import all_tunes
from autoencode.errors import ArgumentError


def test_tunes_are_the_same_each_time_and_divided_by_tune() -> None:
    one, other = load("made-tunes"), load("made-tunes")
    assert one.fingerprint == other.fingerprint
    assert one.split.sizes == {"train": 5600, "validation": 700, "test": 700}
    assert one.data_shape == (17,)
    assert load("made-tunes", **cast("dict[str, Any]", one.options)).fingerprint == one.fingerprint


def test_a_tune_has_eight_bars_in_one_scale_a_theme_that_returns_and_ends_on_its_tonic() -> None:
    for piece in all_tunes()[:200]:
        notes = torch.from_numpy(piece.notes)
        assert piece.bars.tolist() == [4.0 * bar for bar in range(9)]
        assert torch.equal(notes[1:, 0], notes[:-1, 1])  # one voice without rests
        theme, again = (notes[(notes[:, 0] >= at) & (notes[:, 0] < at + 8)] for at in (0, 16))
        assert torch.equal(theme[:, 2], again[:, 2])
        above = {int(pitch - notes[-1, 2]) % 12 for pitch in notes[:, 2]}
        assert above <= {0, 2, 4, 5, 7, 9, 11} or above <= {0, 2, 3, 5, 7, 8, 10}


def test_its_steps_are_not_to_be_chosen() -> None:
    with pytest.raises(ArgumentError, match="--bars does not apply to made-tunes"):
        load("made-tunes", bars=4)
