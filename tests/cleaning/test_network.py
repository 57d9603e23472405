import numpy as np
import pytest
import torch

from autoencode.cleaning.network import UNet, read_weights
from autoencode.errors import DataError
from autoencode.nn import UNet as TorchUNet


def pair(channels=3, widths=(8, 12, 16), blocks=1):
    torch.manual_seed(0)
    network = TorchUNet(channels, channels, widths, blocks)
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    return network, UNet({name: value.numpy() for name, value in network.state_dict().items()})


@pytest.mark.parametrize("blocks", [1, 2])
@pytest.mark.parametrize("size", [(64, 48), (37, 61), (5, 9)])
def test_it_is_the_same_function_as_pytorch_s(size, blocks):
    theirs, ours = pair(blocks=blocks)
    x = torch.rand(3, *size)
    with torch.no_grad():
        expected = x + theirs(x[None])[0]
    np.testing.assert_allclose(ours(x.numpy()), expected.numpy(), rtol=1e-4, atol=1e-5)
    assert (ours.halo, ours.multiple, ours.channels) == (theirs.halo, theirs.multiple, 3)


def test_strips_of_rows_do_not_show(monkeypatch):
    _, network = pair()
    x = np.random.default_rng(0).random((3, 96, 64), np.float32)
    whole = network(x)
    monkeypatch.setattr("autoencode.cleaning.network._BUFFER_BYTES", 1)
    np.testing.assert_allclose(network(x), whole, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("size", [(150, 210), (97, 333), (64, 64)])
def test_tiles_give_the_whole(size):
    _, network = pair(channels=1, widths=(4, 6))
    x = np.random.default_rng(1).random((1, *size), np.float32)
    np.testing.assert_allclose(network.tiled(x, tile=96), network(x), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("content", [b"", b"\xff" * 8, b"\x02" + b"\0" * 7 + b"[]", b"\x10" + b"\0" * 7 + b'{"a":1}'])
def test_a_damaged_file_of_weights_is_one_line(content, tmp_path):
    (tmp_path / "w.safetensors").write_bytes(content)
    with pytest.raises(DataError, match="is damaged: install autoencode again"):
        read_weights(tmp_path / "w.safetensors")
