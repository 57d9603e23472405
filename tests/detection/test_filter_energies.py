"""Energies of fixed filters."""

import math

import torch

from autoencode.detection.filter_energies import FilterEnergies, blurred


def test_good_pictures_are_white_but_for_the_ridge():
    x = torch.randn(4, 1, 64, 64, generator=torch.Generator().manual_seed(0))
    energies = FilterEnergies(1).fit(x)
    z, raw = (f[:, :, 4:-4, 4:-4].movedim(1, 3).flatten(0, 2).double() for f in (energies(x), energies._energies(x)))
    assert float(z.mean(0).abs().max()) < 1e-3
    ridge = energies.whitening.T.double() @ torch.diag(0.01 * raw.var(0)) @ energies.whitening.double()
    assert torch.allclose(torch.cov(z.T) + ridge, torch.eye(15, dtype=torch.float64), atol=1e-2)


def test_a_grating_has_the_energy_of_its_orientation_wherever_its_phase_is():
    y, x = torch.meshgrid(torch.arange(64.0), torch.arange(64.0), indexing="ij")
    energies = FilterEnergies(1)
    for number in range(4):
        angle = math.pi * number / 4
        for phase in (0.0, 1.0, 2.0):
            grating = torch.cos(0.93 * (x * math.cos(angle) + y * math.sin(angle)) + phase)[None, None]
            found = energies._energies(grating)[0, :4, 16, 16]
            assert int(found.argmax()) == number
            assert 1.5 * float(found.sort().values[2]) < float(found.max())


def test_a_blur_keeps_the_mean_and_does_not_depend_on_what_is_far():
    x = torch.zeros(1, 2, 32, 32)
    x[0, 0, 16, 16] = 1
    y = blurred(x, 1.5)
    assert torch.isclose(y.sum(), torch.tensor(1.0))
    assert float(y[0, 0, 16, 16]) == float(y.max())
    assert not y[0, 1].any()
    assert float(blurred(torch.ones(1, 1, 9, 9), 1.0).std()) < 1e-6
