"""Sequences of tokens, written one token after the other."""

import math
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor
from torch.distributions import Distribution, constraints
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

from autoencode.errors import ArgumentError

END = 0
"""The token that ends a sequence, and fills its row after that."""
UNKNOWN = 1
"""The token of whatever is not in the vocabulary."""
_CHUNK = 1 << 13
_COLD = 1e-6
"""Below this temperature logits divided by it may be infinite."""
"""Tokens whose probabilities are computed at a time where no gradient is wanted."""


def token_counts(tokens: Int64[Tensor, "*batch length"]) -> Int64[Tensor, "*batch"]:
    """How many tokens each row has, its end included: what follows the end is padding.

    Example:
        >>> token_counts(torch.tensor([[5, 3, 0, 0], [0, 0, 0, 0], [5, 3, 4, 6]])).tolist()
        [3, 1, 4]
    """
    before = (tokens != END).cumprod(-1).sum(-1)
    return (before + 1).clamp_max(tokens.shape[-1])


def tokens_back(found: Tensor, wanted: Tensor) -> Float[Tensor, "*batch"]:
    """The share of the tokens of each row, its end included, that stand in their place in another row.

    Args:
        found: rows of whole numbers of any type, (*batch, length).
        wanted: the rows that they should be.

    Example:
        >>> tokens_back(torch.tensor([[5, 9, 0, 0], [7, 0, 0, 0]]), torch.tensor([[5, 3, 0, 0], [7, 0, 0, 0]]))
        tensor([0.6667, 1.0000])
    """
    counts = token_counts(wanted.long())
    ends = torch.minimum(counts, token_counts(found.long()))
    right = (found.long() == wanted.long()) & (torch.arange(wanted.shape[-1], device=wanted.device) < ends[..., None])
    return right.sum(-1) / counts


@dataclass(frozen=True)
class TokenChoice:
    """How the next token is drawn from its probabilities. By default as they are.

    Args:
        temperature: divides the logarithms of the probabilities: below 1 likely tokens become likelier still; 0 takes
            the likeliest.
        top_k: only the so many likeliest tokens; None for all.
        nucleus: only the likeliest tokens that together have this probability; 1 for all.
        known_only: never the unknown token.
        begin: the first tokens of every row, which are not drawn.

    Raises:
        ArgumentError: a value outside its range.

    References:
        Holtzman et al., "The curious case of neural text degeneration", ICLR 2020, section 3.1 (the nucleus).
    """

    temperature: float = 1.0
    top_k: int | None = None
    nucleus: float = 1.0
    known_only: bool = False
    begin: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not (self.temperature >= 0 and math.isfinite(self.temperature)):
            raise ArgumentError(f"--temperature must be 0 or more, not {self.temperature}")
        if self.top_k is not None and self.top_k < 1:
            raise ArgumentError(f"--top-k takes how many tokens can be drawn, at least 1, not {self.top_k}")
        if not 0 < self.nucleus <= 1:
            raise ArgumentError(f"--nucleus takes a probability above 0 and up to 1, not {self.nucleus}")

    def __call__(self, logits: Float[Tensor, "n tokens"]) -> Int64[Tensor, " n"]:
        """Draws one token for each row, from the global generators."""
        if self.known_only:
            logits = logits.index_fill(-1, torch.tensor([UNKNOWN], device=logits.device), -math.inf)
        if self.temperature < torch.finfo(logits.dtype).tiny:
            return logits.argmax(-1)
        if self.temperature < _COLD:  # so that no quotient is infinite but those of what is never drawn
            logits = logits - logits.amax(-1, keepdim=True)
        return torch.multinomial(self._kept(logits / self.temperature).softmax(-1), 1)[:, 0]

    def _kept(self, logits: Float[Tensor, "n tokens"]) -> Float[Tensor, "n tokens"]:
        """Logits with −∞ for what cannot be drawn."""
        if self.top_k is not None and self.top_k < logits.shape[-1]:
            least = logits.topk(self.top_k).values[:, -1:]
            logits = logits.masked_fill(logits < least, -math.inf)
        if self.nucleus < 1:
            ordered, places = logits.sort(descending=True)
            before = ordered.softmax(-1).cumsum(-1) - ordered.softmax(-1)
            logits = logits.masked_fill(_back(before >= self.nucleus, places), -math.inf)
        return logits


def _back(flags: Bool[Tensor, "n tokens"], places: Int64[Tensor, "n tokens"]) -> Bool[Tensor, "n tokens"]:
    return torch.zeros_like(flags).scatter(-1, places, flags)


LIKELIEST = TokenChoice(temperature=0.0)
"""Always the likeliest token."""


@runtime_checkable
class TokenNetwork(Protocol):
    """Reads what is written so far, and says what comes next."""

    def embed(self, tokens: Int64[Tensor, "*some"], features: Float[Tensor, "*some features"]) -> Tensor:
        """The inputs of the network, (*some, inputs).

        Args:
            tokens: that were read.
            features: the decoder's, for each token.
        """
        ...

    def start(self, features: Float[Tensor, "n features"]) -> Tensor:
        """The state before the first token."""
        ...

    def read(self, inputs: Any, state: Tensor) -> tuple[Any, Tensor]:
        """What is known after each token, and the last state.

        Args:
            inputs: as `embed` gave them, (n, length, inputs) or packed.
            state: before them.
        """
        ...

    def logits(self, read: Float[Tensor, "m hidden"], features: Float[Tensor, "m features"]) -> Tensor:
        """Logarithms of what is proportional to the probability of each next token, (m, tokens)."""
        ...


