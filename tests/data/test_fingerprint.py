import torch

from autoencode.data import fingerprint


def test_the_same_data_have_the_same_fingerprint():
    x = torch.arange(6, dtype=torch.uint8).view(2, 3)
    assert fingerprint(x, None) == fingerprint(x.clone(), None)
    assert len(fingerprint(x, None)) == 64
    assert fingerprint(x.t().contiguous().t(), None) == fingerprint(x, None)


def test_bytes_shape_type_and_labels_all_count():
    x = torch.arange(6, dtype=torch.uint8).view(2, 3)
    changed = x.clone()
    changed[1, 2] += 1
    variants = [(x, None), (changed, None), (x.view(3, 2), None), (x.view(torch.int8), None), (x, torch.tensor([0, 1]))]
    assert len({fingerprint(*variant) for variant in variants}) == len(variants)
