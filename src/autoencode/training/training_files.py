"""What a training writes into its run folder."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack

from torch import Tensor, nn

from autoencode.runs.folder import RunFolder
from autoencode.runs.metrics import EpochMetrics
from autoencode.runs.plan import Plan
from autoencode.runs.record import Status
from autoencode.settings import Settings
from autoencode.training.checkpoint import TrainerState, save_checkpoint
from autoencode.training.learner import Learner

MakeFolder = Callable[[], RunFolder]
"""Makes a new run folder."""
_MIN_SECONDS = 5.0
"""Between the files of two epochs: where epochs take a second, writing each would take a twentieth of the time."""


class TrainingFiles:
    """Keeps the best and the last weights, and writes them, the metrics and checkpoints from time to time.

    Args:
        folder: the run folder, or what makes one when the training begins; without one nothing is written.
        checkpoint_seconds: the longest time between two checkpoints.
    """

    def __init__(self, folder: RunFolder | MakeFolder | None, checkpoint_seconds: float) -> None:
        self._folder = folder if isinstance(folder, RunFolder) else None
        self._make_folder = None if isinstance(folder, RunFolder) else folder
        self._seconds = checkpoint_seconds
        self._held = ExitStack()
        self._unsaved: dict[str, Mapping[str, Tensor]] = {}
        self._written: float | None = None
        self._clock_began = 0.0
        self.best_weights: Mapping[str, Tensor] = {}

    def begin(self, now: float, settings: Settings, plan: Plan) -> None:
        """Notes in run.json that training runs, how and by which plan.

        Args:
            now: of a monotonic clock, in seconds, as everywhere in this class.
            settings: of the training.
            plan: what was decided.
        """
        self._clock_began = now
        if self._make_folder:
            self._folder = self._make_folder()
            self._held.enter_context(self._folder.lock())
        if self._folder:
            self._folder.begin_training(settings, plan)

    def change_plan(self, plan: Plan) -> None:
        """Writes another plan into run.json."""
        if self._folder:
            self._folder.update(plan=plan)

    def keep(self, model: nn.Module, *, best: bool) -> None:
        """Copies the weights of a finished epoch, to be written later.

        Args:
            model: whose weights are the last ones.
            best: whether they are also the best ones so far.
        """
        weights = {name: value.clone() for name, value in model.state_dict().items()}
        self._unsaved["last"] = weights
        if best:
            self.best_weights = self._unsaved["best"] = weights

    def is_checkpoint_due(self, now: float) -> bool:
        """Whether so much time has passed that a checkpoint is due in the middle of an epoch."""
        return self._since(now) > self._seconds

    def is_epoch_due(self, now: float) -> bool:
        """Whether the files of an epoch are due: after the first one, then every few seconds at most."""
        return self._written is None or self._since(now) >= min(_MIN_SECONDS, self._seconds)

    def _since(self, now: float) -> float:
        return now - (self._clock_began if self._written is None else self._written)

    def checkpoint(self, now: float, learner: Learner, state: TrainerState, epochs: Sequence[EpochMetrics]) -> None:
        """Writes the weights that were kept, the metrics, and the state that an exact resume needs."""
        self._save_epochs(epochs)
        if self._folder:
            save_checkpoint(self._folder.checkpoint_file, learner, state)
        self._written = now

    def end(self, status: Status, epochs: Sequence[EpochMetrics]) -> None:
        """Writes what was not written yet, and how the training ended."""
        self._save_epochs(epochs)
        if self._folder:
            self._folder.update(status=status)

    def close(self) -> None:
        """Lets others write into a folder that was made here."""
        self._held.close()

    def _save_epochs(self, epochs: Sequence[EpochMetrics]) -> None:
        if self._folder and self._unsaved:
            self._folder.save_weights(**self._unsaved)
            self._folder.write_metrics(epochs)
        self._unsaved = {}
