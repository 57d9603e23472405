import pytest
import torch

from autoencode import tasks
from autoencode.errors import CancelledError, CapabilityError
from autoencode.latent.encoding import reconstruct_examples
from autoencode.latent.example_detail import ExampleDetail, Windows
from autoencode.runtime.cancellation import CancelToken
from support.reporters import Recorder


@pytest.mark.parametrize("size", [(64, 64), (28, 28), (33, 21), (8, 128), (5, 7)])
def test_windows_cover_a_picture_and_overlap(size):
    windows, covered = Windows.of_size(size), torch.zeros(1, 1, *size)
    for place in windows.places:
        windows.at(covered, place).add_(1)
    assert covered.amin() >= 1
    assert windows.fade.amin() > 0
    assert windows.fade.shape == (windows.side, windows.side)


def test_windows_near_a_place_are_those_of_a_picture_whose_edges_are_repeated():
    windows = Windows((12, 10), 4, (-1, 0, 1))
    x = torch.randn(2, 3, 12, 10)
    wide = torch.nn.functional.pad(x, (1, 1, 1, 1), mode="replicate")
    for place in [(0, 0), (4, 2), (8, 6)]:
        found = windows.near(x, place)
        expected = [
            wide[:, :, place[0] + 1 + dy : place[0] + 5 + dy, place[1] + 1 + dx : place[1] + 5 + dx]
            for dy in (-1, 0, 1)
            for dx in (-1, 0, 1)
        ]
        assert torch.equal(found, torch.stack(expected, 1))


def _blurred(x):
    return torch.nn.functional.avg_pool2d(x, 5, 1, 2)


def test_the_reconstruction_of_a_training_picture_gets_its_own_detail():
    x = torch.rand(20, 3, 32, 32)
    detail = ExampleDetail(x, _blurred(x))
    torch.testing.assert_close(detail(_blurred(x)), x, atol=1e-5, rtol=0)
    assert detail.sources.pictures == 1
    assert detail.sources.largest_share == 1
    assert str(detail.sources).endswith(
        "1 of them in each picture, and the one that gave most gave 100 % of it, which is nearly a copy"
    )


def test_a_mirror_image_counts_as_its_picture():
    x = torch.rand(5, 1, 32, 32)
    detail = ExampleDetail(x, _blurred(x), mirrored=True)
    both = torch.cat([x[:1], x[:1].flip(-1)])
    torch.testing.assert_close(detail(_blurred(both)), both, atol=1e-5, rtol=0)
    _, chosen = detail._sharpen(_blurred(both))
    assert set(chosen[1].tolist()) == {5}
    counted = ExampleDetail(x, _blurred(x), mirrored=True)
    counted._count_sources(torch.tensor([[0, 5, 5, 1]]))
    assert (counted.sources.pictures, counted.sources.largest_share) == (2, 0.75)
    plain = ExampleDetail(x, _blurred(x))
    assert not torch.allclose(plain(_blurred(both))[1], both[1], atol=0.1)


def test_the_mean_colour_of_a_window_does_not_matter():
    x = torch.rand(6, 3, 32, 32)
    detail = ExampleDetail(x, _blurred(x), bounded=False)
    torch.testing.assert_close(detail(_blurred(x) + 0.4), x + 0.4, atol=1e-5, rtol=0)


def test_neighbours_agree_where_windows_are_alike():
    """One of two is a little more like the first window, the other a little more like all others."""
    coarse = 1e-2 * torch.rand(2, 1, 32, 32)
    coarse[0, :, :8, :8] = 0
    coarse[1, :, 8:] = coarse[1, :, :, 8:] = 0
    detail = ExampleDetail(coarse + torch.tensor([0.2, -0.2])[:, None, None, None], coarse, bounded=False)
    _, chosen = detail._sharpen(torch.zeros(1, 1, 32, 32))
    assert chosen.unique().tolist() == [0]


def test_of_windows_that_are_equal_the_more_alike_picture_gives_its_own():
    x = torch.rand(1, 1, 32, 32)
    other = x.clone()
    other[..., 16:] = torch.rand(1, 1, 32, 16)
    both = torch.cat([other, x])
    detail = ExampleDetail(both + torch.tensor([0.3, 0.0])[:, None, None, None], both, bounded=False)
    _, chosen = detail._sharpen(x)
    assert chosen.unique().tolist() == [1]


def test_new_pictures_get_energy_and_say_where_it_comes_from(digits_run, tmp_path):
    recorder = Recorder()
    plain, _ = tasks.generate(digits_run, 30, tmp_path / "plain")
    sharp, files = tasks.generate(digits_run, 30, tmp_path / "sharp", sharpen=True, reporter=recorder)
    assert _energy(sharp) > 1.2 * _energy(plain)
    assert sharp.amin() >= 0
    assert sharp.amax() <= 1
    assert "detail from the training pictures" in recorder.of("note")[-1]
    assert files[-1].name == "sheet.png"
    again, _ = tasks.generate(digits_run, 30, tmp_path / "sharp", sharpen=True)
    assert torch.equal(again, sharp)


def _energy(x):
    return x.diff(dim=-1).square().mean() + x.diff(dim=-2).square().mean()


def test_a_picture_is_sharpened_by_itself(digits_run):
    """How a picture is sharpened does not depend on the others."""
    detail = ExampleDetail.of_run(digits_run)
    x = reconstruct_examples(digits_run, digits_run.data.test.inputs(slice(0, 8)))
    sharp, chosen = detail._sharpen(x)
    assert chosen.shape == (8, len(detail._windows.places))
    assert sharp.shape == x.shape
    one, _ = detail._sharpen(x[3:4])
    torch.testing.assert_close(one, sharp[3:4], atol=1e-5, rtol=0)


def test_blends_are_sharpened_too(digits_run):
    plain = tasks.blend(digits_run, ["test:1", "test:2"])
    sharp = tasks.blend(digits_run, ["test:1", "test:2"], sharpen=True)
    assert sharp.examples.shape == plain.examples.shape
    assert torch.equal(sharp.codes, plain.codes)
    assert not torch.equal(sharp.examples, plain.examples)


def test_what_has_no_detail_is_refused(vector_run, local_run):
    with pytest.raises(CapabilityError, match="detail is added to pictures"):
        ExampleDetail.of_run(vector_run)
    with pytest.raises(CapabilityError, match="its code is the example itself"):
        ExampleDetail.of_run(local_run)


def test_it_can_be_cancelled(digits_run):
    token = CancelToken()
    detail = ExampleDetail.of_run(digits_run, cancel=token)
    token.cancel()
    with pytest.raises(CancelledError):
        detail(digits_run.data.test.inputs(slice(0, 2)))
