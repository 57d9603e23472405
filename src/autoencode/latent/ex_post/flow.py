"""A normalizing flow, fitted to codes by maximum likelihood."""

import copy

import torch
from torch import Tensor

from autoencode.distributions import flow, tempered
from autoencode.errors import DivergenceError
from autoencode.latent.ex_post.prior import ExPostPrior, ex_post_priors
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Progress, Reporter, track

_BATCH, _RATE, _PATIENCE, _CLIP = 256, 1e-3, 5, 5.0


@ex_post_priors.register("flow")
class FittedFlow(ExPostPrior):
    """A flow trained by Adam until the validation codes are no likelier for five epochs; the best weights are kept.

    Args:
        dims: latent dimensions.
        flow: nsf, maf or coupling.
        epochs: passes through the codes at most.

    References:
        Böhm and Seljak, "Probabilistic autoencoder", TMLR 2022, section 3 (a flow on the codes of an autoencoder).
    """

    def __init__(self, dims: int, *, flow: str = "nsf", epochs: int = 30) -> None:
        super().__init__(dims)
        self.epochs = epochs
        self.flow = _flow(flow, dims)

    def fit_standardised(
        self, train: Tensor, validation: Tensor, *, seed: int, reporter: Reporter, cancel: CancelToken
    ) -> None:
        """Early stopping on `validation`.

        Raises:
            DivergenceError: the likelihood became no finite number.
        """
        optimizer = torch.optim.Adam(self.flow.parameters(), lr=_RATE)
        best, weights, since = self._nll(validation), copy.deepcopy(self.flow.state_dict()), 0
        with track(reporter, "fitting the flow", self.epochs * len(train), "codes", cancel=cancel) as progress:
            for epoch in range(1, self.epochs + 1):
                self._train_epoch(train, optimizer, progress)
                now = self._nll(validation)
                if not now < float("inf"):
                    raise DivergenceError(
                        "the flow's likelihood is no finite number: try fit-prior with --flow maf, or kind mixture"
                    )
                progress.update(detail=f"epoch {epoch}/{self.epochs}: {now:.3f} nats a code on validation")
                if now < best:
                    best, weights, since = now, copy.deepcopy(self.flow.state_dict()), 0
                else:
                    since += 1
                if since == _PATIENCE:
                    break
        self.flow.load_state_dict(weights)

    def _train_epoch(self, train: Tensor, optimizer: torch.optim.Optimizer, progress: Progress) -> None:
        for places in torch.randperm(len(train)).split(_BATCH):
            optimizer.zero_grad()
            (-self.flow().log_prob(train[places]).mean()).backward()
            torch.nn.utils.clip_grad_norm_(self.flow.parameters(), _CLIP)
            optimizer.step()
            progress.advance(len(places))

    @torch.no_grad()
    def _nll(self, z: Tensor) -> float:
        return -self.log_prob_standardised(z).mean().item()

    def log_prob_standardised(self, z: Tensor) -> Tensor:
        """(n,), in nats."""
        return torch.cat([self.flow().log_prob(some) for some in z.split(5_000)])

    def sample_standardised(self, n: int, temperature: float = 1.0) -> Tensor:
        """(n, dims)."""
        return tempered(self.flow(), temperature).sample((n,))


_flow = flow  # the constructor's option has the same name
