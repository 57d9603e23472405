"""Priors fitted to codes, as some tests need them."""

from dataclasses import replace

from autoencode.latent.ex_post import PriorRecord, ex_post_prior, read_prior_record, save_fitted
from autoencode.runs.run import Run


def rescored(run: Run, nll: float, own: float | None) -> None:
    """The same fitted prior, with other scores."""
    record = read_prior_record(run.path)
    scores = {"nll": replace(record.nll, value=nll), "nll_own": own and replace(record.nll, value=own)}
    save_fitted(run.path, ex_post_prior(run), PriorRecord.model_validate({**dict(record), **scores}))
