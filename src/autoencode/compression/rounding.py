"""Numbers that a network computes, rounded so that every computer rounds them alike."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from autoencode.errors import CapabilityError

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
MARGIN = 2.0**-32
"""A number this close to the middle between two grid points counts as undecided."""


class Rounding:
    """Rounds the numbers that a network computes for a step's examples to a grid.

    Two computers compute a network in float64 with differences of about 10⁻¹³, so they round alike but for numbers that
    lie within `MARGIN`, 2·10⁻¹⁰, of the middle between two grid points. The encoder sees which these are, one in 2²² at
    a grid of 2⁻⁹, and writes down how it rounded them; the decoder is given that.

    Args:
        decisions: of the decoder: for each stream, (example, number) to whether the rounded number is odd; None in
            the encoder, which makes them.
        streams: how many.
    """

    def __init__(self, streams: int, decisions: Sequence[Mapping[tuple[int, int], bool]] | None = None) -> None:
        self._given = decisions
        self.decisions: list[dict[tuple[int, int], bool]] = [{} for _ in range(streams)]

    def round(self, values: Floats, grid: float, rows: Integers, example: int, first: int) -> Floats:
        """The nearest points of the grid.

        Args:
            values: (len(rows), numbers).
            grid: the distance between two points, a power of two.
            rows: the streams that these are of.
            example: the place of the examples in their streams.
            first: the place of the first number among all numbers of this example.

        Raises:
            CapabilityError: NaN or infinity.
        """
        if not np.isfinite(values).all():
            raise CapabilityError("the model computes NaN or infinity for these examples: it cannot compress them")
        steps = values / grid
        rounded = np.floor(steps + 0.5)
        undecided = np.abs(np.abs(steps - rounded) - 0.5) * grid < MARGIN
        for at, column in zip(*np.nonzero(undecided), strict=True):
            row, place = int(rows[at]), (example, first + int(column))
            if self._given is None:  # this is the encoder
                self.decisions[row][place] = bool(int(rounded[at, column]) % 2)
            else:
                rounded[at, column] = self._decided(
                    self._given[row], place, float(steps[at, column]), int(rounded[at, column])
                )
        return rounded * grid

    @staticmethod
    def _decided(given: Mapping[tuple[int, int], bool], place: tuple[int, int], exact: float, own: int) -> int:
        """As the encoder decided; numbers that only this computer finds undecided are as this computer rounds them."""
        odd = given.get(place)
        if odd is None or odd == bool(own % 2):
            return own
        return own + 1 if exact > own else own - 1

    def pack(self, row: int) -> list[int]:
        """The decisions of a stream as a flat list of example, number, odd."""
        return [number for place, odd in sorted(self.decisions[row].items()) for number in (*place, int(odd))]


def unpack_decisions(flat: list[int]) -> dict[tuple[int, int], bool]:
    """The inverse of `Rounding.pack`."""
    return {(flat[at], flat[at + 1]): bool(flat[at + 2]) for at in range(0, len(flat) - 2, 3)}
