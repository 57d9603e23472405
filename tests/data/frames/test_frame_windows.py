"""Windows of frames: the frame after t is t + 1, and none is missing inside."""

import pytest
import torch

from autoencode.data.frames.frame_windows import FrameSequence, FrameSequences, find_windows, past_and_future


@pytest.fixture
def found():
    """Frames of two channels that hold their own numbers."""
    frames = torch.arange(12, dtype=torch.uint8)[:, None, None, None].expand(12, 2, 3, 4).contiguous()
    return FrameSequences(frames, [FrameSequence("a", 7, breaks=(5,)), FrameSequence("b", 5)])


def test_the_future_follows_the_past_frame_by_frame(found):
    windows = find_windows(found, 4)
    past, future = past_and_future(found, windows, 3, 1, "here")
    assert past.shape == (4, 6, 3, 4)
    assert past[torch.arange(4)].read()[:, ::2, 0, 0].tolist() == [[0, 1, 2], [1, 2, 3], [7, 8, 9], [8, 9, 10]]
    assert future[torch.arange(4)].read()[:, 0, 0, 0].tolist() == [3, 4, 10, 11]


def test_no_window_has_frames_of_two_sequences_or_across_a_gap(found):
    windows = find_windows(found, 2)
    assert windows.starts.tolist() == [0, 1, 2, 3, 5, 7, 8, 9, 10]
    assert windows.sequences.tolist() == [0] * 5 + [1] * 4
    assert windows.crossing == 1


def test_a_sequence_that_is_too_short_has_no_window(found):
    assert find_windows(found, 6).starts.tolist() == []


def test_windows_take_no_memory_of_their_own(found):
    past, _ = past_and_future(found, find_windows(found, 2), 1, 1, "here")
    assert past[2:5].shape == (3, 2, 3, 4)
    torch.testing.assert_close(past.index_select(0, torch.tensor([3, 0]))[:, 0, 0, 0].tolist(), [3, 0])


def test_frames_that_lie_in_another_order_stay_where_they_are(found):
    order = torch.arange(12).flip(0)
    lying = FrameSequences(found.frames.flip(0), found.sequences, order=order)
    windows = find_windows(found, 4)
    for one, other in zip(*(past_and_future(each, windows, 3, 1, "") for each in (found, lying)), strict=True):
        assert torch.equal(one.read(), other.read())
        assert one.digest != other.digest


def test_other_frames_or_another_choice_of_windows_have_another_digest(found):
    windows = find_windows(found, 2)
    one, other = past_and_future(found, windows, 1, 1, "here")
    changed = FrameSequences(found.frames.clone().fill_(3), found.sequences)
    assert len({one.digest, other.digest, past_and_future(changed, windows, 1, 1, "here")[0].digest}) == 3
