"""A page with a decoder so simple that its pixels are known by heart."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from autoencode.portable import trace
from autoencode.views.explorer import ExplorerContent, ExplorerExamples, LatentSummary

SIDE = 8


def decoded(z: torch.Tensor) -> torch.Tensor:
    """(n, dims) to (n, 1, 8, 8): brighter to the right with the first number, downwards with the second."""
    ramp = torch.linspace(-1, 1, SIDE)
    return torch.sigmoid(z[:, 0, None, None, None] * ramp + z[:, 1, None, None, None] * ramp[:, None])


def _content(dims: int = 2, **changed: Any) -> ExplorerContent:
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(300) % 3
    codes = torch.randn(300, dims, generator=generator) * 0.5
    codes[:, 0] += labels - 1
    directions = torch.eye(dims, 2)
    content = ExplorerContent(
        title="two ramps",
        lead="What a ramp draws.",
        decoder=trace(lambda z, _: decoded(z), torch.zeros(1, dims)),
        latent=LatentSummary(
            mean=codes.mean(0),
            scale=codes.std(0),
            relevance=torch.linspace(1, 2, dims),
            measure="KL",
            origin=torch.zeros(dims),
            directions=directions,
            axes=("latent dimension 1", "latent dimension 2"),
            circles=dims == 2,
        ),
        examples=ExplorerExamples(
            places=codes @ directions,
            position_labels=labels,
            codes=codes[:40],
            shown=decoded(codes[:40]),
            labels=labels[:40],
        ),
        prior={"kind": "normal", "words": "codes from the standard normal prior", "seed": 0},
        classes=["left", "middle</script><b>", "right"],
        facts={"Decoder": "two numbers"},
    )
    return replace(content, **changed)


@pytest.fixture(scope="session")
def content():
    return _content


@pytest.fixture(scope="session")
def ramps():
    return decoded
