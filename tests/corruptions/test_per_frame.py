import pytest
import torch

from autoencode.corruptions import Gaussian, MaskingNoise, PerFrame
from autoencode.data.batch import Batch
from autoencode.errors import ShapeError


def batch() -> Batch:
    return Batch(torch.full((4, 3, 16, 16), 0.5), context=torch.full((4, 12, 16, 16), 0.25))


def test_every_frame_has_noise_of_its_own_and_the_clean_picture_is_the_target() -> None:
    clean = batch()
    corrupted = PerFrame(Gaussian(0.1))(clean)
    assert corrupted.target is clean.x
    assert (corrupted.x.shape, corrupted.context.shape) == (clean.x.shape, clean.context.shape)
    noise = torch.cat([corrupted.x - 0.5, corrupted.context - 0.25], 1).unflatten(1, (5, 3)).transpose(0, 1).flatten(1)
    assert torch.allclose(noise.std(1), torch.tensor(0.1), atol=0.01)
    assert (torch.corrcoef(noise) - torch.eye(5)).abs().max() < 0.1


def test_a_given_target_stays() -> None:
    x = torch.rand(2, 3, 8, 8)
    clips = Batch(x, target=torch.zeros_like(x), context=torch.rand(2, 6, 8, 8))
    assert PerFrame(Gaussian(0.1))(clips).target is clips.target


def test_a_pixel_is_hidden_in_all_its_channels_and_frames_are_told_apart() -> None:
    corrupted = PerFrame(MaskingNoise(0.5))(batch())
    frames = torch.cat([corrupted.x, corrupted.context], 1).unflatten(1, (5, 3))
    assert not torch.equal(frames[:, 0] == 0, frames[:, 1] == 0)
    assert set(frames[:, 0].unique().tolist()) <= {0.0, 0.5}
    assert set(frames[:, 1:].unique().tolist()) <= {0.0, 0.25}


@pytest.mark.parametrize("context", [None, torch.zeros(4, 12, 8, 8), torch.zeros(4, 4, 16, 16)])
def test_a_context_that_is_no_frames_is_an_error(context) -> None:
    with pytest.raises(ShapeError, match="frames beside a picture"):
        PerFrame(Gaussian(0.1))(Batch(torch.zeros(4, 3, 16, 16), context=context))
