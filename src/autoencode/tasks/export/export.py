"""Writes encoder and decoder as files that run without this library."""

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from autoencode._version import __version__
from autoencode.errors import CapabilityError
from autoencode.runs.replacing import check_replaceable
from autoencode.runs.run import Run
from autoencode.runtime.cancellation import CancelToken
from autoencode.runtime.cpu_tuning import tuned_cpu
from autoencode.runtime.reporter import Reporter, resolve_reporter, track
from autoencode.runtime.seeding import seeded_rng
from autoencode.storage import atomic_write
from autoencode.tasks.export.formats import ExportFormat, export_formats
from autoencode.tasks.export.network import BATCH_SIZES, TOLERANCE, Decode, Encode, compare_network, record_network


@dataclass(frozen=True)
class Exported:
    """What was written.

    Args:
        files: encoder, decoder, `export.json` and `README.md`.
        difference: the largest difference from PyTorch's output in any comparison, as a share of its largest number.
    """

    files: tuple[Path, ...]
    difference: float


@tuned_cpu()
def export(
    run: Run,
    to: str = "onnx",
    out: str | Path | None = None,
    *,
    reporter: Reporter | None = None,
    cancel: CancelToken | None = None,
) -> Exported:
    """Writes the encoder and the decoder of a model, each as one file for batches of any size.

        x ─► encoder ─► z, the posterior mean ─► decoder ─► the mean of p(x|z)

    Each is read again and compared with PyTorch on batches of 1, 2, 5 and 16 random examples before its file is kept:
    the largest difference must be below 10⁻⁵ of the largest number. `export.json` and `README.md` beside them give
    names, shapes and units.

    Args:
        run: the trained model; it is exported in 32-bit floats, for the processor.
        to: "onnx" or "pt2" (`torch.export`).
        out: the folder; one of the format's name in the run folder by default.
        reporter: receives the progress of the task "exporting".
        cancel: ends it early, between two steps.

    Raises:
        ArgumentError: a file is there that autoencode did not write.
        CancelledError: `cancel` asked for it.
        CapabilityError: a package is missing, the network cannot be exported, or the file computes other numbers.
        UnknownNameError: there is no such format.
    """
    if run.model.likelihood.is_sequential:
        raise CapabilityError(
            f"the decoder of {run.path} makes an example a value at a time, which a file for another program cannot "
            "hold: export another recipe, such as conv-vae"
        )
    form, folder = export_formats[to], Path(out) if out else run.path / to
    networks: dict[str, Encode | Decode] = {"encoder": Encode(run.model), "decoder": Decode(run.model)}
    paths = {name: folder / f"{name}{form.suffix}" for name in networks}
    described = folder / "export.json", folder / "README.md"
    for path in (*paths.values(), *described):
        check_replaceable(path)
    contents: dict[str, bytes] = {}
    worst = 0.0
    with track(resolve_reporter(reporter), "exporting", 2 * len(networks), "steps", cancel=cancel) as progress:
        try:
            run.model.to("cpu")
            for name, network in networks.items():
                progress.update(detail=f"recording the {name}")
                make = partial(_arguments, run, network)
                contents[name] = record_network(network, make, form, name)
                progress.advance(detail=f"comparing the {name}")
                worst = max(worst, compare_network(network, make, form, contents[name], name))
                progress.advance()
        finally:
            run.model.to(run.device)
    for name, path in paths.items():
        atomic_write(path, contents[name])
    facts = _facts(run, to, form, worst)
    atomic_write(described[0], json.dumps(facts, indent=2) + "\n")
    atomic_write(described[1], _readme(run, form, facts))
    return Exported((*paths.values(), *described), worst)


def _arguments(run: Run, network: Encode | Decode, n: int) -> tuple[Tensor, ...]:
    """Random examples, or codes of such, and contexts for a conditional model."""
    model, low, high = run.model, *run.folder.data.display_range
    with seeded_rng(n), torch.no_grad():
        noise = torch.rand(n, *model.data_shape) if run.modality.bounded else torch.randn(n, *model.data_shape)
        x = low + (high - low) * noise if run.modality.bounded else noise
        context = _contexts(run, n)
        first = x if isinstance(network, Encode) else model.encode(x, context).mean
    return (first,) if context is None else (first, context)


