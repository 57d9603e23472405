import torch

from autoencode.corruptions import Compose, Gaussian, MaskingNoise, OneOf, SaltAndPepper
from autoencode.data.batch import Batch
from support.statistics import assert_frequencies

THREE = OneOf((MaskingNoise(1.0), Compose(), lambda batch: Batch(batch.x + 2, batch.target)))


def test_each_example_is_corrupted_by_one_and_each_has_its_chance():
    torch.manual_seed(0)
    x = torch.full((3000, 2), 0.5)
    corrupted = THREE(Batch(x))
    assert corrupted.target is x
    assert (x == 0.5).all()
    kinds, counts = corrupted.x.unique(dim=0, return_counts=True)
    assert kinds.tolist() == [[0.0, 0.0], [0.5, 0.5], [2.5, 2.5]]
    assert_frequencies(counts, torch.full((3,), 1 / 3))


def test_every_example_keeps_its_place_and_the_clean_one_stays_the_target():
    torch.manual_seed(0)
    x, clean = torch.rand(40, 1, 5, 5), torch.rand(40, 1, 5, 5)
    context = torch.arange(40)
    corrupted = OneOf((SaltAndPepper(0.3), Compose()))(Batch(x, clean, context))
    same = corrupted.x == x
    assert same.flatten(1).all(1).any()
    assert not same.all()
    assert ((corrupted.x == 0) | (corrupted.x == 1))[~same].all()
    assert corrupted.target is clean
    assert corrupted.context is context


def test_noise_is_a_function_of_the_seed():
    x, both = torch.rand(20, 1, 4, 4), OneOf((Gaussian(0.1), SaltAndPepper(0.5)))
    made = []
    for seed in (3, 3, 4):
        torch.manual_seed(seed)
        made.append(both(Batch(x)).x)
    assert torch.equal(made[0], made[1])
    assert not torch.equal(made[0], made[2])
