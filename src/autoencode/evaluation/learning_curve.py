"""What the validation losses of a training say about its length."""

from collections.abc import Sequence

from autoencode.runs.metrics import EpochMetrics

_MIN_EPOCHS_TO_RISE, _EARLY, _RISE = 10, 0.6, 0.1
_MIN_EPOCHS_TO_FALL, _LATE, _FALL = 5, 0.8, 0.03


def rising_since(epochs: Sequence[EpochMetrics]) -> float | None:
    """The epoch from which the validation loss rose (overfitting), or None.

    It did where the best of ten epochs or more is among the first six tenths, and the loss rose afterwards by a tenth
    of what it fell before.
    """
    losses = _losses(epochs)
    if len(losses) < _MIN_EPOCHS_TO_RISE:
        return None
    best = losses.index(min(losses))
    rose, fell = losses[-1] - losses[best], losses[0] - losses[best]
    return epochs[best].epoch if best + 1 <= _EARLY * len(losses) and rose > _RISE * fell > 0 else None


def still_falling(epochs: Sequence[EpochMetrics]) -> bool:
    """Whether the last of five epochs or more is the best, and the last fifth of them brought 3 % of the whole fall."""
    losses = _losses(epochs)
    if len(losses) < _MIN_EPOCHS_TO_FALL or losses[-1] > min(losses):
        return False
    late = losses[int(_LATE * len(losses)) - 1] - losses[-1]
    return late > _FALL * (losses[0] - losses[-1]) > 0


def _losses(epochs: Sequence[EpochMetrics]) -> list[float]:
    """The validation losses; none where auxiliary networks learn, so that losses of two epochs cannot be compared."""
    losses = [epoch.validation["loss"] for epoch in epochs]
    compared = not any(epoch.best and losses[i] > min(losses[: i + 1]) for i, epoch in enumerate(epochs))
    return losses if compared else []
