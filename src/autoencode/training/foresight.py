"""What can be said of a training before its first step: too few examples, too few steps, columns of unlike scales."""

from autoencode.data import Dataset
from autoencode.settings import Settings
from autoencode.training.planning import planned_steps

_FEW_EXAMPLES, _FEW_STEPS, _USUAL_STEPS = 200, 500, 2_000
_UNLIKE_SCALES = 1e3
_MAX_ROWS = 100_000


def foresee(data: Dataset, settings: Settings) -> list[str]:
    """One sentence for each thing that will make the result poor, with what to do; empty where nothing is seen.

    Args:
        data: what is to be trained on.
        settings: how long and in which batches.
    """
    found = [_few_examples(data, settings), _few_steps(data, settings), _unlike_scales(data)]
    return [sentence for sentence in found if sentence]


def cut_short(data: Dataset, settings: Settings) -> str | None:
    """A sentence where a training ends before all its epochs, as the data are many; None where it makes them.

    Args:
        data: what is to be trained on.
        settings: how long and in which batches.
    """
    per_epoch = max(1, -(-len(data.train) // settings.batch_size))
    steps = planned_steps(settings, per_epoch)
    if steps is None or steps != settings.max_steps or settings.minutes or settings.steps:
        return None
    epochs = f"{steps / per_epoch:.1f} epochs, in place of {settings.epochs}"
    return f"ends after {steps:,} steps, {epochs} (--epochs or --minutes for a longer training)"


def _few_examples(data: Dataset, settings: Settings) -> str | None:
    n, modality = len(data.train), data.modality
    if n >= _FEW_EXAMPLES:
        return None
    augment = ", or --augment auto" if modality.can_augment and settings.augment == "none" else ""
    return (
        f"{n} {modality.noun} to train on are few: what the model draws or repairs will look like them or be blurred; "
        f"take {_FEW_EXAMPLES} or more{augment}"
    )


def _few_steps(data: Dataset, settings: Settings) -> str | None:
    if settings.minutes is not None:
        return None
    per_epoch = max(1, -(-len(data.train) // settings.batch_size))
    steps = planned_steps(settings, per_epoch)
    if steps is None or steps >= _FEW_STEPS:
        return None
    instead = f"--steps {_USUAL_STEPS}" if settings.steps else f"--epochs {-(-_USUAL_STEPS // per_epoch)}"
    return f"{steps} training steps are few, about {_USUAL_STEPS:,} give a first result: take {instead}, or --minutes 5"


def _unlike_scales(data: Dataset) -> str | None:
    if len(data.data_shape) != 1 or len(data.train) < 2 or data.standardisation or data.vocabulary:
        return None
    scales = data.train.inputs(slice(0, _MAX_ROWS)).double().std(0)
    varied = scales[scales > 0]
    if len(varied) < 2 or varied.max() / varied.min() < _UNLIKE_SCALES:
        return None
    return (
        f"columns differ in scale by {float(varied.max() / varied.min()):.0e} (column {int(scales.argmax())} has a "
        f"standard deviation of {float(varied.max()):.3g}), and the model will learn the largest only: say --values "
        "standardised, which divides each by its standard deviation"
    )