class TokenSequences(Distribution):
    """p(x|features) = ∏ p(token | tokens before it, features), up to and with the token that ends a sequence.

        features ─► first state ─► (token before, features) ─► network ─► probabilities of the next token

    A value is a row of a fixed length: tokens, the end, and padding, which is never asked about. A row that is full but
    for one place ends there for certain, so that the probabilities of all rows sum to one.

    Args:
        features: the decoder's, (*batch_shape, features).
        network: reads what is written so far.
        length: of a row.
        dropout: share of the tokens read, but not of those asked about, that `log_prob` replaces by the unknown one.
        placed: whether features have a row for each place, (*batch_shape, length, features); the first state is then
            made of the first row.

    References:
        Bowman et al., "Generating sentences from a continuous space", CoNLL 2016: the decoder, and its word dropout.
    """

    arg_constraints: dict[str, Any] = {}  # pyright: ignore  # torch declares it as a property
    support = constraints.independent(constraints.nonnegative_integer, 1)  # pyright: ignore

    def __init__(
        self,
        features: Float[Tensor, "*batch_and_features"],
        network: TokenNetwork,
        length: int,
        dropout: float = 0.0,
        *,
        placed: bool = False,
    ) -> None:
        self.features, self.network, self.length, self.dropout = features, network, length, dropout
        self.placed, self._of_one = placed, features.shape[-2 if placed else -1 :]
        super().__init__(features.shape[: -len(self._of_one)], torch.Size((length,)), validate_args=False)

    def expand(self, batch_shape: Any, _instance: Any = None) -> "TokenSequences":
        """The same distribution with its features expanded to `batch_shape`."""
        features = self.features.expand(*batch_shape, *self._of_one)
        return TokenSequences(features, self.network, self.length, self.dropout, placed=self.placed)

    def log_prob(self, value: Tensor) -> Float[Tensor, "..."]:
        """Log probability of whole rows, in nats.

        Args:
            value: whole numbers of any type, (*any, length).
        """
        leading = torch.broadcast_shapes(value.shape[:-1], self.batch_shape)
        tokens = value.expand(*leading, self.length).reshape(-1, self.length).long()
        features = self.features.expand(*leading, *self._of_one).reshape(-1, *self._of_one)
        size = len(tokens) if torch.is_grad_enabled() else max(1, _CHUNK // self.length)
        parts = zip(tokens.split(size), features.split(size), strict=True)
        return torch.cat([self._log_probs(*part) for part in parts]).reshape(leading)

    def _log_probs(self, tokens: Int64[Tensor, "n length"], features: Float[Tensor, "n *features"]) -> Tensor:
        """(n,): only what is not padding is computed."""
        counts = token_counts(tokens).clamp_max(self.length - 1)
        following = _packed(tokens, counts)
        rows = _packed(torch.arange(len(tokens), device=tokens.device)[:, None].expand_as(tokens), counts).data
        if self.placed:
            places = torch.arange(self.length, device=tokens.device).expand_as(tokens)
            of_rows = features[rows, _packed(places, counts).data]  # features[rows] alone has length² rows
        else:
            of_rows = features[rows]
        before = self._dropped(_packed(tokens.roll(1, -1).index_fill(-1, rows.new_zeros(1), END), counts), len(tokens))
        read, _ = self.network.read(
            following._replace(data=self.network.embed(before, of_rows)), self.network.start(self._at(features, 0))
        )
        logits = self.network.logits(read.data, of_rows)
        logs = -torch.nn.functional.cross_entropy(logits, following.data, reduction="none")
        return logs.new_zeros(len(tokens)).index_add(0, rows, logs)

    def _dropped(self, before: PackedSequence, first: int) -> Tensor:
        """What was read before each token; the first tokens, which read nothing, stay."""
        if not self.dropout:
            return before.data
        lost = torch.rand(before.data.shape, device=before.data.device) < self.dropout
        lost[:first] = False
        return before.data.masked_fill(lost, UNKNOWN)

    @property
    def mean(self) -> Tensor:
        """One row for each in the batch, in which each token is the likeliest after those before it."""
        return self.draw(LIKELIEST)

    @property
    def mode(self) -> Tensor:
        """The same as `mean`: the likeliest row would take a search."""
        return self.mean

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draws of rows, (*sample_shape, *batch_shape, length), in the type of the features."""
        shape = torch.Size(sample_shape)
        return self.expand(shape + self.batch_shape).draw(TokenChoice())

    @torch.no_grad()
    def draw(self, choice: TokenChoice) -> Tensor:
        """One row for each in the batch, (*batch_shape, length), in the type of the features.

        Args:
            choice: how each token is drawn.
        """
        all_features = self.features.reshape(-1, *self._of_one)
        tokens = torch.full((len(all_features), self.length), END, device=all_features.device)
        state, last = self.network.start(self._at(all_features, 0)), tokens[:, 0]
        going = torch.ones(len(all_features), dtype=torch.bool, device=all_features.device)
        for place in range(self.length - 1):
            features = self._at(all_features, place)
            read, state = self.network.read(self.network.embed(last, features)[:, None], state)
            if place < len(choice.begin):
                last = torch.full_like(last, choice.begin[place])
            else:
                last = choice(self.network.logits(read[:, 0], features)).masked_fill(~going, END)
            tokens[:, place] = last
            going = going & (last != END)
            if not bool(going.any()):
                break
        return tokens.to(all_features.dtype).reshape(*self.batch_shape, self.length)

    def _at(self, features: Float[Tensor, "n *features"], place: int) -> Float[Tensor, "n features"]:
        """What the network is given at a place."""
        return features[:, place] if self.placed else features


def _packed(rows: Tensor, counts: Int64[Tensor, " n"]) -> PackedSequence:
    return pack_padded_sequence(rows, counts.cpu(), batch_first=True, enforce_sorted=False)
