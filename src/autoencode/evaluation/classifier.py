"""A small classifier of the data, whose features and probabilities measure generated examples."""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from autoencode.data import Batches, Subset, modality_of, sequential_batches
from autoencode.errors import DataError
from autoencode.evaluation.estimate import Estimate
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.reporter import Reporter, resolve_reporter, track
from autoencode.runtime.seeding import seeded_rng

FEATURES = 64
_LEARNING_RATE, _BATCH = 4e-3, 128


class Classifier(nn.Module):
    """Convolutions of 32, 64 and 128 channels for pictures, two dense layers of 256 units for vectors; 64 features.

        x ─► layers ─► features (64) ─► logits of the classes

    Args:
        data_shape: of one example.
        n_classes: how many classes there are.
    """

    def __init__(self, data_shape: Sequence[int], n_classes: int) -> None:
        super().__init__()
        self.data_shape, self.n_classes = tuple(data_shape), n_classes
        spatial = modality_of(self.data_shape).spatial
        self.body = _pictures(self.data_shape) if spatial else _vectors(math.prod(self.data_shape))
        self.head = nn.Linear(FEATURES, n_classes)

    def forward(self, x: Float[Tensor, "batch ..."]) -> Float[Tensor, "batch classes"]:
        """The logits of the classes."""
        return self.head(self.body(x))

    @torch.no_grad()
    def features(self, x: Float[Tensor, "n ..."]) -> Float[Tensor, "n features"]:
        """The input of the last layer, computed in chunks."""
        return torch.cat([self.body(some) for some in x.split(500)])

    @torch.no_grad()
    def probabilities(self, x: Float[Tensor, "n ..."]) -> Float[Tensor, "n classes"]:
        """The probabilities of the classes given each example."""
        return torch.cat([self(some).softmax(1) for some in x.split(500)])


def _pictures(data_shape: tuple[int, ...]) -> nn.Sequential:
    """Three levels of convolutions, then pooling to 4 × 4, so that pictures can have any size."""
    layers: list[nn.Module] = []
    before = data_shape[0]
    for width, stride in ((32, 1), (64, 2), (128, 2)):
        layers += [nn.Conv2d(before, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
        before = width
    places = [nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Dropout(0.2), nn.Linear(16 * before, FEATURES)]
    return nn.Sequential(*layers, *places, nn.ReLU())


def _vectors(values: int) -> nn.Sequential:
    layers = [nn.Flatten(), nn.Linear(values, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(256, FEATURES), nn.ReLU())


@tuned_cpu()
def train_classifier(
    subset: Subset,
    n_classes: int,
    *,
    epochs: int = 4,
    seed: int = 0,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Classifier:
    """Trains a classifier on the CPU with Adam and a one-cycle learning rate.

    The same data, seed and machine give the same weights. The global generators are not changed.

    Args:
        subset: labelled examples; those without a label are skipped.
        n_classes: how many classes there are.
        epochs: passes through the subset; four take about three minutes for Fashion-MNIST on one core.
        seed: of weights and batches.
        reporter: receives the progress of the task "training a classifier", in steps.
        cancel: ends it early.

    Raises:
        CancelledError: `cancel` asked for it.
        DataError: there are no labels.
    """
    subset = _labelled(subset)
    with seeded_rng(seed):
        model = Classifier(subset.data_shape, n_classes).to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        _fit(model, subset, epochs, seed, resolve_reporter(reporter), cancel)
    return model.eval()


def _labelled(subset: Subset) -> Subset:
    """The examples whose class is known, with the class as their only context."""
    if subset.labels is None or not bool((subset.labels >= 0).any()):
        raise DataError("a classifier needs labels, which these data do not have")
    known = subset[(subset.labels >= 0).nonzero()[:, 0]]
    return Subset(known.x, known.labels, stochastic=known.stochastic)


def _fit(
    model: Classifier, subset: Subset, epochs: int, seed: int, reporter: Reporter, cancel: CancelToken | None
) -> None:
    batches = Batches(subset, _BATCH, seed=seed)
    steps = epochs * batches.steps_per_epoch
    optimizer = torch.optim.Adam(model.parameters(), betas=(0.9, 0.99))
    with track(reporter, "training a classifier", steps, "steps", cancel=cancel) as progress:
        for step in range(steps):
            progress.update(step)
            rise = min(1.0, step / (0.2 * steps))
            optimizer.param_groups[0]["lr"] = _LEARNING_RATE * min(rise, (steps - step) / (0.8 * steps))
            batch = batches(step)
            if len(batch) < 2:  # batch normalisation needs two examples
                continue
            optimizer.zero_grad()
            assert batch.context is not None  # noqa: S101  # the labels
            F.cross_entropy(model(batch.x), batch.context).backward()
            optimizer.step()


@tuned_cpu()
def accuracy(model: Classifier, subset: Subset) -> Estimate:
    """The share of labelled examples whose most probable class is the right one.

    Raises:
        DataError: there are no labels.
    """
    right = [
        model.probabilities(batch.x).argmax(1) == batch.context for batch in sequential_batches(_labelled(subset), 500)
    ]
    return Estimate.of(torch.cat(right).double())
