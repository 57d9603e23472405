"""Puts evidence into one plain sentence. All thresholds are here.

good            below the error of PCA with as many numbers as the code; where PCA cannot have as many, below half
                of the error of the mean example; for a model that restores, 1 dB or more below its input; for one that
                finds masks, at least two thirds of the way from the Dice of one mask for all pictures to 1
fair            anything between
poor            less than 5 % below the mean example, no latent dimension in use, or no better than the input
sequences       good below the nats of a trigram model, poor above 1.5 times as many or with no latent dimension in use
not measured    no clean examples are known
"""

import math
from collections.abc import Collection
from dataclasses import dataclass

from autoencode.runs.verdict import Evidence, Grade, Verdict

_NO_GAIN = 0.95
"""Share of the error of the mean example, above which a model is poor."""
_HALF_EXPLAINED = 0.5
"""Share of the error of the mean example, below which a model is good where there is no PCA to compare with."""
_MASKS_FOUND = 2 / 3
"""Share of the way from the Dice of one mask for all pictures to 1, from which a model that finds masks is good."""
_MUCH_LOST = 0.25
"""Share of the error of the mean example, above which the sentence says what is lost, however good the model is."""
_RESTORED_DB = 1.0
"""Decibels below the error of the input, from which a restorer is good."""
_FAR_ABOVE = 1.5
"""Times the nats of trigrams, above which a model of sequences is poor."""
_FEW_STEPS = 500
_WEAKER_KL = {"beta": "a smaller --beta", "warmup_steps": "more --warmup-steps", "free_bits": "some --free-bits"}


def verdict(evidence: Evidence, options: Collection[str] = (), noun: str = "examples") -> Verdict:
    """The sentence for some evidence.

    Args:
        evidence: the numbers.
        options: of the model's recipe, so that no advice names an option that it does not have.
        noun: what examples are called, in the plural.

    Example:
        >>> verdict(Evidence(n=180, squared_error=0.02, mean_error=0.08, pca_error=0.025, pca_numbers=8)).sentence
        'Good: squared error 0.02 on 180 examples held out, 20 % below PCA with 8 numbers (0.025).'
    """
    return _Writer(evidence, options, noun).verdict()


