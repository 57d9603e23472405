import copy

import pytest
import torch

from autoencode.errors import ArgumentError, CapabilityError
from autoencode.nn import Codebook, ResidualVectorQuantiser

pytestmark = pytest.mark.usefixtures("double")


def started(n_codes: int = 5, decay: float = 0.9, patience: int = 0) -> Codebook:
    """A codebook that has started from data."""
    book = Codebook(n_codes, 3, decay, patience)
    book.init_from(torch.randn(200, 3))
    return book


def test_the_nearest_codeword_is_the_one_of_brute_force() -> None:
    book, x = started(17), torch.randn(500, 3)
    distances = (x[:, None] - book.codewords).square().sum(-1)
    assert torch.equal(book.nearest(x), distances.argmin(1))


def test_chunks_of_many_vectors_are_put_together() -> None:
    book, x = started(), torch.randn(40_000, 3)
    assert torch.equal(book.nearest(x), (x[:, None] - book.codewords).square().sum(-1).argmin(1))


def test_codewords_are_the_closed_form_of_the_running_mean() -> None:
    book = started(decay=0.8)
    sizes, sums = book.sizes.clone(), book.sums.clone()
    batches = [torch.randn(50, 3) for _ in range(6)]
    counts, totals = [], []
    for x in batches:
        chosen = torch.nn.functional.one_hot(book.nearest(x), 5).double()
        counts.append(chosen.sum(0))
        totals.append(chosen.T @ x)
        book.update(x, book.nearest(x))
    weights = [0.2 * 0.8 ** (5 - t) for t in range(6)]
    mass = 0.8**6 * sizes + sum(w * n for w, n in zip(weights, counts, strict=True))
    total = 0.8**6 * sums + sum(w * m for w, m in zip(weights, totals, strict=True))
    assert torch.allclose(book.sizes, mass, rtol=1e-12)
    smoothed = (mass + 1e-5) / (mass.sum() + 5e-5) * mass.sum()
    assert torch.allclose(book.codewords, total / smoothed[:, None], rtol=1e-12)


def test_without_memory_a_codeword_is_the_mean_of_its_vectors() -> None:
    book, x = started(decay=0.0), torch.randn(1000, 3)
    chosen = book.nearest(x)
    book.update(x, chosen)
    means = torch.stack([x[chosen == i].mean(0) for i in range(5)])
    assert torch.allclose(book.codewords, means, rtol=1e-4)


def test_it_starts_at_the_centres_of_clusters() -> None:
    centres = torch.tensor([[0.0, 0.0, 9.0], [9.0, 0.0, 0.0]])
    x = (centres[:, None] + 0.01 * torch.randn(2, 50, 3)).flatten(0, 1)
    book = Codebook(2, 3)
    assert not book.started
    for _ in range(20):  # a start may find both centres in one cluster, as k-means can
        book.init_from(x)
        if (book.sizes == 50).all():
            break
    assert book.started
    assert torch.allclose(book.codewords[book.codewords[:, 0].argsort()], x.unflatten(0, (2, 50)).mean(1))


def test_more_codewords_than_vectors_can_start() -> None:
    book = Codebook(50, 3)
    book.init_from(torch.randn(4, 3))
    assert book.codewords.isfinite().all()


def test_dead_codewords_come_back_as_vectors_of_the_batch() -> None:
    book = started(patience=3)
    book.codewords[2:], book.sums[2:] = 100.0, 100.0 * book.sizes[2:, None]
    kept = None
    for step in range(3):
        x = torch.randn(50, 3)
        kept = book.codewords.clone()
        book.update(x, book.nearest(x))
        assert book.revived == (0 if step < 2 else 3)
    assert all((word == x).all(1).any() for word in book.codewords[2:])
    assert not (book.codewords[:2] == x[:, None]).all(-1).any()
    assert kept is not None
    assert (kept[2:] > 50).all()
    assert (book.idle == 0).all()
    assert torch.equal(book.sums[2:], book.codewords[2:] * book.sizes[2:, None])


