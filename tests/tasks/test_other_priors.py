"""Everything a person does with a model, for codes that are not standard normal."""

import pytest
import torch

from autoencode import tasks
from autoencode.evaluation.latent import active_units

CASES = {
    "bernoulli-vae": ({"latent_dim": 2}, 2),
    "categorical-vae": ({"n_latents": 3, "n_categories": 2}, 3),
    "dirichlet-vae": ({"latent_dim": 2}, None),
    "gamma-vae": ({"latent_dim": 2}, 2),
    "hyperspherical-vae": ({"latent_dim": 2}, None),
    "interval-vae": ({"latent_dim": 2}, 2),
}


@pytest.mark.parametrize("name", CASES)
def test_all_tasks_work_and_no_plane_is_drawn_by_normal_quantiles(name: str, tmp_path) -> None:
    arguments, units = CASES[name]
    run = tasks.train("digits", name, out=tmp_path / "run", steps=3, network="dense", command="test", **arguments)
    measured = tasks.evaluate(run, importance_samples=3, importance_examples=20)
    assert len(measured.kl_per_dimension) == (units or 0)
    assert measured.active_units is None if units is None else 0 <= measured.active_units <= units
    tasks.report(run, measured)
    drawn = {path.stem for path in (run.path / "figures").iterdir()}
    assert "manifold" not in drawn
    assert {"codes", "reconstructions", "samples"} <= drawn
    assert tasks.generate(run, 2)[0].shape == (2, 1, 8, 8)
    assert tasks.reconstruct(run).reconstructions.shape[1:] == (1, 8, 8)


def test_a_variable_of_several_numbers_is_one_unit() -> None:
    means = torch.zeros(10, 6)
    means[::2, :2] = 1.0
    means[::2, 4] = 1.0
    assert active_units(means) == 3
    assert active_units(means, 3) == 2
    assert active_units(means, 2) == 2
