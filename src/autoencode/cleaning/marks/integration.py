"""An image from its gradients: Poisson's equation by cosine transforms."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]


def gradients(x: Floats) -> tuple[Floats, Floats]:
    """The differences to the next column and to the next row, 0 in the last.

    Args:
        x: (height, width).
    """
    across, down = np.zeros_like(x), np.zeros_like(x)
    across[:, :-1], down[:-1] = x[:, 1:] - x[:, :-1], x[1:] - x[:-1]
    return across, down


def integrate(across: Floats, down: Floats) -> Floats:
    """The image of mean 0 whose gradients are nearest to these in the sense of least squares.

    Args:
        across: differences to the next column, (height, width); the last column does not count.
        down: differences to the next row; the last row does not count.

    References:
        Simchony, Chellappa and Shao, "Direct analytical methods for solving Poisson equations in computer vision
        problems", IEEE PAMI 12, 1990: with free edges the cosine transform makes the equation diagonal.
    """
    height, width = across.shape
    divergence = np.zeros((height, width))
    divergence[:, :-1] += across[:, :-1]
    divergence[:, 1:] -= across[:, :-1]
    divergence[:-1] += down[:-1]
    divergence[1:] -= down[:-1]
    eigenvalues = _eigenvalues(height)[:, None] + _eigenvalues(width)
    eigenvalues[0, 0] = 1.0
    spectrum = cosine_transform(cosine_transform(divergence).T).T / eigenvalues
    spectrum[0, 0] = 0.0
    return inverse_cosine_transform(inverse_cosine_transform(spectrum).T).T


def _eigenvalues(n: int) -> Floats:
    """Of the second difference with free ends."""
    return 2 * np.cos(np.pi * np.arange(n) / n) - 2


def cosine_transform(x: Floats) -> Floats:
    """Σ_j x_j cos(π k (2j + 1) / 2n) over the last axis.

    References:
        Makhoul, "A fast cosine transform in one and two dimensions", IEEE ASSP 28, 1980: by one Fourier transform of
        the same length.
    """
    n = x.shape[-1]
    spectrum = np.fft.fft(np.concatenate([x[..., ::2], x[..., 1::2][..., ::-1]], axis=-1))
    return np.asarray((spectrum * np.exp(-0.5j * np.pi * np.arange(n) / n)).real, dtype=np.float64)


def inverse_cosine_transform(x: Floats) -> Floats:
    """What `cosine_transform` makes x of."""
    n = x.shape[-1]
    flipped = np.concatenate([np.zeros_like(x[..., :1]), x[..., :0:-1]], axis=-1)
    mixed = np.fft.ifft((x - 1j * flipped) * np.exp(0.5j * np.pi * np.arange(n) / n)).real
    result = np.empty_like(x, dtype=np.float64)
    result[..., ::2] = mixed[..., : (n + 1) // 2]
    result[..., 1::2] = mixed[..., : (n - 1) // 2 : -1] if n > 1 else mixed[..., :0]
    return result
