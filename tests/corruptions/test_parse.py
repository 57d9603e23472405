import pytest
import torch

from autoencode.corruptions import (
    Blur,
    Compose,
    Gaussian,
    Jpeg,
    Levels,
    MaskingNoise,
    OneOf,
    SaltAndPepper,
    Stain,
    Watermark,
    parse_corruption,
    parse_corruptions,
)
from autoencode.data.batch import Batch
from autoencode.errors import ArgumentError, UnknownNameError


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("stain", Stain()),
        ("salt-and-pepper:0.1", SaltAndPepper(0.1)),
        ("gaussian:0.05..0.3", Gaussian((0.05, 0.3))),
        (" jpeg : 30 ", Jpeg(30.0)),
        ("blur:3", Blur(3.0)),
        ("watermark", Watermark()),
        ("watermark:logo.png", Watermark(mark="logo.png")),
        ("watermark:logo.png:0.1..0.3", Watermark((0.1, 0.3), "logo.png")),
        ("watermark:logo.png:0.4", Watermark(0.4, "logo.png")),
        ("watermark:C:\\logo.png", Watermark(mark="C:\\logo.png")),
        ('watermark:"© Me"', Watermark(mark='"© Me"')),
        ("watermark:a text: with a colon", Watermark(mark="a text: with a colon")),
        ("blur:3|stain", OneOf((Blur(3.0), Stain()))),
        ("blur:3 | none | none", OneOf((Blur(3.0), Compose(), Compose()))),
        ('watermark:"one | two"', Watermark(mark='"one | two"')),
        ('watermark:"one | two":0.1 | levels', OneOf((Watermark(0.1, '"one | two"'), Levels()))),
    ],
)
def test_a_text_makes_a_corruption(text, made):
    assert parse_corruption(text) == made


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("gaussan:0.1", UnknownNameError, "no corruption named 'gaussan'; did you mean 'gaussian'"),
        ("", UnknownNameError, "autoencode list corruptions"),
        ("none", UnknownNameError, "no corruption named 'none'"),
        ("blur | gaussan", UnknownNameError, "no corruption named 'gaussan'"),
        ("blur | ", UnknownNameError, "autoencode list corruptions"),
        ("gaussian:much", ArgumentError, "gaussian takes a number or a range, such as gaussian:0.1 or .*, not 'much'"),
        ("gaussian:", ArgumentError, "gaussian takes a number or a range.*not ''"),
        ("gaussian:0.1..", ArgumentError, "gaussian takes a number or a range"),
        ("jpeg:fine", ArgumentError, "jpeg takes a number or a range, such as jpeg:60 or jpeg:10..60, not 'fine'"),
        ("masking-noise:1.5", ArgumentError, "masking-noise takes a share of the values, 0 to 1, not 1.5"),
        ("masking-noise:0.5..0.1", ArgumentError, "masking-noise takes a range from less to more, not 0.5..0.1"),
        ("jpeg:0", ArgumentError, "jpeg takes a quality, 1 to 100, not 0"),
        ("watermark:", ArgumentError, "watermark takes a picture file or a text"),
        ('watermark:""', ArgumentError, "watermark takes a picture file or a text"),
        ("watermark:" + 300 * "a", ArgumentError, "at most 200 letters"),
        ("watermark:Ratio 16:9", ArgumentError, "watermark takes an opacity, 0 to 1, not 9"),
    ],
)
def test_errors_say_what_to_write(text, error, said):
    with pytest.raises(error, match=said):
        parse_corruption(text)


def test_several_are_applied_in_order():
    x = torch.ones(3, 1, 8, 8)
    black_last = parse_corruptions(["gaussian:0.1", "masking-noise:1"])(Batch(x))
    black_first = parse_corruptions(["masking-noise:1", "gaussian:0.1"])(Batch(x))
    assert (black_last.x == 0).all()
    assert (black_first.x != 0).all()
    assert black_last.target is x
    assert black_first.target is x


def test_several_are_the_same_as_one_after_the_other():
    x, parts = torch.rand(3, 1, 8, 8), ["gaussian:0.1", "blur:2", "levels"]
    torch.manual_seed(1)
    together = parse_corruptions(parts)(Batch(x)).x
    torch.manual_seed(1)
    batch = Batch(x)
    for part in parts:
        batch = parse_corruption(part)(batch)
    assert torch.equal(together, batch.x)


def test_one_text_alone_is_as_good_and_none_changes_nothing():
    assert (
        parse_corruptions("masking-noise:0.2")
        == parse_corruptions(["masking-noise:0.2"])
        == Compose((MaskingNoise(0.2),))
    )
    batch = Batch(torch.rand(2, 5))
    assert parse_corruptions([])(batch) is batch


def test_functions_of_one_s_own_can_be_among_them():
    def negative(batch):
        return Batch(1 - batch.x, batch.target)

    batch = Compose((negative, Levels(2.0)))(Batch(torch.tensor([[0.1, 0.9]])))
    assert batch.x.tolist() == [[1.0, 0.0]]
