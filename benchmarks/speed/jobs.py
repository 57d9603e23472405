"""The three models that are trained, and the cost of a picture in each of them."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Layer:
    """A layer with weights.

    Args:
        weights: their number, without biases.
        biases: their number.
        times: how often a picture uses each weight: once in a dense layer, at each position of a convolution.
    """

    weights: int
    biases: int
    times: int = 1


def dense(n_in: int, n_out: int) -> Layer:
    """A dense layer."""
    return Layer(n_in * n_out, n_out)


def conv(n_in: int, n_out: int, side: int) -> Layer:
    """A 3×3 convolution at `side`² positions: those of its output, for a transposed one those of its input."""
    return Layer(9 * n_in * n_out, n_out, side * side)


@dataclass(frozen=True)
class Job:
    """A model, its data and how it is trained: with Adam at 1e-3, for all.

    Args:
        recipe: the recipe's name.
        source: the data's name; pictures of 28×28 in grey.
        batch_size: examples in a step.
        layers: those with weights.
        loss: what is compared after the first steps.
        steps: after so many the losses of two contenders are alike, whatever weights they started from.
        together: steps that are done in one call where a contender can (Keras's `steps_per_execution`, JAX's `scan`).
        options: of the recipe.
        beta: weight of the KL, which has the same value from the first step on.
        noise: the share of pixels that become black or white, drawn anew for each batch.
        tolerance: the share by which losses may differ.
    """

    recipe: str
    source: str
    batch_size: int
    layers: tuple[Layer, ...]
    loss: str
    steps: int
    together: int
    options: dict[str, int] = field(default_factory=dict)
    beta: float = 1.0
    noise: float = 0.0
    tolerance: float = 0.05

    @property
    def parameters(self) -> int:
        """The number of parameters."""
        return sum(layer.weights + layer.biases for layer in self.layers)

    @property
    def flops(self) -> int:
        """Additions and multiplications in training on one picture: three times those of the forward pass."""
        return 3 * sum(2 * layer.weights * layer.times for layer in self.layers)


JOBS = {
    "A": Job(
        recipe="dense-vae",
        source="mnist",
        batch_size=128,
        layers=(dense(784, 256), dense(256, 4), dense(2, 256), dense(256, 784)),
        loss="nats per example",
        steps=300,
        together=50,
    ),
    "B": Job(
        recipe="fashion-vae",
        source="fashion-mnist",
        batch_size=128,
        layers=(
            *(conv(1, 32, 28), conv(32, 64, 14), conv(64, 64, 14), conv(64, 64, 14)),
            *(dense(64 * 14 * 14, 32), dense(32, 4), dense(2, 64 * 14 * 14)),
            *(conv(64, 32, 14), conv(32, 1, 28)),
        ),
        loss="nats per example",
        steps=300,
        together=10,
        options={"warmup_steps": 0},
        beta=0.39,
    ),
    "C": Job(
        recipe="fashion-denoise",
        source="fashion-mnist",
        batch_size=256,
        layers=(
            *(conv(1, 64, 28), conv(64, 32, 14), conv(32, 16, 7)),
            *(conv(16, 16, 4), conv(16, 32, 7), conv(32, 64, 14), conv(64, 1, 28)),
        ),
        loss="squared error per example",
        steps=150,
        together=10,
        noise=0.1,
        tolerance=0.1,  # three seeds of one contender differ by 4 %
    ),
}
