"""Says which values of true masks are none of the classes that a model knows."""

import numpy as np

from autoencode.data.masks.mask_classes import MaskClasses, Values

_NAMED = 5


class UnknownValues:
    """Collects them over all masks.

    Args:
        classes: of the model.
    """

    def __init__(self, classes: MaskClasses) -> None:
        self._classes, self._first, self._files, self._pixels, self._all = classes, list[str](), 0, 0, 0

    def add(self, label: str, values: Values) -> None:
        """Looks at one more mask.

        Args:
            label: its name, for the line.
            values: as `read_true_mask` gives them.
        """
        if self._classes.of_objects:
            return
        unknown = values[~np.isin(values, self._classes.values)]
        self._pixels, self._all = self._pixels + unknown.size, self._all + values.size
        if not unknown.size:
            return
        self._files += 1
        if not self._first:
            named = ", ".join(self._classes.shown(int(value)) for value in np.unique(unknown)[:_NAMED])
            self._first = [f"{named} in {label}"]

    @property
    def note(self) -> str | None:
        """One line about them; None where there are none."""
        if not self._files:
            return None
        known = ", ".join(self._classes.shown(value) for value in self._classes.values)
        masks = "1 true mask has" if self._files == 1 else f"{self._files:,} true masks have"
        return (
            f"{masks} values that are none of the classes ({known}), such as {self._first[0]}, in "
            f"{100 * self._pixels / self._all:.2g} % of all pixels: each counts as the nearest class"
        )
