import pytest
import torch

from autoencode.errors import ArgumentError
from autoencode.nn import FeatureExtractor, full_precision


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 33, 21), (1, 7, 5), (2, 1, 1), (17,)])
@pytest.mark.parametrize("pooled", [False, True])
@pytest.mark.parametrize("channels", [[8, 16, 5], [3]])
def test_any_shape_is_taken(shape, pooled, channels):
    network = FeatureExtractor(shape, channels, 4, pooled=pooled)
    x = torch.rand(5, *shape)
    maps = network.feature_maps(x)
    assert [each.shape[1] for each in maps] == channels
    assert network(x).shape == (5, 4)
    assert torch.equal(network(x), network.head_output(maps[-1]))


def test_maps_shrink_by_their_strides():
    network = FeatureExtractor((1, 7, 5), [2, 3, 4], 1, [1, 2, 2])
    assert [tuple(each.shape[2:]) for each in network.feature_maps(torch.rand(2, 1, 7, 5))] == [(7, 5), (4, 3), (2, 2)]


def test_a_pooled_network_takes_pictures_of_other_sizes():
    network = FeatureExtractor((1, 7, 5), [4, 8], 4, pooled=True)
    assert network(torch.rand(3, 1, 5, 7)).shape == (3, 4)


def test_examples_do_not_touch_each_other():
    network = FeatureExtractor((3, 9, 6), [4, 8], 2).double()
    x = torch.rand(4, 3, 9, 6).double()
    torch.testing.assert_close(network(x), torch.cat([network(each[None]) for each in x]))


def test_maps_stay_of_order_one_whatever_the_weights_are():
    network = FeatureExtractor((1, 12, 12), [8, 16], 1)
    x = torch.rand(6, 1, 12, 12)
    with torch.no_grad():
        before = [each.std() for each in network.feature_maps(x)]
        for layer in network.layers:
            layer[0].weight.mul_(50)
            layer[0].bias.mul_(50)
        after = [each.std() for each in network.feature_maps(x)]
    assert all(0.3 < value < 2 for value in (*before, *after))


def test_a_network_has_layers():
    with pytest.raises(ArgumentError, match="one number or more"):
        FeatureExtractor((3,), [], 1)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32])
def test_half_precision_becomes_full(dtype):
    assert full_precision(torch.zeros(2, dtype=dtype)).dtype == torch.float32
    assert full_precision(torch.zeros(2, dtype=torch.float64)).dtype == torch.float64
