"""Functions that give the same bits on every computer.

IEEE 754 fixes the results of +, −, ×, ÷ and of multiplying by a power of two to the last bit; it does not fix those of
`exp`, which differ between libraries. So the functions here are made of these operations alone, in a fixed order. They
are as exact as a library's (10⁻¹⁵) but need not be: encoder and decoder must agree, and nothing more.
"""

import functools
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_SIXTEENTHS_PER_NAT = 23.083120654223414
_SIXTEENTH_HIGH, _SIXTEENTH_LOW = 0.04332166910171509, 2.9683281493947953e-08  # the first ends with 32 zero bits
_POWERS = np.array(
    (
        1.0,
        1.0442737824274138,
        1.0905077326652577,
        1.1387886347566916,
        1.189207115002721,
        1.241857812073484,
        1.2968395546510096,
        1.3542555469368927,
        1.4142135623730951,
        1.4768261459394993,
        1.5422108254079407,
        1.6104903319492543,
        1.681792830507429,
        1.7562521603732995,
        1.8340080864093424,
        1.9152065613971474,
    )
)
"""2 to the power of i / 16, the nearest numbers of float64."""
_NUMERATOR = (
    3.52624965998911e-02, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871, 221.213596169931,
    220.206867912376,
)  # fmt: skip
_DENOMINATOR = (
    8.83883476483184e-02, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674, 637.333633378831,
    793.826512519948, 440.413735824752,
)  # fmt: skip
_ROOT_TWO_PI = 2.506628274631
_BISECTIONS = 60


def exp(x: Floats) -> Floats:
    """eˣ, with x clamped to ±700: 2 to a power of whole sixteenths, times the Taylor polynomial of the small rest."""
    x = np.minimum(np.maximum(x, -700.0), 700.0)
    sixteenths = np.floor(x * _SIXTEENTHS_PER_NAT + 0.5)
    r = (x - sixteenths * _SIXTEENTH_HIGH) - sixteenths * _SIXTEENTH_LOW
    y = r * (1.0 / 720.0)
    for coefficient in (1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0):
        y += coefficient
        y *= r
    y += 1.0
    whole = sixteenths.astype(np.int32)
    return np.ldexp(y * _POWERS[whole & 15], whole >> 4)


def sigmoid(x: Floats) -> Floats:
    """1 / (1 + e⁻ˣ)."""
    return 1.0 / (1.0 + exp(-x))


def softmax(logits: Floats) -> Floats:
    """Over the last axis, whose terms are added from the first to the last."""
    weights = exp(logits - logits.max(-1, keepdims=True))
    return weights / add_in_order(weights)[..., None]


def add_in_order(terms: Floats) -> Floats:
    """The sum over the last axis from the first term to the last; NumPy's own order depends on the processor."""
    total = terms[..., 0].copy()
    for term in range(1, terms.shape[-1]):
        total += terms[..., term]
    return total


def normal_cdf(x: Floats) -> Floats:
    """Φ(x), to about 10⁻¹⁵.

    References:
        Hart et al., "Computer approximations", 1968, as given by West, "Better approximations to cumulative normal
        functions", Wilmott Magazine, 2005.
    """
    size = np.minimum(np.abs(x), 37.0)
    density = exp(-size * size / 2.0)
    near = density * _polynomial(_NUMERATOR, size) / _polynomial(_DENOMINATOR, size)
    fraction = size + 0.65
    for numerator in (4.0, 3.0, 2.0, 1.0):
        fraction = size + numerator / fraction
    below = np.where(size < 7.07106781186547, near, density / fraction / _ROOT_TWO_PI)
    return np.where(x > 0, 1.0 - below, below)


def _polynomial(coefficients: tuple[float, ...], x: Floats) -> Floats:
    y = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        y = y * x
        y = y + coefficient
    return y


@functools.cache
def normal_quantiles(count: int) -> Floats:
    """x with Φ(x) = i / count for i = 1, …, count − 1, in increasing order, found by bisection."""
    wanted = np.arange(1, count, dtype=np.float64) / count
    low, high = np.full_like(wanted, -40.0), np.full_like(wanted, 40.0)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2.0
        above = normal_cdf(middle) < wanted
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    quantiles = (low + high) / 2.0
    quantiles.setflags(write=False)
    return quantiles


def as_floats(x: Any) -> Floats:
    """A tensor or an array in float64."""
    return np.asarray(x, np.float64)
