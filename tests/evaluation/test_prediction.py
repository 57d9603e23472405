"""Predicted frames measured beside the last frame copied."""

import pytest
import torch

from autoencode.data import Subset
from autoencode.data.modality import FrameWindows
from autoencode.evaluation import prediction_quality, verdict
from autoencode.evaluation.evidence import prediction_evidence
from autoencode.recipes import predict_vae
from autoencode.runs.verdict import Evidence, Grade

FRAMES = FrameWindows((2, 8, 12), past=2, future=3)


@pytest.fixture
def model():
    torch.manual_seed(0)
    return predict_vae(FRAMES.data_shape, future_frames=3, widths=(4,), summary_widths=(4,), latent_dim=2)[0]


@pytest.fixture
def windows():
    torch.manual_seed(1)
    return Subset(torch.rand(6, 2, 8, 12), target=torch.rand(6, 3, 8, 12))


def test_a_fresh_model_is_the_last_frame_copied(model, windows):
    found = prediction_quality(model, windows, FRAMES)
    assert [each.value for each in found.psnr] == pytest.approx([each.value for each in found.copied_psnr], abs=1e-4)
    assert found.gain == pytest.approx(0, abs=1e-4)
    assert found.alike
    assert (found.active, len(found.kl_per_dimension)) == (0, 2)


def test_the_numbers_are_those_of_the_definition(model, windows):
    found = prediction_quality(model, windows, FRAMES)
    errors = (windows.x[:, -1:] - windows.target).double().square().sum((2, 3))
    assert found.copied_error.value == pytest.approx(errors.mean().item())
    psnr = (-10 * (errors / 96).log10()).mean(0)
    assert [each.value for each in found.copied_psnr] == pytest.approx(psnr.tolist())
    assert found.black_error.value == pytest.approx(windows.target.double().square().sum((2, 3)).mean().item())


def test_draws_differ_where_the_code_counts_and_the_nearest_is_at_most_as_far_as_their_mean_error(model, windows):
    for weight in model.parameters():
        weight.data.add_(0.1 * torch.randn_like(weight))
    found = prediction_quality(model, windows, FRAMES, draws=4)
    assert found.spread > 0
    assert found.active > 0
    assert found.kl.value == pytest.approx(sum(found.kl_per_dimension))
    again = prediction_quality(model, windows, FRAMES, draws=4)
    assert again == found
    assert prediction_quality(model, windows, FRAMES, draws=4, seed=1).best_error != found.best_error


def test_a_model_that_only_copies_is_poor_and_says_so(model, windows):
    still = Subset(windows.x, target=(windows.x[:, -1:] + 0.01).expand(-1, 3, -1, -1).contiguous())
    evidence = prediction_evidence(model, still, still, FRAMES)
    assert evidence.input_is == "the last frame copied"
    found = verdict(evidence, (), "windows of frames")
    assert found.grade is Grade.POOR
    assert "no better than the last frame copied" in found.sentence
    assert "futures are all alike" in found.sentence


def test_the_mean_frame_is_the_yardstick_where_it_is_nearer(model):
    torch.manual_seed(0)
    noise = Subset(torch.rand(50, 2, 8, 12), target=torch.rand(50, 3, 8, 12))
    assert prediction_evidence(model, noise, noise, FRAMES).input_is == "the mean frame"


def test_a_model_that_is_better_says_by_how_much():
    evidence = Evidence(n=20, squared_error=0.01, input_error=0.02, input_is="the last frame copied", active=3, units=8)
    assert verdict(evidence, (), "windows of frames").sentence == (
        "Good: squared error 0.01 on 20 windows of frames held out, 3.0 dB below the last frame copied (0.02); 3 of 8 "
        "numbers are in use."
    )
