"""A detector of defects in pictures, as a run folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, final

import numpy as np
import torch
from jaxtyping import UInt8
from pydantic import Field
from torch import Tensor

from autoencode.detection.anomaly_map import CROP, AnomalyMap, picture_score
from autoencode.detection.detectors import detector_file, register_detector
from autoencode.detection.false_alarms import FalseAlarms
from autoencode.errors import DataError, RunError
from autoencode.runs.checked import Checked, Number, check
from autoencode.runs.folder import DETECTOR_FILE, RunFolder
from autoencode.runs.tensor_file import load_into, load_tensors, read_header, save_tensors
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.reporter import Reporter

_SHARE, _MOST, _WHOLE = 4, 200, 8
"""One picture in four is held out, at most 200; of fewer than eight pictures a quarter of each."""
_FEW = 20
Pictures = Sequence[UInt8[Tensor, "channels _h _w"]]


class _Facts(Checked):
    """What is saved beside the tensors."""

    channels: Literal[1, 3]
    held_out: Annotated[tuple[Number, ...], Field(min_length=2, max_length=10_000)]
    pieces: Annotated[Number, Field(ge=1, le=1e6)]


@final
@register_detector("anomaly")
@dataclass(frozen=True, eq=False)
class PictureDetector:
    """Defects in pictures, learned from good ones alone; for `autoencode detect`.

    Args:
        map: trained.
        alarms: what good pictures score that were held out.
    """

    map: AnomalyMap
    alarms: FalseAlarms

    @classmethod
    def fit(
        cls,
        pictures: Pictures,
        *,
        steps: int = 500,
        seed: int = 0,
        reporter: Reporter,
        cancel: CancelToken | None = None,
    ) -> "PictureDetector":
        """Learns what good pictures look like, and by others of them how often a good one has a high score.

        Args:
            pictures: good ones, of one number of channels, 1 or 3.
            steps: of the training.
            seed: of all that is random.
            reporter: receives progress, and a warning where the pictures are few.
            cancel: checked after each step.

        Raises:
            DataError: no pictures, or few and small ones.
        """
        learned, held_out, pieces = _hold_out(pictures, np.random.default_rng(seed))
        if pieces > 1:
            reporter.warn(
                f"of {_n_pictures(len(pictures))} a quarter of each is held out for the threshold: give "
                f"{_FEW} good ones or more for one to rely on"
            )
        elif len(pictures) < _FEW:
            reporter.warn(f"the threshold rests on {len(held_out)} held-out pictures: give {_FEW} good ones or more")
        found = AnomalyMap.fit(learned, steps=steps, seed=seed, reporter=reporter, cancel=cancel)
        scores = tuple(picture_score(found(picture, cancel=cancel)) for picture in held_out)
        return cls(found, FalseAlarms(scores, pieces))

    def save(self, folder: RunFolder) -> None:
        """Writes it into a run folder; JSON and tensors, no pickle."""
        facts = {
            "channels": self.map.channels,
            "held_out": list(self.alarms.held_out),
            "pieces": self.alarms.pieces,
        }
        save_tensors(folder.path / DETECTOR_FILE, self.map.state_dict(), facts)

    @classmethod
    def load(cls, path: Path) -> "PictureDetector":
        """Opens the detector of a run folder.

        Raises:
            RunError: there is none, or its file is damaged.
        """
        file = detector_file(path)
        facts = check(_Facts, read_header(file).read_facts(file), str(file))
        found = AnomalyMap(facts.channels)
        load_into(found, load_tensors(file)[0], file)
        if not bool((found.deviation > 0).all()):
            raise RunError(f"{file} holds a deviation of 0 or less: copy the run folder again")
        found.eval().requires_grad_(requires_grad=False)
        return cls(found, FalseAlarms(facts.held_out, facts.pieces))


def _hold_out(pictures: Pictures, rng: np.random.Generator) -> tuple[Pictures, Pictures, float]:
    """What is learned from, what is held out, and in how many pieces of that size a picture is cut."""
    n = len(pictures)
    if not n:
        raise DataError("there are no good pictures to learn from")
    if n >= _WHOLE:
        held = set(rng.permutation(n)[: max(3, min(_MOST, n // _SHARE))].tolist())
        return [pictures[i] for i in range(n) if i not in held], [pictures[i] for i in sorted(held)], 1.0
    if min(min(picture.shape[1:]) for picture in pictures) < CROP:
        raise DataError(f"of pictures with a side below {CROP} pixels at least {_WHOLE} good ones are needed, not {n}")
    edges = [picture.shape[2] - picture.shape[2] // _SHARE for picture in pictures]
    strips = [picture[:, :, edge:] for picture, edge in zip(pictures, edges, strict=True)]
    pieces = [piece for strip in strips for piece in _squares(strip)]
    share = float(np.mean([strip[0].numel() for strip in pieces]) / np.mean([one[0].numel() for one in pictures]))
    return [picture[:, :, :edge] for picture, edge in zip(pictures, edges, strict=True)], pieces, 1 / share


def _squares(strip: UInt8[Tensor, "channels _h _w"]) -> list[UInt8[Tensor, "channels _h2 _w"]]:
    """A strip in pieces, nearly square, at least two."""
    return list(torch.tensor_split(strip, max(2, round(strip.shape[1] / strip.shape[2])), dim=1))


def _n_pictures(n: int) -> str:
    return f"{n} pictures" if n > 1 else "one picture"
