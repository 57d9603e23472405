"""Finds the masks of pictures of any size."""

from autoencode.runs.segmenter import Segmenter
from autoencode.tasks.segment.segment import Segmentations, Spread, segment

__all__ = ["Segmentations", "Segmenter", "Spread", "segment"]
