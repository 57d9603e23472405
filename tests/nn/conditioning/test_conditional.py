import pytest
import torch
from torch import nn

from autoencode.data.batch import Batch
from autoencode.errors import ArgumentError, ShapeError
from autoencode.nn import ConditionalDecoder, ConditionalEncoder, OneHot
from autoencode.objectives import forward_pass
from autoencode.priors import ConditionalNormalPrior
from autoencode.recipes import conditional_vae


def test_one_hot_is_torch_s_and_refuses_classes_that_there_are_not() -> None:
    assert OneHot(4)(torch.tensor([3, 1])).tolist() == [[0, 0, 0, 1], [0, 1, 0, 0]]
    for wrong in (4, -1):
        with pytest.raises(ShapeError, match=f"classes 0 to 3.*{wrong}"):
            OneHot(4)(torch.tensor([wrong]))


def test_the_context_stands_behind_what_is_seen() -> None:
    x, c = torch.randn(5, 3), torch.arange(5) % 2
    assert torch.equal(ConditionalEncoder(nn.Identity(), OneHot(2))(x, c), torch.cat([x, OneHot(2)(c)], 1))
    assert torch.equal(ConditionalDecoder(nn.Identity(), OneHot(2))(x, c), torch.cat([x, OneHot(2)(c)], 1))


def test_a_fresh_conditional_prior_is_standard_normal_and_the_context_moves_it() -> None:
    prior = ConditionalNormalPrior(OneHot(3), 3, 2)
    labels = torch.tensor([0, 1, 2, 0])
    assert torch.equal(prior(labels).mean, torch.zeros(4, 2))
    assert torch.equal(prior(labels).stddev, torch.ones(4, 2))
    nn.init.normal_(prior.head.weight)
    p = prior(labels)
    assert (p.batch_shape, p.event_shape) == ((4,), (2,))
    assert torch.equal(p.mean[0], p.mean[3])
    assert not torch.equal(p.mean[0], p.mean[1])


def test_the_context_reaches_encoder_decoder_and_prior() -> None:
    model, _ = conditional_vae((1, 7, 5), n_classes=3)
    nn.init.normal_(model.prior.head.weight)
    x = torch.rand(1, 1, 7, 5).expand(3, -1, -1, -1)
    c = torch.arange(3)
    q, z = model.encode(x, c), torch.zeros(3, 8)
    assert not torch.allclose(q.mean[0], q.mean[1])
    assert not torch.allclose(model.decode(z, c).mean[0], model.decode(z, c).mean[1])
    several = model.decode(torch.zeros(2, 3, 8), c)  # samples first: the context belongs to the batch axis
    assert torch.allclose(several.mean[0], several.mean[1])
    assert torch.allclose(several.mean[0], model.decode(z, c).mean, atol=1e-6)
    assert model.is_conditional


def test_without_a_context_it_is_an_error_that_says_so() -> None:
    model, _ = conditional_vae((1, 7, 5))
    with pytest.raises(ArgumentError, match="conditional: give the context"):
        forward_pass(model, Batch(torch.rand(2, 1, 7, 5)))
