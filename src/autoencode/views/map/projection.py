"""Codes of many numbers in a plane."""

from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.errors import ArgumentError, CapabilityError
from autoencode.registry import Registry
from autoencode.views.figures.plane import Plane, plane

_PERPLEXITY, _N_NEIGHBOURS, _PCA_DIMS = 30.0, 15, 50

Projection = Callable[[Tensor, int], Plane]
"""Codes (n, numbers) and a seed to the plane."""

projections: Registry[Projection] = Registry("method to place codes", "autoencode map --help")


def project(codes: Float[Tensor, "n numbers"], method: str = "pca", *, seed: int = 0) -> Plane:
    """Places each code in a plane. Codes of two numbers are placed by them with every method.

    Args:
        codes: a row for each example.
        method: a name in `projections`: pca, tsne or umap.
        seed: of the methods that start by chance.

    Raises:
        ArgumentError: fewer codes than the method needs.
        CapabilityError: the method needs a library that is not installed.
        UnknownNameError: no such method.

    Example:
        >>> project(torch.eye(4)).points.shape
        torch.Size([4, 2])
    """
    place = projections[method]
    if len(codes) < 4:
        raise ArgumentError(f"a map needs 4 codes or more, not {len(codes)}")
    if codes.shape[1] == 1:
        return _jittered_line(codes)
    return plane(codes) if codes.shape[1] == 2 else place(codes.detach().cpu().float(), seed)


def _jittered_line(codes: Tensor) -> Plane:
    """Codes of one number along a line, at heights of chance so that they do not cover each other."""
    heights = torch.rand(len(codes), 1, generator=torch.Generator().manual_seed(0))
    spread = float(codes.std()) or 1.0
    return Plane(torch.cat([codes.detach().cpu().float(), heights * spread], dim=1), ("the code", "nothing (chance)"))


@projections.register("pca")
def pca(codes: Float[Tensor, "n numbers"], seed: int) -> Plane:
    """The two directions in which codes vary most: distances are those of the codes, seen from one side."""
    del seed  # nothing here is left to chance
    return plane(codes)


@projections.register("tsne")
def tsne(codes: Float[Tensor, "n numbers"], seed: int) -> Plane:
    """t-SNE of scikit-learn: neighbours stay together; distances between far groups mean nothing.

    References:
        van der Maaten and Hinton, "Visualizing data using t-SNE", Journal of Machine Learning Research 9, 2008.
    """
    from sklearn.manifold import TSNE

    perplexity = min(_PERPLEXITY, (len(codes) - 1) / 3)
    fitted = TSNE(init="pca", perplexity=perplexity, random_state=seed).fit_transform(_pca_reduced(codes).numpy())
    return Plane(torch.as_tensor(fitted), ("t-SNE, first axis", "t-SNE, second axis"))


@projections.register("umap")
def umap(codes: Float[Tensor, "n numbers"], seed: int) -> Plane:
    """UMAP of umap-learn: neighbours stay together, and groups keep some of their arrangement.

    References:
        McInnes, Healy and Melville, "UMAP: Uniform manifold approximation and projection for dimension reduction",
        arXiv:1802.03426, 2018.
    """
    fitted = _umap_class()(n_neighbors=min(_N_NEIGHBOURS, len(codes) - 1), random_state=seed, n_jobs=1)
    return Plane(
        torch.as_tensor(fitted.fit_transform(_pca_reduced(codes).numpy())).float(),
        ("UMAP, first axis", "UMAP, second axis"),
    )


def _umap_class() -> Callable[..., Any]:
    try:
        from umap import UMAP  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise CapabilityError("--method umap needs umap-learn: pip install 'autoencode[umap]', or take tsne") from error
    return UMAP


def _pca_reduced(codes: Tensor) -> Tensor:
    """Codes of very many numbers along their fifty principal directions, as both papers advise."""
    if codes.shape[1] <= _PCA_DIMS or len(codes) <= _PCA_DIMS:
        return codes
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return (codes - codes.mean(0)) @ torch.pca_lowrank(codes, q=_PCA_DIMS)[2]
