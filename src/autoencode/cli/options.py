"""Arguments and options that several commands share, and what the shell offers after a Tab."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from autoencode.runs.run import Run
    from autoencode.tasks.shards.shard_work import ShardWork


def data_names(incomplete: str) -> list[str]:
    """Registered data sets; folders and files are completed by the shell itself."""
    from autoencode.data import datasets

    return [name for name in datasets if name.startswith(incomplete)]


def recipe_names(incomplete: str) -> list[str]:
    """Recipes."""
    from autoencode.recipes import recipes

    return [name for name in (*recipes, *detector_names()) if name.startswith(incomplete)]


def detector_names() -> list[str]:
    """Detectors, which `train --recipe` takes as well."""
    from autoencode.detection.detectors import load_detectors

    return list(load_detectors())


def log_names(incomplete: str) -> list[str]:
    """Where the numbers of a training can go."""
    from autoencode.training.logs import training_logs

    return [name for name in training_logs if name.startswith(incomplete)]


def corruption_names(incomplete: str) -> list[str]:
    """Kinds of corruption, without their amounts."""
    from autoencode.corruptions import corruptions

    return [name for name in corruptions if name.startswith(incomplete)]


def run_names(incomplete: str) -> list[str]:
    """Run folders under `runs/`; of names that a terminal cannot show, none."""
    from autoencode.runs.listing import list_runs

    paths = ["last", *(str(line.path) for line in list_runs())]
    return [path for path in paths if path.startswith(incomplete) and path.isprintable()]


def class_names(ctx: typer.Context, incomplete: str) -> list[str]:
    """The classes of the run named earlier on the command line."""
    from autoencode.runs.folder import RunFolder

    try:
        classes = RunFolder(Path(str(ctx.params["run"]))).data.classes or ()
    except Exception:  # no run there yet: nothing to offer
        return []
    return [name for name in classes if name.lower().startswith(incomplete.lower()) and name.isprintable()]


def prior_names(incomplete: str) -> list[str]:
    """What `--prior` takes."""
    from autoencode.latent.choose_prior import prior_names as names

    return [name for name in names() if name.startswith(incomplete)]


def path_names(incomplete: str) -> list[str]:
    """Kinds of paths between two codes."""
    from autoencode.latent.paths import latent_paths

    return [name for name in latent_paths if name.startswith(incomplete)]


def _replace_anything(ctx: Any, force: bool) -> bool:  # a typer.Context is promised, and its parent comes
    """Takes effect until the command ends."""
    if force:
        from autoencode.runs.replacing import replace_anything

        ctx.with_resource(replace_anything())
    return force


def find_run(text: str) -> Path:
    """The run that a person names: a path, a name under `runs/`, or `last`."""
    from autoencode.runs.listing import find_run

    return find_run(text)


RUN = "A run: its folder, its name under runs/, or last."
RunArgument = Annotated[
    Path, typer.Argument(metavar="RUN", help=RUN, parser=find_run, autocompletion=run_names, show_default=False)
]
SplitOption = Annotated[Literal["test", "validation", "train"], typer.Option(help="Which split of the data.")]
ClassOption = Annotated[
    str | None,
    typer.Option("--class", help="The class of the files, for a class-conditional model.", autocompletion=class_names),
]
LastOption = Annotated[bool, typer.Option("--last", help="Use the weights of the last epoch, not the best.")]
DeviceOption = Annotated[str, typer.Option(help="Where to compute: auto, cpu, cuda, cuda:1 …")]
TrustOption = Annotated[
    str | None,
    typer.Option(
        help="Your own recipe, module:function, that trained the run. Opening the run executes its code.",
        show_default=False,
    ),
]
DataOption = Annotated[
    str | None,
    typer.Option(
        help="Where the data of the run are, if they were moved. The place is kept with the run.",
        show_default="where they were in training",
        autocompletion=data_names,
    ),
]
TrustPathsOption = Annotated[
    bool,
    typer.Option(
        "--trust-paths", help="Open files outside the run folder that it names, though someone else made the run."
    ),
]
ForceOption = Annotated[
    bool,
    typer.Option("--force", help="Replace files that autoencode did not write.", callback=_replace_anything),
]
PriorOption = Annotated[
    str | None,
    typer.Option(
        help="own, ex-post, or a kind that is fitted if it was not: mixture (gmm), normal, flow, two-stage.",
        show_default="the one under which held-out codes are likelier",
        autocompletion=prior_names,
    ),
]
SharpenOption = Annotated[
    bool, typer.Option("--sharpen", help="Add the detail of training pictures that look alike at each place.")
]
ValuesOption = Annotated[
    str,
    typer.Option(
        help="What is black and white in the files: 0-255, 0-1, -1..1 and so on, or raw for numbers as they are.",
        show_default="as in training, unless the files say otherwise",
    ),
]
AxesOption = Annotated[
    str, typer.Option(help="Order of an array's axes: nd, nhw, nhwc or nchw.", show_default="as in training")
]
ChannelsOption = Annotated[
    str, typer.Option("--channels-are", help="Channels of an array: rgb, rgba or bands.", show_default="as in training")
]
EXAMPLE = "A picture, or an example of the data such as test:17."


@dataclass(frozen=True)
class ExampleOptions:
    """How new examples are read, as options of a command."""

    values: ValuesOption = "auto"
    axes: AxesOption = "auto"
    channels_are: ChannelsOption = "auto"


@dataclass(frozen=True)
class ShardOptions:
    """How work on shards is divided, as options of a command."""

    part: Annotated[
        str | None,
        typer.Option(help="Of shards: 3/16 is the third of 16 parts, for one of 16 machines.", show_default="all"),
    ] = None
    processes: Annotated[
        int | None, typer.Option(min=1, max=1024, help="Of shards: how many are worked on at a time.", show_default="1")
    ] = None
    ray: Annotated[
        str | None,
        typer.Option(help="Of shards: the address of a Ray cluster, or local.", metavar="ADDRESS", show_default=False),
    ] = None

    @property
    def are_chosen(self) -> bool:
        """Whether one of these options was given."""
        return self.part is not None or self.processes is not None or self.ray is not None

    def are_meant(self, inputs: Sequence[str | Path]) -> bool:
        """Whether a command is to work on shards: an option says so, or the inputs are nothing else."""
        from autoencode.data.shards.find_shards import find_shards

        if self.are_chosen:
            return True
        return bool(inputs) and all(
            suffix == ".tar" or (suffix == ".csv" and "{" in str(given)) or find_shards(given) is not None
            for given, suffix in ((given, Path(given).suffix.lower()) for given in inputs)
        )

    def work(self, work: "ShardWork", inputs: Sequence[str | Path]) -> None:
        """Works on the shards, and prints what came of it."""
        from autoencode import tasks
        from autoencode.cli.console import errors, print_result
        from autoencode.cli.terminal_reporter import TerminalReporter
        from autoencode.errors import ArgumentError

        if work.out.suffix in (".aec", ".csv", ".npy", ".npz", ".parquet"):
            raise ArgumentError(f"of shards --out is a folder with a result for each, not {work.out}")
        with TerminalReporter() as reporter:
            done = tasks.work_on_shards(
                work, inputs, part=self.part, processes=self.processes or 1, ray=self.ray, reporter=reporter
            )
        if skipped := sum(skip.count for one in done.done for skip in one.skipped):
            errors.write_line(f"{skipped:,} examples or members skipped, listed in {done.out / '*.skipped.csv'}")
        print_result(f"{len(done.done):,} shards with {done.rows:,} examples", done.out)


@dataclass(frozen=True)
class RunOptions:
    """How a run is opened, as options of a command."""

    last: LastOption = False
    device: DeviceOption = "auto"
    trust: TrustOption = None
    data: DataOption = None
    trust_paths: TrustPathsOption = False

    def open(self, path: Path, examples: ExampleOptions | None = None) -> "Run":
        """Opens a run folder.

        Args:
            path: the folder.
            examples: how new examples are read, where the command reads any.
        """
        from autoencode.runs.run import Run

        return Run(path, **vars(self), **(vars(examples) if examples else {}))