@dataclass(frozen=True)
class _Writer:
    e: Evidence
    options: Collection[str]
    noun: str

    def verdict(self) -> Verdict:
        grade = self.grade
        parts = [
            self._error(grade),
            self._lost(grade),
            self._usage(grade),
            self._alike(),
            self._rising(),
            self._falling(),
        ]
        sentence = f"{grade.capitalize()}: {'; '.join(part for part in parts if part)}.{self._advice(grade)}"
        return Verdict(grade=grade, sentence=sentence, evidence=self.e)

    @property
    def grade(self) -> Grade:
        e = self.e
        if e.trigram_nats is not None:
            return self._grade_by_counting(e.nats, e.trigram_nats)
        if e.chain_nats is not None:
            return self._grade_by_counting(e.step_nats, e.chain_nats)
        if e.dice is not None:
            gained = self._gained_dice
            return Grade.GOOD if gained >= _MASKS_FOUND else Grade.FAIR if gained > 1 - _NO_GAIN else Grade.POOR
        if e.squared_error is None:
            return Grade.POOR if e.mean_error is not None or e.input_error is not None else Grade.NOT_MEASURED
        if e.input_error is not None:
            return Grade.GOOD if self._decibels >= _RESTORED_DB else Grade.FAIR if self._decibels > 0 else Grade.POOR
        if self._gained_nothing or self._collapsed:
            return Grade.POOR
        limit = _HALF_EXPLAINED * (e.mean_error or math.inf) if e.pca_error is None else e.pca_error
        return Grade.GOOD if e.squared_error < limit else Grade.FAIR

    def _grade_by_counting(self, nats: float | None, counted: float) -> Grade:
        if nats is None or nats > _FAR_ABOVE * counted or self._collapsed:
            return Grade.POOR
        return Grade.GOOD if nats < counted else Grade.FAIR

    @property
    def _gained_dice(self) -> float:
        """How far Dice is on the way from that of one mask for all pictures to 1."""
        usual = self.e.usual_dice or 0.0
        return ((self.e.dice or 0.0) - usual) / max(1 - usual, 1e-12)

    @property
    def _decibels(self) -> float:
        """How far the error is below that of the input."""
        return 10 * math.log10(max(self.e.input_error or 0.0, 1e-12) / max(self.e.squared_error or 0.0, 1e-12))

    @property
    def _gained_nothing(self) -> bool:
        e = self.e
        return e.mean_error is not None and (e.squared_error or 0.0) >= _NO_GAIN * e.mean_error > 0

    @property
    def _collapsed(self) -> bool:
        return self.e.active == 0 and self.e.n > 1

    def _error(self, grade: Grade) -> str:
        e, on = self.e, f"on {self.e.n:,} {self.noun if self.e.n != 1 else self._one} held out"
        if e.dice is not None:
            usual = "" if e.usual_dice is None else f"; one mask for all {self.noun} has {e.usual_dice:.3f}"
            return f"Dice {e.dice:.3f} {on}{usual}"
        if grade is Grade.NOT_MEASURED:
            return f"no clean {self.noun} are known to compare with"
        if e.nats is not None and e.trigram_nats is not None and e.tokens:
            nats = f"{e.nats:.1f} nats a {self._one} ({e.nats / e.tokens:.2f} a token) {on}"
            back = f"{e.tokens_back or 0:.0%} of the tokens come back in their place".replace("%", " %")
            return f"{nats}, {_compared(e.nats, e.trigram_nats)} trigrams ({e.trigram_nats:.1f}); {back}"
        if e.step_nats is not None and e.chain_nats is not None:
            counted = f"{_compared(e.step_nats, e.chain_nats)} keys that depend on the step before ({e.chain_nats:.2f})"
            return f"{e.step_nats:.2f} nats a step {on}, {counted}"
        if e.squared_error is None:
            return f"the output is no finite number {on}"
        error = f"squared error {e.squared_error:.3g}"
        if e.input_error is not None:
            if self._decibels <= 0 and e.input_is != "the input":
                return f"no better than {e.input_is} ({error} {on}, {e.input_is} {e.input_error:.3g})"
            where = f"{abs(self._decibels):.1f} dB {'below' if self._decibels > 0 else 'above'}"
            return f"{error} {on}, {where} {e.input_is} ({e.input_error:.3g})"
        if self._gained_nothing:
            return f"no better than the mean {self._one} ({error} {on}, the mean {self._one} {e.mean_error:.3g})"
        if e.pca_error is not None:
            return f"{error} {on}, {_compared(e.squared_error, e.pca_error)} PCA with {self._pca} ({e.pca_error:.3g})"
        return (
            f"{error} {on}, {_compared(e.squared_error, e.mean_error or 0)} the mean {self._one} ({e.mean_error:.3g})"
        )

    @property
    def _one(self) -> str:
        return self.noun.removesuffix("s")

    @property
    def _pca(self) -> str:
        return "1 number" if self.e.pca_numbers == 1 else f"{self.e.pca_numbers:,} numbers"

    def _lost(self, grade: Grade) -> str:
        """What a model that is better than PCA may lose all the same."""
        e = self.e
        if grade not in (Grade.GOOD, Grade.FAIR) or e.input_error is not None or not e.mean_error or not e.pca_error:
            return ""
        lost = (e.squared_error or 0.0) / e.mean_error
        if lost <= _MUCH_LOST:
            return ""
        return f"{lost:.0%} of the variance is lost".replace("%", " %") + (", so details are blurred" * self._blurs)

    @property
    def _blurs(self) -> bool:
        return self.noun == "pictures"

    def _usage(self, grade: Grade) -> str:
        """How much of the code is in use, where that is not all."""
        e = self.e
        if e.active is None or e.units is None or (e.active == e.units and grade is not Grade.POOR) or e.n < 2:
            return ""
        unit = e.unit if e.units != 1 else e.unit.removesuffix("s")
        return f"{e.active:,} of {e.units:,} {unit} {'is' if e.active == 1 else 'are'} in use"

    def _alike(self) -> str:
        return "its code says next to nothing, so that drawn futures are all alike" if self.e.alike else ""

    def _rising(self) -> str:
        if self.e.rising_since is None:
            return ""
        return (
            f"the validation loss rose after epoch {self.e.rising_since:.4g}, whose weights are kept: more {self.noun} "
            "would help"
        )

    def _falling(self) -> str:
        if not self.e.falling:
            return ""
        return f"the loss was still falling: train on with --resume and --minutes {math.ceil(self.e.minutes) or 1}"

    def _advice(self, grade: Grade) -> str:
        if grade not in (Grade.POOR, Grade.FAIR) or self.e.falling:
            return ""
        if self.e.steps < _FEW_STEPS:
            return f" Train longer, such as --minutes 5: {self.e.steps:,} steps are few."
        if grade is Grade.FAIR:
            return ""
        weaker = [text for name, text in _WEAKER_KL.items() if name in self.options]
        if self._collapsed and weaker:
            return f" Try {' or '.join(weaker)}."
        return " Train longer, or with a lower --learning-rate if the loss rose."


def _compared(error: float, other: float) -> str:
    """How far an error is from another one."""
    if other <= 0:
        return "above"
    percent = round(100 * (error / other - 1))
    return f"{-percent} % below" if percent < 0 else f"{percent} % above" if percent else "the same as"
