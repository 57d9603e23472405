"""How strides change the size of an image, odd sizes included."""

from collections.abc import Sequence

Size = tuple[int, int]


def strided_size(size: Size, stride: int = 2) -> Size:
    """The size after a convolution with `same` padding and this stride: each side divided by it and rounded up."""
    height, width = size
    return -(-height // stride), -(-width // stride)


def sizes_after(size: Size, strides: Sequence[int]) -> list[Size]:
    """The sizes before, between and after convolutions of these strides.

    Example:
        >>> sizes_after((7, 28), [1, 2, 2])
        [(7, 28), (7, 28), (4, 14), (2, 7)]
    """
    sizes = [size]
    for stride in strides:
        sizes.append(strided_size(sizes[-1], stride))
    return sizes
