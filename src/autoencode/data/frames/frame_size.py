"""The size to which frames are scaled where none is given."""

_LONGEST = 128


def usual_size(height: int, width: int) -> tuple[int, int]:
    """The size of a frame, or with its longer side scaled to 128 pixels where it is longer.

    Example:
        >>> usual_size(48, 96), usual_size(1080, 1920)
        ((48, 96), (72, 128))
    """
    factor = min(1.0, _LONGEST / max(height, width))
    return max(1, round(height * factor)), max(1, round(width * factor))
