"""What a training came to: one plain sentence, and the numbers that it rests on."""

from enum import StrEnum

from autoencode.runs.checked import Checked, Count, Line, Number


class Grade(StrEnum):
    """How good a model is, by the thresholds of `autoencode.evaluation.verdict`."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    NOT_MEASURED = "not measured"


class Evidence(Checked):
    """What was measured on the validation part, or on some of it, at even distances.

    Squared errors are means over all values, in the model's units. What does not apply to a model is None.

    Args:
        n: how many examples were measured.
        squared_error: of the reconstruction at the posterior mean, or of the restoration; None where it is no finite
            number, or where no clean examples are known.
        mean_error: of the mean training example in place of each reconstruction.
        pca_error: of the principal components of training examples.
        pca_numbers: how many components: as many as the code has numbers, or fewer where examples are few.
        input_error: of the input itself, for a model that restores: the corrupted example against the clean one.
        input_is: what stands in its place for a model that predicts: the simplest answer that is nearest.
        alike: whether drawn futures differ by less than a step of 8 bits, for a model that predicts.
        nats: −elbo of a sequence of tokens, in nats; None for other data.
        trigram_nats: −log p of the same sequences by a model that looks back two tokens.
        tokens: the mean number of tokens in a sequence.
        tokens_back: share of the tokens that come back in their place.
        step_nats: −elbo of music in chords, in nats a step; None for other data.
        chain_nats: the same by counting, for each key, what follows on the step before.
        dice: of a model that learned from masks, averaged over classes and pictures; None for others.
        usual_dice: of the best mask that is the same for every picture.
        active: latent dimensions in use, or codewords that occur.
        units: how many of them there are.
        unit: what they are called.
        rising_since: the epoch from which the validation loss rose, where it did.
        falling: whether the validation loss was still falling at the end.
        steps: of training.
        minutes: that they took.
    """

    n: Count
    squared_error: Number | None = None
    mean_error: Number | None = None
    pca_error: Number | None = None
    pca_numbers: Count | None = None
    input_error: Number | None = None
    input_is: Line = "the input"
    alike: bool = False
    nats: Number | None = None
    trigram_nats: Number | None = None
    tokens: Number | None = None
    tokens_back: Number | None = None
    step_nats: Number | None = None
    chain_nats: Number | None = None
    dice: Number | None = None
    usual_dice: Number | None = None
    active: Count | None = None
    units: Count | None = None
    unit: Line = "numbers"
    rising_since: Number | None = None
    falling: bool = False
    steps: Count = 0
    minutes: Number = 0.0


class Verdict(Checked):
    """One sentence on a trained model.

    Args:
        grade: in a word.
        sentence: in plain words, with the most important numbers and what to do.
        evidence: all numbers.
    """

    grade: Grade
    sentence: Line
    evidence: Evidence

    def __str__(self) -> str:
        return self.sentence
