import itertools

import pytest
import torch

from autoencode.data import Subset
from autoencode.evaluation import evaluate
from autoencode.evaluation.clustering import correctly_clustered
from autoencode.recipes import recipes
from autoencode.views.report.rows import rows


def accuracy(clusters, labels) -> float:
    return correctly_clustered(clusters, labels).double().mean().item()


def test_perfect_clusters_are_perfect_whatever_their_names():
    labels = torch.arange(60) % 10
    for _ in range(5):
        assert accuracy(torch.randperm(10)[labels], labels) == 1.0


def test_names_of_clusters_and_of_classes_do_not_matter():
    clusters, labels = torch.randint(6, (300,)), torch.randint(5, (300,))
    value = accuracy(clusters, labels)
    for _ in range(5):
        assert accuracy(torch.randperm(6)[clusters], torch.randperm(5)[labels]) == value


def test_it_is_the_best_of_all_assignments():
    clusters, labels = torch.randint(4, (50,)), torch.randint(4, (50,))
    tried = [(torch.tensor(names)[clusters] == labels).double().mean() for names in itertools.permutations(range(4))]
    assert accuracy(clusters, labels) == max(tried).item()


def test_more_clusters_than_classes_and_fewer():
    labels = torch.tensor([0, 0, 0, 1, 1, 1])
    assert accuracy(torch.tensor([0, 0, 1, 2, 2, 2]), labels) == pytest.approx(5 / 6)  # cluster 1 stands for nothing
    assert accuracy(torch.zeros(6, dtype=torch.int64), labels) == pytest.approx(1 / 2)


def test_evaluation_reports_it_with_its_standard_error():
    model, _ = recipes["mixture-vae"]((1, 4, 4), latent_dim=2, n_components=3, fit_step=0)
    labels = torch.arange(40) % 3
    measured = evaluate(model, Subset(torch.rand(40, 1, 4, 4), labels), importance_examples=5, importance_samples=2)
    hits = correctly_clustered(model.prior.clusters(model.encode(Subset(torch.rand(1, 1, 4, 4)).x).mean), labels[:1])
    assert hits.shape == (1,)
    share = measured.clustering_accuracy
    assert share is not None
    assert share.n == 40
    assert 1 / 3 <= share.value <= 1
    assert share.standard_error == pytest.approx((share.value * (1 - share.value) / 39) ** 0.5)
    assert measured.as_dict()["clustering_accuracy"]["value"] == share.value
    assert "clustering accuracy" in {row.name for row in rows(measured)}


@pytest.mark.parametrize(("name", "labelled"), [("mixture-vae", False), ("dense-vae", True), ("vamp-vae", True)])
def test_without_labels_or_clusters_there_is_none(name, labelled):
    model, _ = recipes[name]((1, 4, 4))
    part = Subset(torch.rand(20, 1, 4, 4), torch.arange(20) % 3 if labelled else None)
    measured = evaluate(model, part, importance_examples=0)
    assert measured.clustering_accuracy is None
    assert "clustering accuracy" not in {row.name for row in rows(measured)}
