import pytest
import torch

from autoencode.data import Subset
from autoencode.errors import DataError
from autoencode.evaluation import Classifier, accuracy, train_classifier
from autoencode.evaluation.classifier import FEATURES


def halves(n: int, shape=(1, 8, 8)) -> Subset:
    """Bright above or bright below: two classes that are easily separated."""
    labels = torch.arange(n) % 2
    x = torch.rand(n, *shape) * 0.3
    x[labels == 1, ..., : shape[-2] // 2, :] += 0.7
    x[labels == 0, ..., shape[-2] // 2 :, :] += 0.7
    return Subset((x * 255).to(torch.uint8), labels)


def test_it_learns_and_is_the_same_again():
    part, other = halves(64), halves(60)
    torch.manual_seed(5)
    one = train_classifier(part, 2, epochs=16, seed=1)
    noise = torch.rand(1)
    torch.manual_seed(6)
    again = train_classifier(part, 2, epochs=16, seed=1)
    assert accuracy(one, other).value == 1
    for name, value in one.state_dict().items():
        assert torch.equal(value, again.state_dict()[name]), name
    torch.manual_seed(5)
    assert torch.equal(noise, torch.rand(1)), "the process's own generator moved"
    assert not one.training


def test_probabilities_and_features():
    model = Classifier((3, 17, 9), 4).eval()
    x = torch.rand(7, 3, 17, 9)
    assert model.features(x).shape == (7, FEATURES)
    assert torch.allclose(model.probabilities(x).sum(1), torch.ones(7))
    assert torch.allclose(model.head(model.features(x)).softmax(1), model.probabilities(x))


def test_vectors():
    labels = torch.arange(200) % 2
    part = Subset(torch.randn(200, 5) + 4 * labels[:, None], labels)
    assert accuracy(train_classifier(part, 2, epochs=10), part).value > 0.95


def test_examples_without_a_label_are_left_out():
    part = halves(64)
    labels = part.labels.clone()
    labels[::3] = -1
    some = Subset(part.x, labels)
    model = train_classifier(some, 2, epochs=1)
    assert accuracy(model, some) == accuracy(model, some[(labels >= 0).nonzero()[:, 0]])
    assert accuracy(model, some).n == 42


def test_no_labels():
    for labels in (None, torch.full((8,), -1)):
        with pytest.raises(DataError, match="needs labels"):
            train_classifier(Subset(torch.rand(8, 4), labels), 2)
    with pytest.raises(DataError, match="needs labels"):
        accuracy(Classifier((4,), 2), Subset(torch.rand(8, 4)))
