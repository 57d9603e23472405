"""The Bernoulli's own gradient."""

import pytest
import torch

from autoencode.likelihoods import BernoulliLikelihood


@pytest.mark.parametrize("samples", [(), (3,)])
def test_first_and_second_gradients_of_logits_and_examples(samples: tuple[int, ...]) -> None:
    likelihood = BernoulliLikelihood((2, 2))
    logits = (5 * torch.randn(*samples, 2, 2, 2, dtype=torch.float64)).requires_grad_()
    x = torch.rand(2, 2, 2, dtype=torch.float64, requires_grad=True)

    def weighed(some: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        return likelihood(some).log_prob(x).square()

    assert torch.autograd.gradcheck(weighed, (logits, x))
    assert torch.autograd.gradgradcheck(weighed, (logits, x))


def test_one_picture_under_many_and_many_under_one() -> None:
    likelihood = BernoulliLikelihood((3,))
    one = torch.randn(1, 3, dtype=torch.float64, requires_grad=True)
    many = torch.rand(4, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda a, b: likelihood(a).log_prob(b), (one, many))
    assert torch.autograd.gradcheck(lambda a, b: likelihood(b.logit()).log_prob(a.sigmoid()), (one, many))
