"""From probabilities to classes, and from classes to planes and files."""

import numpy as np
import pytest
import torch

from autoencode.data.masks.mask_classes import MaskClasses, MaskKind, class_indices
from autoencode.data.masks.mask_files import read_mask_header, read_mask_values
from autoencode.data.masks.mask_writer import encode_mask
from autoencode.data.masks.outlines import OBJECT_NAMES

OBJECTS = MaskClasses(OBJECT_NAMES, MaskKind.OBJECTS)


def test_an_outline_and_its_object_are_together_more_probable_than_the_background():
    p = torch.tensor([[0.4, 0.6, 0.1], [0.25, 0.3, 0.5], [0.35, 0.1, 0.4]])[None, :, None]
    assert OBJECTS.decide(p).tolist() == [[[2, 0, 1]]]
    labels = MaskClasses(("background", "a", "b"), MaskKind.LABELS, (0, 1, 2))
    assert labels.decide(p).tolist() == [[[0, 0, 1]]]


def test_planes_and_classes_are_inverse():
    classes = np.random.default_rng(0).integers(0, 3, (70, 1, 5, 4)).astype(np.uint8)
    planes = OBJECTS.planes(classes)
    assert planes.shape == (70, 3, 5, 4)
    assert (class_indices(planes).numpy() == classes[:, 0]).all()
    assert (class_indices(torch.zeros(1, 3, 2, 2)) == -1).all()


@pytest.mark.parametrize(
    "masks",
    [
        MaskClasses(("background", "a", "b"), MaskKind.LABELS, (0, 7, 255)),
        MaskClasses(("background", "a", "b"), MaskKind.LABELS, (0, 7, 1000)),
        MaskClasses(("background", "a", "b"), MaskKind.PALETTE, (0, 2, 5), (0x102030, 0xFF0000, 0x00FF00)),
        MaskClasses(("background", "a", "b"), MaskKind.COLOURS, (0x102030, 0xFF0000, 0x00FF00)),
    ],
    ids=["bytes", "words", "palette", "colours"],
)
def test_what_is_written_is_read_as_the_same_classes(masks, tmp_path):
    classes = np.random.default_rng(0).integers(0, 3, (9, 7)).astype(np.uint8)
    file = tmp_path / "mask.png"
    file.write_bytes(encode_mask(classes, masks))
    header = read_mask_header(file)
    assert (header.height, header.width, header.kind) == (9, 7, masks.kind)
    assert (masks.indices(read_mask_values(file, masks.kind)) == classes).all()
    if masks.colours:
        assert [header.colours[value] for value in masks.values] == list(masks.colours)


def test_more_than_255_objects_are_written_in_16_bits(tmp_path):
    numbers = np.arange(400).reshape(20, 20)
    (tmp_path / "mask.png").write_bytes(encode_mask(numbers > 0, OBJECTS, numbers))
    assert (read_mask_values(tmp_path / "mask.png", MaskKind.LABELS) == numbers).all()
