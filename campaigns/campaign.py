"""What every campaign is."""

from collections.abc import Sequence
from typing import Protocol

from campaigns.base_runs import Workshop
from campaigns.fault import CaseResult


class Campaign(Protocol):
    """A kind of harm, of which any number of cases can be made."""

    count: int
    """Cases in a full campaign."""

    def prepare(self, workshop: Workshop, numbers: Sequence[int]) -> None:
        """Makes what the cases of these numbers start from."""
        ...

    def run_case(self, workshop: Workshop, number: int) -> CaseResult:
        """Makes one case: the same for the same seed and number."""
        ...
