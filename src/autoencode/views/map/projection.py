"""Projects codes to a plane."""

from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from autoencode.errors import ArgumentError, CapabilityError
from autoencode.registry import Registry
from autoencode.runtime.seeding import seeded_rng
from autoencode.views.figures.plane import Plane, plane

_PERPLEXITY, _N_NEIGHBOURS, _PCA_DIMS = 30.0, 15, 50

Projection = Callable[[Tensor, int], Plane]
"""From codes (n, latent_dim) and a seed to points in a plane."""

projections: Registry[Projection] = Registry("method to place codes", "autoencode map --help")


def project(codes: Float[Tensor, "n numbers"], method: str = "pca", *, seed: int = 0) -> Plane:
    """Projects codes to a plane. Two-dimensional codes are not changed by any method.

    Args:
        codes: a row for each example.
        method: a name in `projections`: pca, tsne or umap.
        seed: of methods with a random start.

    Raises:
        ArgumentError: fewer codes than the method needs.
        CapabilityError: the method needs a library that is not installed.
        UnknownNameError: there is no such method.

    Example:
        >>> project(torch.eye(4)).points.shape
        torch.Size([4, 2])
    """
    place = projections[method]
    if len(codes) < 4:
        raise ArgumentError(f"a map needs at least 4 codes, not {len(codes)}")
    if codes.shape[1] == 1:
        return _jittered_line(codes)
    return plane(codes) if codes.shape[1] == 2 else place(codes.detach().cpu().float(), seed)


def _jittered_line(codes: Tensor) -> Plane:
    """One-dimensional codes along a line, at random heights so that they do not cover each other."""
    heights = torch.rand(len(codes), 1, generator=torch.Generator().manual_seed(0))
    spread = float(codes.std()) or 1.0
    return Plane(
        torch.cat([codes.detach().cpu().float(), heights * spread], dim=1), ("code", "random, for display only")
    )


@projections.register("pca")
def pca(codes: Float[Tensor, "n numbers"], seed: int) -> Plane:
    """The two principal components: a linear projection."""
    del seed  # nothing here is random
    return plane(codes)


@projections.register("tsne")
def tsne(codes: Float[Tensor, "n numbers"], seed: int) -> Plane:
    """t-SNE of scikit-learn: neighbours stay neighbours; distances between groups have no meaning.

    References:
        van der Maaten and Hinton, "Visualizing data using t-SNE", Journal of Machine Learning Research 9, 2008.
    """
    from sklearn.manifold import TSNE

    perplexity = min(_PERPLEXITY, (len(codes) - 1) / 3)
    fitted = TSNE(init="pca", perplexity=perplexity, random_state=seed).fit_transform(_pca_reduced(codes).numpy())
    return Plane(torch.as_tensor(fitted), ("t-SNE, first axis", "t-SNE, second axis"))


@projections.register("umap")
def umap(codes: Float[Tensor, "n numbers"], seed: int) -> Plane:
    """UMAP of umap-learn: neighbours stay neighbours, and the arrangement of groups is partly kept.

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
        raise CapabilityError("--method umap needs umap-learn: pip install umap-learn, or use --method tsne") from error
    return UMAP


def _pca_reduced(codes: Tensor) -> Tensor:
    """Codes of many dimensions along their first fifty principal components, as both papers recommend."""
    if codes.shape[1] <= _PCA_DIMS or len(codes) <= _PCA_DIMS:
        return codes
    with seeded_rng(0):
        return (codes - codes.mean(0)) @ torch.pca_lowrank(codes, q=_PCA_DIMS)[2]
