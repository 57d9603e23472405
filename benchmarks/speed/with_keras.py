"""Keras, on TensorFlow or on JAX: the model of its own documentation, compiled and fitted."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
from keras import layers, ops

from speed.gate import Gate
from speed.jobs import Job
from speed.pictures import pictures


class Sampling(layers.Layer):
    """Samples a code, and adds β times the KL to the model's loss."""

    def __init__(self, beta: float) -> None:
        super().__init__(dtype="float32")
        self.beta, self.seeds = beta, keras.random.SeedGenerator(0)

    def call(self, h: Any) -> Any:
        """From mean and logarithm of the variance, (batch, 4), to (batch, 2)."""
        mean, log_var = ops.split(h, 2, axis=-1)
        kl = 0.5 * ops.sum(ops.square(mean) + ops.exp(log_var) - 1 - log_var, axis=-1)
        self.add_loss(self.beta * ops.mean(kl))
        return mean + ops.exp(0.5 * log_var) * keras.random.normal(ops.shape(mean), seed=self.seeds)


class SaltAndPepper(layers.Layer):
    """A share of the pixels become black or white."""

    def __init__(self, share: float) -> None:
        super().__init__(dtype="float32")
        self.share, self.seeds = share, keras.random.SeedGenerator(0)

    def call(self, x: Any) -> Any:
        """Samples new noise for each batch."""
        u = keras.random.uniform(ops.shape(x), seed=self.seeds)
        x = ops.where(u < self.share / 2, ops.zeros_like(x), x)
        return ops.where(u > 1 - self.share / 2, ops.ones_like(x), x)


class Gated:
    """Keras's function of a training call, with the gate behind it.

    A callback after each batch would make Keras wait for every loss. Keras's loss is the mean since the epoch began.
    """

    def __init__(self, call: Callable[..., Any], gate: Gate, batch_size: int, steps: int, calls_an_epoch: int) -> None:
        self.call, self.gate, self.steps, self.images = call, gate, steps, steps * batch_size
        self.calls_an_epoch, self.calls, self.mean = calls_an_epoch, 0, 0.0

    def __call__(self, *state: Any) -> Any:
        """One call, of one step or several."""
        answer = self.call(*state)
        loss = (answer if isinstance(answer, dict) else answer[0])["loss"]
        if self.gate.checking:
            loss = self._since_the_last(float(loss))
        self.calls = (self.calls + 1) % self.calls_an_epoch
        self.gate(self.images, loss, self.steps)
        return answer

    def _since_the_last(self, mean: float) -> float:
        before, self.mean = self.mean, mean
        return mean * (self.calls + 1) - before * self.calls


def train(job: Job, data: Path, gate: Gate, policy: str = "float32", together: bool = False, **how: Any) -> None:
    """Trains endlessly.

    Args:
        job: what is trained.
        data: the pictures.
        gate: called after each call with its steps.
        policy: Keras's name of a precision.
        together: as many steps in one call as the job allows.
        how: options of Keras's `compile`.
    """
    keras.utils.set_random_seed(0)
    keras.config.set_dtype_policy(policy)
    x = pictures(data, job)
    x = x.reshape(-1, 784) if job.recipe == "dense-vae" else x.reshape(-1, 28, 28, 1)
    model = {"dense-vae": dense_vae, "fashion-vae": conv_vae, "fashion-denoise": denoiser}[job.recipe](job)
    steps = job.together if together else 1
    loss = squared_error if job.noise else cross_entropy
    model.compile(keras.optimizers.Adam(1e-3), loss, steps_per_execution=steps, **how)
    versions = {"keras": keras.__version__, keras.backend.backend(): _version()}
    gate.open(sum(math.prod(w.shape) for w in model.trainable_weights), **versions)
    calls_an_epoch = len(x) // (job.batch_size * steps)
    model.make_train_function()
    model.train_function = Gated(model.train_function, gate, job.batch_size, steps, calls_an_epoch)
    model.fit(x, x, job.batch_size, epochs=1_000_000, verbose=0)


def _version() -> str:
    return __import__(keras.backend.backend()).__version__


def cross_entropy(x: Any, logits: Any) -> Any:
    """In nats for each example."""
    return ops.sum(ops.binary_crossentropy(x, logits, from_logits=True), axis=range(1, len(x.shape)))


def squared_error(x: Any, made: Any) -> Any:
    """For each example."""
    return ops.sum(ops.square(x - made), axis=(1, 2, 3))


def dense_vae(job: Job) -> keras.Model:
    """784-256-(2+2)-256-784."""
    x = keras.Input((784,))
    z = Sampling(job.beta)(layers.Dense(4)(layers.Dense(256, "relu")(x)))
    return keras.Model(x, _in_float32(layers.Dense(784)(layers.Dense(256, "relu")(z))))


def conv_vae(job: Job) -> keras.Model:
    """The convolutions of `fashion-vae`."""
    x = h = keras.Input((28, 28, 1))
    for channels, stride in ((32, 1), (64, 2), (64, 1), (64, 1)):
        h = layers.Conv2D(channels, 3, stride, "same", activation="relu")(h)
    h = layers.Dense(4)(layers.Dense(32, "relu")(layers.Flatten()(h)))
    h = layers.Reshape((14, 14, 64))(layers.Dense(64 * 14 * 14, "relu")(Sampling(job.beta)(h)))
    h = layers.Conv2DTranspose(32, 3, 2, "same", activation="relu")(h)
    return keras.Model(x, _in_float32(layers.Conv2D(1, 3, padding="same")(h)))


def denoiser(job: Job) -> keras.Model:
    """The convolutions of `fashion-denoise`."""
    x = keras.Input((28, 28, 1))
    h = SaltAndPepper(job.noise)(x)
    for channels in (64, 32, 16):
        h = layers.Conv2D(channels, 3, padding="same", activation="relu")(h)
        h = layers.MaxPooling2D(padding="same")(h)
    for channels, more in ((16, 1), (32, 0), (64, 0)):
        h = layers.Conv2D(channels, 3, padding="same", activation="relu")(h)
        h = layers.UpSampling2D()(h)
        h = layers.Cropping2D(((0, more), (0, more)))(h) if more else h
    return keras.Model(x, _in_float32(layers.Conv2D(1, 3, padding="same")(h), "sigmoid"))


def _in_float32(h: Any, activation: str = "linear") -> Any:
    return layers.Activation(activation, dtype="float32")(h)
