import sys

import pytest
import torch

from autoencode.errors import ArgumentError, CapabilityError, UnknownNameError
from autoencode.views.map import project, projections


def clouds(dims: int = 6) -> torch.Tensor:
    """Two groups, far apart."""
    return torch.cat([torch.randn(30, dims), torch.randn(30, dims) + 20])


def test_two_numbers_stay_as_they_are_whatever_the_method():
    codes = torch.randn(10, 2)
    for method in projections:
        assert torch.equal(project(codes, method).points, codes)


def test_one_number_lies_on_the_first_axis():
    codes = torch.randn(10, 1)
    assert torch.equal(project(codes).points[:, :1], codes)


def test_principal_components_keep_distances_in_a_plane():
    plane = torch.linalg.qr(torch.randn(6, 2)).Q
    codes = torch.randn(40, 2) @ plane.T + 3
    found = project(codes, "pca").points
    assert torch.allclose(torch.pdist(found), torch.pdist(codes), atol=1e-4)


def test_tsne_keeps_groups_apart_and_is_the_same_again():
    codes = clouds()
    found = project(codes, "tsne", seed=3).points
    assert torch.cdist(found[:30], found[30:]).min() > torch.cdist(found[:30], found[:30]).median()
    assert torch.equal(found, project(codes, "tsne", seed=3).points)


def test_codes_of_very_many_numbers_are_shortened():
    assert project(torch.randn(60, 300), "tsne").points.shape == (60, 2)


def test_umap():
    pytest.importorskip("umap")
    found = project(clouds(), "umap").points
    assert torch.cdist(found[:30], found[30:]).min() > 0.5


def test_without_umap(monkeypatch):
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(CapabilityError, match=r"pip install umap-learn"):
        project(torch.randn(10, 3), "umap")


def test_no_such_method_and_too_few_codes():
    with pytest.raises(UnknownNameError, match="did you mean 'tsne'"):
        project(torch.randn(10, 3), "tsnee")
    with pytest.raises(ArgumentError, match="at least 4 codes, not 3"):
        project(torch.randn(3, 3))
