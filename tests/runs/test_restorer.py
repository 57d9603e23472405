"""Arrays through a trained model, whatever their size and colours."""

import pytest
import torch
from torch import Tensor

from autoencode.errors import ArgumentError, CapabilityError, ShapeError
from autoencode.runs.run import Run
from autoencode.tasks import Restorer
from support.reporters import Recorder

SIZES = [(1, 1), (1, 70), (5, 3), (16, 20), (33, 51), (64, 41)]


def random(*shape: int) -> Tensor:
    return torch.randint(0, 256, shape, dtype=torch.uint8)


def difference(one: Tensor, other: Tensor) -> int:
    return int((one.int() - other.int()).abs().max())


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("tile", [10, 13, 24])
def test_tiles_give_what_one_piece_gives(local_run: Run, size: tuple[int, int], tile: int) -> None:
    picture = random(3, *size)
    assert difference(Restorer(local_run, tile)(picture), Restorer(local_run)(picture)) <= 1


def test_a_halo_that_is_too_small_would_be_seen(tmp_path, monkeypatch, local_run: Run) -> None:
    picture = random(3, 64, 64)
    whole = Restorer(local_run)(picture)
    monkeypatch.setattr(local_run.model.encoder, "halo", 0)
    assert difference(Restorer(local_run, 10)(picture), whole) > 10


def test_one_piece_is_the_model_itself(local_run: Run) -> None:
    picture = random(3, 40, 50)
    model = local_run.model_for_size((40, 50))
    with torch.no_grad():
        expected = model.decode(model.encode(picture[None] / 255).mean).mean[0]
    wanted = expected.clamp(0, 1) * 255
    assert (Restorer(local_run)(picture) - wanted).abs().max() < 0.5001  # half a level is the rounding


def test_an_ensemble_is_the_mean_over_eight_orientations(local_run: Run) -> None:
    picture, one, all_ = random(3, 40, 30), Restorer(local_run), Restorer(local_run, ensemble=True)
    alone = torch.zeros(3, 40, 30)
    for upright in (picture, picture.flip(-1)):
        for turns in range(4):
            restored = one(upright.rot90(turns, (-2, -1)).contiguous()).rot90(-turns, (-2, -1))
            alone += (restored if upright is picture else restored.flip(-1)) / 8
    assert (all_(picture) - alone).abs().max() < 0.5001  # half a level is the rounding
    recorder = Recorder()
    assert torch.equal(
        all_(picture.rot90(1, (-2, -1)).contiguous(), reporter=recorder).rot90(-1, (-2, -1)), all_(picture)
    )
    assert ("start", "restoring a picture", 8, "orientations", 0) in recorder.calls


def test_an_ensemble_of_windows(bottleneck_run: Run) -> None:
    picture = random(bottleneck_run.model.data_shape[0], 40, 30)
    assert Restorer(bottleneck_run, ensemble=True)(picture).shape == picture.shape


def test_a_model_of_one_size_leaves_pictures_of_that_size_to_itself(bottleneck_run: Run) -> None:
    picture = random(3, 12, 10)
    model = bottleneck_run.model
    with torch.no_grad():
        expected = model.decode(model.encode(picture[None] / 255).mean).mean[0]
    assert difference(Restorer(bottleneck_run)(picture), (expected.clamp(0, 1) * 255).round()) <= 1


@pytest.mark.parametrize("kind", ["bottleneck_run", "silent_run", "digits_run", "local_run", "grey_run"])
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("channels", [1, 3])
def test_every_model_takes_every_picture(request, kind: str, size: tuple[int, int], channels: int) -> None:
    picture = random(channels, *size)
    out = Restorer(request.getfixturevalue(kind))(picture)
    assert (out.shape, out.dtype) == (picture.shape, torch.uint8)


def test_a_grey_model_takes_channels_one_by_one(grey_run: Run) -> None:
    picture, restorer = random(3, 30, 20), Restorer(grey_run)
    expected = torch.cat([restorer(channel[None]) for channel in picture])
    assert difference(restorer(picture), expected) <= 1


def test_a_colour_model_gives_the_mean_of_its_channels_for_grey(local_run: Run) -> None:
    picture, model = random(1, 30, 20), local_run.model_for_size((30, 20))
    with torch.no_grad():
        colours = model.decode(model.encode(picture.expand(1, 3, -1, -1) / 255).mean).mean[0]
    expected = (colours.mean(0, keepdim=True).clamp(0, 1) * 255).round()
    assert difference(Restorer(local_run)(picture), expected) <= 1


@pytest.mark.parametrize("kind", ["local_run", "grey_run", "bottleneck_run"])
def test_the_largest_tensor_does_not_grow_with_the_picture(request, kind: str) -> None:
    run, sizes = request.getfixturevalue(kind), list[int]()
    tile = 48

    def see(module, given, result) -> None:
        sizes.extend(each.numel() for each in (*given, result) if isinstance(each, Tensor))

    def largest(size: tuple[int, int]) -> int:
        sizes.clear()
        handle = torch.nn.modules.module.register_module_forward_hook(see)
        try:
            Restorer(run, tile)(random(3, *size))
        finally:
            handle.remove()
        return max(sizes)

    widest = 4  # of the local model: its decoder's features at full size
    assert largest((48, 48)) <= widest * tile**2
    assert largest((200, 310)) <= widest * tile**2
    assert largest((7, 900)) <= widest * tile**2


def test_progress(local_run: Run, bottleneck_run: Run) -> None:
    for run in (local_run, bottleneck_run):
        recorder = Recorder()
        Restorer(run, 20)(random(3, 50, 60), reporter=recorder)
        done = recorder.done_of("restoring a picture")
        assert len(done) > 2
        assert done == sorted(done)
        assert done[-1] == recorder.calls[0][2]


def test_the_smallest_tile_works_and_a_smaller_one_is_refused(local_run: Run) -> None:
    Restorer(local_run, 10)
    with pytest.raises(ArgumentError, match=r"--tile 9 is all halo.*give at least 10"):
        Restorer(local_run, 9)


def test_a_large_halo_makes_the_default_tile_larger(local_run: Run, monkeypatch) -> None:
    assert Restorer(local_run).tile == 1536
    monkeypatch.setattr(local_run.model.encoder, "halo", 1000)
    assert Restorer(local_run).tile == 2 * (2 * 1000 + 2)


@pytest.mark.parametrize("shape", [(4, 8, 8), (2, 8, 8), (3, 0, 8)])
def test_arrays_that_are_no_pictures(local_run: Run, shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError, match=r"a picture to restore is \(1 or 3, height, width\)"):
        Restorer(local_run)(random(*shape))


def test_models_that_do_not_restore_say_why(vector_run: Run, local_run: Run, monkeypatch) -> None:
    with pytest.raises(CapabilityError, match=r"of shape \(5,\): restoring takes one of grey or colour pictures"):
        Restorer(vector_run)
    record = local_run.folder.record
    monkeypatch.setattr(local_run.folder, "record", record.replace(data=record.data.replace(values="raw")))
    with pytest.raises(CapabilityError, match="trained on numbers as they are"):
        Restorer(local_run)


def test_a_conditional_model_is_refused(tmp_path) -> None:
    from autoencode.tasks import train

    run = train("digits", "conditional-vae", out=tmp_path / "run", steps=1, command="test")
    with pytest.raises(CapabilityError, match="needs a class or a picture"):
        Restorer(run)