def _contexts(run: Run, n: int) -> Tensor | None:
    if not run.is_conditional:
        return None
    if run.n_classes is not None:
        return torch.arange(n) % run.n_classes
    return torch.rand(n, *_context_shape(run))


def _context_shape(run: Run) -> tuple[int, ...]:
    shape = run.folder.record.arguments.get("context_shape")
    if shape:
        return tuple(shape)
    sample = run.data.train.conditioning(slice(0, 1))
    if sample is None:
        raise CapabilityError(f"{run.path} is conditioned on something that its data do not have")
    return tuple(sample.shape[1:])


def _facts(run: Run, to: str, form: ExportFormat, worst: float) -> dict[str, Any]:
    """What someone needs who has the files alone."""
    model = run.model
    x, z = ["batch", *model.data_shape], ["batch", *model.latent_shape]
    context = [] if not run.is_conditional else [_described("context", run)]
    facts: dict[str, Any] = {
        "autoencode": __version__,
        "torch": torch.__version__,
        "run": run.name,
        "recipe": run.folder.record.recipe,
        "format": to,
        "encoder": {
            "file": f"encoder{form.suffix}",
            "inputs": [{"name": "x", "shape": x, "type": "float32"}, *context],
            "outputs": [{"name": "z", "shape": z, "type": "float32", "meaning": "posterior mean"}],
        },
        "decoder": {
            "file": f"decoder{form.suffix}",
            "inputs": [{"name": "z", "shape": z, "type": "float32"}, *context],
            "outputs": [{"name": "x", "shape": x, "type": "float32", "meaning": "mean of p(x|z)"}],
        },
        "units": _units(run),
        "compared": {"batch_sizes": list(BATCH_SIZES), "tolerance": TOLERANCE, "largest_difference": worst},
    }
    if run.standardisation is not None:
        facts["standardisation"] = {"mean": run.standardisation.mean, "scale": run.standardisation.scale}
    if run.n_classes is not None:
        facts["classes"] = run.classes
    return facts


def _described(name: str, run: Run) -> dict[str, Any]:
    if run.n_classes is not None:
        return {"name": name, "shape": ["batch"], "type": "int64", "meaning": "number of the class"}
    return {
        "name": name,
        "shape": ["batch", *_context_shape(run)],
        "type": "float32",
        "meaning": "what it is conditioned on",
    }


def _units(run: Run) -> str:
    values = run.folder.data.values
    if run.standardisation is not None:
        return "each column minus its mean, divided by its scale; outputs times scale plus mean are in the data's units"
    if values.high is None:
        return "numbers as they are in the data"
    return f"values of the data between {values.low:g} and {values.high:g}, scaled to 0 and 1"


def _readme(run: Run, form: ExportFormat, facts: dict[str, Any]) -> str:
    shapes = {
        part: [_shape(each) for each in (*facts[part]["inputs"], *facts[part]["outputs"])]
        for part in ("encoder", "decoder")
    }
    context = ", context" if run.is_conditional else ""
    code = form.usage.format(
        x=f"x{context}",
        z=f"z{context}",
        x_dict=f'{{"x": x{_in_dictionary(run)}}}',
        z_dict=f'{{"z": z{_in_dictionary(run)}}}',
    )
    lines = [
        f"# {run.name}",
        "",
        f"Encoder and decoder of a {facts['recipe']}, exported by autoencode {__version__}.",
        "",
        *(
            f"- `{facts[part]['file']}`: {', '.join(shapes[part][:-1])} → {shapes[part][-1]}"
            for part in ("encoder", "decoder")
        ),
        "",
        f"The batch may have any size. Units: {facts['units']}. `export.json` has all of this for programs.",
        "",
        "```python",
        code,
        "```",
        "",
        f"Compared with PyTorch on batches of {', '.join(map(str, BATCH_SIZES))}: the largest difference is "
        f"{facts['compared']['largest_difference']:.1e} of the largest number.",
        "",
    ]
    return "\n".join(lines)


def _in_dictionary(run: Run) -> str:
    return ', "context": context' if run.is_conditional else ""


def _shape(described: dict[str, Any]) -> str:
    return f"`{described['name']}` {described['type']} ({', '.join(map(str, described['shape']))})"
