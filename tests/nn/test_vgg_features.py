from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor, nn

from autoencode.errors import DataError
from autoencode.nn import VggFeatures


def vgg() -> nn.Sequential:
    """The layout of the classical networks: two convolutions, halved, two more, halved, one."""
    return nn.Sequential(
        *(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 5, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(5, 6, 3, padding=1), nn.ReLU(), nn.Conv2d(6, 6, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(6, 7, 3, padding=1), nn.ReLU()),
    )


@pytest.fixture
def saved(tmp_path: Path) -> tuple[nn.Sequential, Path]:
    network = vgg()
    weights = {f"features.{name}": value.detach().clone() for name, value in network.named_parameters()}
    save_file({**weights, "classifier.0.weight": torch.zeros(2, 2)}, tmp_path / "vgg.safetensors")
    return network, tmp_path / "vgg.safetensors"


@pytest.mark.parametrize("channels", [1, 3])
def test_maps_are_those_of_the_network_in_the_file(saved: tuple[nn.Sequential, Path], channels: int) -> None:
    network, path = saved
    x = torch.rand(2, channels, 17, 12)
    mean, scale = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    seen: list[Tensor] = [(x.expand(-1, 3, -1, -1) - mean[:, None, None]) / scale[:, None, None]]
    for layer in network:
        seen.append(layer(seen[-1]))
    maps = VggFeatures(path).feature_maps(x)
    for mine, place in zip(maps, (2, 7, 12), strict=True):
        torch.testing.assert_close(mine, F.relu(seen[place]))


def test_it_stays_as_it_is_and_lets_gradients_through(saved: tuple[nn.Sequential, Path]) -> None:
    stack = VggFeatures(saved[1], n_maps=2)
    assert len(stack.layers) == 3
    assert not any(p.requires_grad for p in stack.parameters())
    x = torch.rand(1, 1, 9, 9, requires_grad=True)
    stack.feature_maps(x)[-1].sum().backward()
    assert x.grad is not None
    assert len(stack.feature_maps(torch.rand(1, 1, 1, 1))) == 2


def test_files_that_hold_no_such_network(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read as a safetensors file"):
        VggFeatures(tmp_path / "none.safetensors")
    (tmp_path / "torn.safetensors").write_bytes(b"torn")
    with pytest.raises(DataError, match="cannot be read as a safetensors file"):
        VggFeatures(tmp_path / "torn.safetensors")
    save_file({"layer.weight": torch.zeros(1)}, tmp_path / "other.safetensors")
    with pytest.raises(DataError, match="no layers named"):
        VggFeatures(tmp_path / "other.safetensors")
    save_file({"features.0.weight": torch.zeros(4, 3, 5, 5)}, tmp_path / "five.safetensors")
    with pytest.raises(DataError, match="not a 3×3 convolution"):
        VggFeatures(tmp_path / "five.safetensors")