def test_revival_changes_nothing_while_all_are_in_use() -> None:
    one, other = started(patience=2), started(patience=0)
    other.load_state_dict(one.state_dict())
    for _ in range(10):
        x = torch.randn(400, 3)
        state = torch.random.get_rng_state()
        for book in (one, other):
            chosen = book.nearest(x)
            assert len(chosen.unique()) == 5
            book.update(x, chosen)
        assert torch.equal(torch.random.get_rng_state(), state)
    assert all(torch.equal(value, other.state_dict()[name]) for name, value in one.state_dict().items())


def test_the_same_seed_gives_the_same_codewords() -> None:
    first = Codebook(20, 3, 0.9, 2)
    second = copy.deepcopy(first)
    batches = [torch.randn(30, 3) for _ in range(5)]
    for book in (first, second):
        torch.manual_seed(0)
        book.init_from(batches[0])
        for x in batches:
            book.update(x, book.nearest(x))
    assert first.revived > 0
    assert torch.equal(first.codewords, second.codewords)


def test_means_keep_their_precision_under_autocast() -> None:
    one, x = started().float(), torch.randn(50, 3).float()
    other = copy.deepcopy(one)
    one.update(x, one.nearest(x))
    with torch.autocast("cpu", torch.bfloat16):
        other.update(x, other.nearest(x))
    assert torch.equal(one.codewords, other.codewords)


@pytest.mark.parametrize("wrong", [(0, 3), (5, 0), (5, 3, 1.0), (5, 3, 0.9, -1)])
def test_values_without_meaning_are_errors(wrong: tuple) -> None:
    with pytest.raises(ArgumentError, match="a codebook needs 1 codeword or more"):
        Codebook(*wrong)


# Several in sequence ----------------------------------------------------------------------------------------------


def learned(stages: int) -> ResidualVectorQuantiser:
    """ResidualVectorQuantiser that have seen some data."""
    books = ResidualVectorQuantiser(8, 3, stages)
    for _ in range(20):
        x = torch.randn(400, 3)
        books.learn(x, books.quantise(x)[1].mT)
    return books


def test_each_stage_quantises_what_the_ones_before_left() -> None:
    books, x = learned(3), torch.randn(5, 7, 3)
    sums, indices = books.quantise(x)
    assert (sums.shape, indices.shape) == ((3, 5, 7, 3), (5, 3, 7))
    rest = x
    for stage, book in enumerate(books.stages):
        words = book.codewords[indices[:, stage]]
        assert torch.equal(indices[:, stage], torch.cdist(rest, book.codewords).argmin(-1))
        rest = rest - words
        assert torch.allclose(x - sums[stage], rest)
    assert torch.equal(books(indices), sums[-1])


def test_more_stages_leave_less() -> None:
    books, x = learned(4), torch.randn(1000, 3)
    left = (x - books.quantise(x)[0]).square().sum((1, 2))
    assert (left[1:] < 0.7 * left[:-1]).all()


def test_every_stage_starts_from_what_is_left_at_the_first_step() -> None:
    books, x = ResidualVectorQuantiser(8, 3, 2, decay=0.0), 5 + torch.randn(400, 3)
    books.learn(x, books.quantise(x)[1].mT)
    assert all(book.started for book in books.stages)
    assert (books.stages[0].codewords.mean(0) > 4).all()
    assert books.stages[1].codewords.abs().max() < 3


def test_quantising_changes_no_state() -> None:
    books = learned(2)
    before = copy.deepcopy(books.state_dict())
    books.quantise(torch.randn(5, 3))
    assert all(torch.equal(value, before[name]) for name, value in books.state_dict().items())


def test_codewords_are_found_again_where_there_is_one_stage() -> None:
    books, indices = learned(1), torch.randint(8, (5, 1, 7))
    assert torch.equal(books.indices_of(books(indices)), indices)
    with pytest.raises(CapabilityError, match="are ambiguous"):
        learned(2).indices_of(torch.randn(5, 7, 3))


def test_there_is_at_least_one_stage() -> None:
    with pytest.raises(ArgumentError, match="n_stages must be 1 or more"):
        ResidualVectorQuantiser(8, 3, 0)
