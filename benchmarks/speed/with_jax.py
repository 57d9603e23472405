"""JAX alone: a step compiled by `jit`, or many of them in one `scan`."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from speed.gate import Gate
from speed.jobs import Job
from speed.pictures import orders, pictures

Weights = list[tuple[jax.Array, jax.Array]]
"""A matrix or a kernel, and biases, for each layer."""

CONV = ("NHWC", "HWIO", "NHWC")
SHAPES = {
    "dense-vae": [(784, 256), (256, 4), (2, 256), (256, 784)],
    "fashion-vae": [
        *((3, 3, 1, 32), (3, 3, 32, 64), (3, 3, 64, 64), (3, 3, 64, 64), (12544, 32), (32, 4)),
        *((2, 12544), (3, 3, 64, 32), (3, 3, 32, 1)),
    ],
    "fashion-denoise": [
        *((3, 3, 1, 64), (3, 3, 64, 32), (3, 3, 32, 16)),
        *((3, 3, 16, 16), (3, 3, 16, 32), (3, 3, 32, 64), (3, 3, 64, 1)),
    ],
}


def train(job: Job, data: Path, gate: Gate, scan: bool, precision: str = "float32") -> None:
    """Trains endlessly."""
    x = jnp.asarray(pictures(data, job).reshape(-1, 28, 28, 1))
    weights = start(SHAPES[job.recipe])
    gate.open(sum(w.size + b.size for w, b in weights), jax=jax.__version__)
    state = (weights, *(jax.tree.map(jnp.zeros_like, weights) for _ in range(2)), jnp.zeros((), jnp.int32))
    steps = job.together if scan else 1
    one = partial(step, partial(LOSSES[job.recipe], job), jnp.bfloat16 if precision == "bfloat16" else jnp.float32)
    call = jax.jit(partial(scanned, one) if scan else one, donate_argnums=0)
    for places in orders(len(x), steps * job.batch_size):
        state, loss = call(state, x, places.reshape(steps, -1) if scan else places)
        gate(len(places), loss, steps)


def start(shapes: list[tuple[int, ...]]) -> Weights:
    """Glorot's initialisation, with zero biases."""
    generator, weights = np.random.default_rng(0), Weights()
    for shape in shapes:
        places = int(np.prod(shape[:-2]))
        bound = np.sqrt(6 / (places * (shape[-2] + shape[-1])))
        drawn = generator.uniform(-bound, bound, shape)
        weights.append((jnp.asarray(drawn, jnp.float32), jnp.zeros(shape[-1])))
    return weights


def scanned(one: Callable[..., Any], state: Any, x: jax.Array, places: jax.Array) -> tuple[Any, jax.Array]:
    """Several steps, and the mean of their losses."""
    state, losses = lax.scan(lambda state, places: one(state, x, places), state, places)
    return state, losses.mean()


def step(loss_of: Callable[..., Any], dtype: Any, state: Any, x: jax.Array, places: jax.Array) -> tuple[Any, jax.Array]:
    """One step of Adam, and the loss. The networks compute in `dtype`, everything else in float32."""
    weights, means, squares, count = state
    key = jax.random.fold_in(jax.random.key(0), count)

    def loss_in(weights: Weights) -> jax.Array:
        return loss_of(jax.tree.map(lambda w: w.astype(dtype), weights), x[places], key)

    loss, slopes = jax.value_and_grad(loss_in)(weights)
    count += 1
    means = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, means, slopes)
    squares = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, squares, slopes)
    rate, scale = 1e-3 / (1 - 0.9**count), 1 / (1 - 0.999**count)
    weights = jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v * scale) + 1e-8), weights, means, squares)
    return (weights, means, squares, count), loss


def vae_loss(encode: Any, decode: Any, job: Job, weights: Weights, x: jax.Array, key: jax.Array) -> jax.Array:
    """Nats for each example."""
    mean, log_var = jnp.split(encode(weights, x.astype(weights[0][0].dtype)).astype(jnp.float32), 2, axis=-1)
    z = mean + jnp.exp(0.5 * log_var) * jax.random.normal(key, mean.shape)
    logits = decode(weights, z.astype(weights[0][0].dtype)).astype(jnp.float32).reshape(x.shape)
    nll = (jax.nn.softplus(logits) - x * logits).sum()
    kl = 0.5 * (mean**2 + jnp.exp(log_var) - 1 - log_var).sum()
    return (nll + job.beta * kl) / len(x)


def denoiser_loss(job: Job, weights: Weights, x: jax.Array, key: jax.Array) -> jax.Array:
    """The squared error for each example."""
    u = jax.random.uniform(key, x.shape)
    h = jnp.where(u < job.noise / 2, 0, jnp.where(u > 1 - job.noise / 2, 1, x)).astype(weights[0][0].dtype)
    for layer in weights[:3]:
        h = halved(jax.nn.relu(conv(layer, h)))
    for layer, side in zip(weights[3:6], (7, 14, 28), strict=True):
        h = doubled(jax.nn.relu(conv(layer, h)), side)
    made = jax.nn.sigmoid(conv(weights[6], h).astype(jnp.float32))
    return ((made - x) ** 2).sum() / len(x)


def dense_encode(weights: Weights, x: jax.Array) -> jax.Array:
    """784-256-4."""
    return dense(weights[1], jax.nn.relu(dense(weights[0], x.reshape(len(x), -1))))


def dense_decode(weights: Weights, z: jax.Array) -> jax.Array:
    """2-256-784."""
    return dense(weights[3], jax.nn.relu(dense(weights[2], z)))


def conv_encode(weights: Weights, x: jax.Array) -> jax.Array:
    """Four convolutions, two dense layers."""
    for layer, stride in zip(weights[:4], (1, 2, 1, 1), strict=True):
        x = jax.nn.relu(conv(layer, x, stride))
    return dense(weights[5], jax.nn.relu(dense(weights[4], x.reshape(len(x), -1))))


def conv_decode(weights: Weights, z: jax.Array) -> jax.Array:
    """A dense layer, a transposed convolution, a convolution."""
    h = jax.nn.relu(dense(weights[6], z)).reshape(-1, 14, 14, 64)
    w, b = weights[7]
    h = jax.nn.relu(lax.conv_transpose(h, w, (2, 2), "SAME", dimension_numbers=CONV) + b)
    return conv(weights[8], h)


def dense(layer: tuple[jax.Array, jax.Array], x: jax.Array) -> jax.Array:
    """A matrix product."""
    return x @ layer[0] + layer[1]


def conv(layer: tuple[jax.Array, jax.Array], x: jax.Array, stride: int = 1) -> jax.Array:
    """A convolution."""
    return lax.conv_general_dilated(x, layer[0], (stride, stride), "SAME", dimension_numbers=CONV) + layer[1]


def halved(x: jax.Array) -> jax.Array:
    """2×2 max pooling of non-negative values; an odd side is rounded up."""
    n, side, _, channels = x.shape
    odd = side % 2
    x = jnp.pad(x, ((0, 0), (0, odd), (0, odd), (0, 0)))
    half = (side + odd) // 2
    return x.reshape(n, half, 2, half, 2, channels).max((2, 4))


def doubled(x: jax.Array, side: int) -> jax.Array:
    """Nearest upsampling by 2, cropped to `side`."""
    return x.repeat(2, 1).repeat(2, 2)[:, :side, :side]


LOSSES = {
    "dense-vae": partial(vae_loss, dense_encode, dense_decode),
    "fashion-vae": partial(vae_loss, conv_encode, conv_decode),
    "fashion-denoise": denoiser_loss,
}
