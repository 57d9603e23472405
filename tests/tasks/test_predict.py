"""Predicting frames, from a folder of them to futures in files."""

import numpy as np
import pytest
import torch
from PIL import Image

from autoencode.data.images.scan import is_generated
from autoencode.errors import ArgumentError, CapabilityError, DataError, ShapeError
from autoencode.runs.predictor import Predictor
from autoencode.runs.run import Run
from autoencode.tasks import (
    blend,
    edit,
    encode,
    encode_example,
    evaluate,
    morph,
    predict,
    reconstruct,
    report,
    restore,
    train,
    traverse,
)

SMALL = {"widths": (8,), "summary_widths": (8,), "latent_dim": 2, "decoder_blocks": 1, "batch_size": 8, "threads": 1}


def draw(path, number, side=16):
    """A bright square that goes to the right, a pixel a frame."""
    pixels = np.zeros((side, side), np.uint8)
    pixels[4:10, number % side : number % side + 4] = 250
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("frames") / "moving"
    for number in range(60):
        draw(path / f"{number}.png", number)
    return path


@pytest.fixture(scope="module")
def run(folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("run") / "run"
    return train(folder, "predict-vae", out=out, past=3, future=2, steps=30, **SMALL)


def test_it_trains_on_a_folder_and_is_measured_beside_copying(run):
    assert run.folder.record.arguments["future_frames"] == 2
    assert run.folder.record.arguments["frame_channels"] == 1
    measured = evaluate(run)
    assert measured.prediction is not None
    assert len(measured.prediction.psnr) == 2
    assert run.verdict is not None
    assert "below the mean frame" in run.verdict.sentence
    page = report(run, measured).read_text()
    assert "Past frames and several futures" in page
    assert "the last frame copied has" in page
    assert "to predict the frames that come next" in page


def test_a_rollout_predicts_from_what_was_predicted(run):
    past = run.data.test.inputs(slice(0, 2))
    predictor = Predictor(run)
    two = predictor.draw(past, 1, n_frames=2, seed=5)
    assert two.shape == (1, 2, 2, 1, 16, 16)
    five = predictor.draw(past, 1, n_frames=5, seed=5)
    torch.testing.assert_close(five[:, :, :2], two)
    known = torch.cat([past, five[0].flatten(1, 2)], 1)
    generator = torch.Generator().manual_seed(5)
    for step in range(2):
        window = known[:, 2 * step : 2 * step + 3]
        q = run.model.encode(window)
        noise = torch.randn(q.code.loc.shape, generator=generator)
        next_frames = run.model.decode(q.at(q.code.loc + q.code.scale * noise)).mean.clamp(0, 1)
        torch.testing.assert_close(five[0, :, 2 * step : 2 * step + 2, 0], next_frames)


def test_draws_depend_on_the_seed_alone(run):
    past, predictor = run.data.test.inputs(slice(0, 1)), Predictor(run)
    assert torch.equal(predictor.draw(past, 3, seed=1), predictor.draw(past, 3, seed=1))
    assert not torch.equal(predictor.draw(past, 3, seed=1), predictor.draw(past, 3, seed=2))


@pytest.mark.parametrize(("n", "frames"), [(0, None), (1, 0)])
def test_no_future_or_no_frame_is_an_error(run, n, frames):
    with pytest.raises(ArgumentError, match="draw 1 future or more"):
        Predictor(run).draw(run.data.test.inputs(slice(0, 1)), n, n_frames=frames)
    with pytest.raises(ShapeError, match="the past of this model"):
        Predictor(run).draw(torch.zeros(1, 1, 16, 16), 1)


def test_futures_of_a_folder_are_written_with_a_sheet(run, folder, tmp_path):
    done = predict(run, [folder], tmp_path / "out", n=2, n_frames=3)
    (one,) = done.done
    assert one.psnr == ()
    files = sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.png"))
    assert files == [
        *(f"moving/{future}/000{frame}.png" for future in (1, 2) for frame in (1, 2, 3)),
        "moving/sheet.png",
    ]
    assert is_generated(tmp_path / "out" / "moving" / "1" / "0001.png")
    with Image.open(tmp_path / "out" / "moving" / "1" / "0001.png") as picture:
        assert picture.size == (16, 16)


def test_what_comes_after_a_frame_is_the_truth(run, folder, tmp_path):
    done = predict(run, [folder], tmp_path / "out", at=20)
    (one,) = done.done
    assert one.last == "19.png"
    assert len(one.psnr) == len(one.copied_psnr) == 2
    frames = [np.asarray(Image.open(folder / f"{number}.png")) / 255.0 for number in (19, 20, 21)]
    expected = [-10 * np.log10(((frames[0] - frame) ** 2).mean()) for frame in frames[1:]]
    assert one.copied_psnr == pytest.approx(expected, rel=1e-5)


def test_windows_of_the_data_and_arrays_of_clips_are_predicted_too(run, folder, tmp_path):
    frames = np.stack([np.asarray(Image.open(folder / f"{number}.png")) for number in range(8)])
    np.save(tmp_path / "clips.npy", np.stack([frames, frames[::-1]]))
    done = predict(run, ["test:1", tmp_path / "clips.npy"], tmp_path / "out", n=1)
    assert [one.name.as_posix() for one in done.done] == ["test-1", "clips/clip 1", "clips/clip 2"]
    assert len(done.done[0].psnr) == 2


def test_sequences_that_are_too_short_are_left_out_and_named(run, folder, tmp_path):
    draw(tmp_path / "in" / "short" / "1.png", 0)
    for number in (*range(6), *range(9, 11)):
        draw(tmp_path / "in" / "broken" / f"{number}.png", number)
    with pytest.raises(DataError, match="2 frames since the last gap up to number 8, and 3 in a row are needed"):
        predict(run, [tmp_path / "in"], tmp_path / "out")
    done = predict(run, [tmp_path / "in"], tmp_path / "out", at=5)
    assert [skip.reason for skip in done.skipped] == ["1 frames, and --at 5 asks for a later one"]
    assert len(done.done) == 1


def test_what_a_person_has_in_the_folder_is_not_replaced(run, folder, tmp_path):
    draw(tmp_path / "out" / "moving" / "1" / "0001.png", 0)
    with pytest.raises(ArgumentError, match="autoencode did not write it"):
        predict(run, [folder], tmp_path / "out")


def test_it_reconstructs_nothing(run):
    with pytest.raises(CapabilityError, match="use autoencode predict"):
        reconstruct(run)


def test_another_model_predicts_nothing(tmp_path):
    other = train("digits", out=tmp_path / "digits", steps=1, threads=1)
    with pytest.raises(CapabilityError, match="predicts no frames: train one with autoencode train FRAMES/"):
        predict(other, ["test:1"], tmp_path / "out")


def test_pictures_without_an_order_are_no_frames(tmp_path):
    with pytest.raises(DataError, match="digits holds no frames in order"):
        train("digits", "predict-vae", out=tmp_path / "run")


def test_a_window_that_does_not_exist(run, tmp_path):
    with pytest.raises(ArgumentError, match="no window test:99"):
        predict(run, ["test:99"], tmp_path / "out")
    with pytest.raises(ArgumentError, match="--at counts frames of a folder"):
        predict(run, ["test:1"], tmp_path / "out", at=4)


def test_a_run_is_opened_again_with_its_windows(run):
    again = Run(run.path)
    assert again.modality.description == "windows of 3 + 2 grey frames of 16x16"
    assert again.data.split.sizes == run.data.split.sizes


def test_a_training_that_begins_with_other_weights_reads_frames_as_before(run, folder, tmp_path):
    began = train(folder, init_from=run.path, out=tmp_path / "more", steps=2, threads=1)
    assert began.folder.record.data.options["future"] == 2
    assert began.model.data_shape == (3, 16, 16)


@pytest.mark.parametrize(
    "use",
    [
        lambda run, _: traverse(run),
        lambda run, _: morph(run, "test:1", "test:2"),
        lambda run, _: blend(run, ["test:1", "test:2"]),
        lambda run, _: edit(run, "test:1", ["brighter+1"]),
        lambda run, file: restore(run, [file]),
    ],
)
def test_verbs_whose_results_are_pictures_send_to_predict(run, folder, use):
    with pytest.raises(CapabilityError, match=r"predicts frames and .*: use autoencode predict"):
        use(run, folder / "0.png")


def test_a_colour_picture_is_no_window_of_three_frames(run, tmp_path):
    Image.new("RGB", (16, 16)).save(tmp_path / "colour.png")
    with pytest.raises(DataError, match=r"windows of 3 \+ 2 grey frames of 16x16, and a picture is one frame"):
        encode(run, [tmp_path / "colour.png"])
    with pytest.raises(DataError, match="a picture is one frame"):
        encode_example(run, tmp_path / "colour.png")
