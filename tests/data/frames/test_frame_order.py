"""In which order frames are, and where some are missing."""

import pytest

from autoencode.data.frames.frame_order import frame_times, natural_key, times_from_names


def test_two_comes_before_ten_however_names_are_written():
    names = [f"Frame{number}.png" for number in (10, 9, 100, 1)] + ["frame2.png"]
    assert sorted(names, key=natural_key) == ["Frame1.png", "frame2.png", "Frame9.png", "Frame10.png", "Frame100.png"]


def test_digits_that_are_no_numbers_are_letters():
    assert sorted(["m²10.png", "m²9.png"], key=natural_key) == ["m²9.png", "m²10.png"]


def test_names_that_begin_with_digits_and_letters_can_be_compared():
    assert sorted(["b.png", "1.png", "a1.png"], key=natural_key) == ["1.png", "a1.png", "b.png"]


def test_a_missing_number_is_a_gap():
    times = times_from_names(["a/f8.png", "a/f9.png", "a/f11.png", "a/f12.png"])
    assert times is not None
    assert times.counted
    assert times.gaps() == [2]


def test_every_fifth_frame_is_an_even_sequence():
    times = times_from_names([f"{number}.png" for number in range(0, 50, 5)])
    assert times is not None
    assert (times.step, times.gaps()) == (5.0, [])


def test_a_moment_in_a_name_is_a_time_whose_step_may_be_uneven():
    names = [f"center_2018_07_16_17_59_59_{ms}.jpg" for ms in (100, 168, 240, 310)]
    times = times_from_names([*names, "center_2018_07_16_18_00_00_100.jpg", "center_2018_07_16_18_00_00_171.jpg"])
    assert times is not None
    assert not times.counted
    assert times.step == pytest.approx(0.071)
    assert times.gaps() == [4]


def test_a_compact_moment_is_read_too():
    times = times_from_names(["cam-20180716T171143.png", "cam-20180716T171144.png"])
    assert times is not None
    assert times.step == 1


@pytest.mark.parametrize(
    "names", [["a.png", "b.png"], ["1.png", "1b.png"], ["x2.png", "y1.png"], ["a.png", "b2.png"], ["a1.png"]]
)
def test_names_whose_numbers_do_not_rise_say_nothing(names):
    assert times_from_names(names) is None


def test_a_day_that_does_not_exist_is_no_moment_but_a_number():
    times = times_from_names(["2018_13_45_17_11_43_1.png", "2018_13_45_17_11_43_2.png"])
    assert times is not None
    assert times.counted


def test_times_that_go_back_say_nothing():
    assert frame_times([0.0, 1.0, 0.5]) is None
