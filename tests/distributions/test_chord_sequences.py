"""Chords at each step."""

import itertools
import math

import torch

from autoencode.distributions.chord_sequences import ChordSequences, step_counts


def test_the_probabilities_of_all_pieces_of_one_length_add_up_to_one():
    p = ChordSequences(torch.tensor([[0.3, -1.0], [2.0, 0.1], [9.0, 9.0]]), torch.tensor([True, True, False]))
    pieces = torch.tensor([[*keys, -1, -1] for keys in itertools.product((0.0, 1.0), repeat=4)]).reshape(-1, 3, 2)
    assert math.isclose(p.log_prob(pieces).exp().sum().item(), 1, rel_tol=1e-6)


def test_draws_are_as_frequent_as_log_prob_says():
    torch.manual_seed(0)
    p = ChordSequences(torch.tensor([[0.3, -1.0], [0.0, 0.0]]), torch.tensor([True, False]))
    drawn, n = p.sample((20_000,)), 20_000
    assert (drawn[:, 1] == -1).all()
    for keys in itertools.product((0.0, 1.0), repeat=2):
        expected = p.log_prob(torch.tensor([keys, (-1.0, -1.0)])).exp().item()
        share = (drawn[:, 0] == torch.tensor(keys)).all(-1).double().mean().item()
        assert abs(share - expected) < 5 * math.sqrt(expected * (1 - expected) / n)


def test_padding_never_changes_a_probability():
    logits, x = torch.randn(4, 3), torch.tensor([[1.0, 0, 1], [0, 0, 0]])
    short = ChordSequences(logits[:2], torch.ones(2, dtype=torch.bool)).log_prob(x)
    padded = torch.cat([x, -torch.ones(2, 3)])
    long = ChordSequences(logits, torch.tensor([True, True, False, False]))
    assert torch.allclose(long.log_prob(padded), short)
    assert step_counts(padded) == 2
    assert long.mean[0].tolist() == logits[0].sigmoid().tolist()
    assert (long.mode[2:] == -1).all()
