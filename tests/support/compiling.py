"""Steps and trainings that are taken in one way or another, to be compared."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from autoencode.data import Batches, load
from autoencode.objectives import Elbo, Warmup
from autoencode.recipes import recipes
from autoencode.runs.folder import RunFolder
from autoencode.runtime.seeding import seed_rng
from autoencode.settings import Settings
from autoencode.training import fit
from autoencode.training.auxiliary_networks import AuxiliaryNetworks
from autoencode.training.execution.compiled_step import CompiledStep
from autoencode.training.execution.step_executor import EagerStep
from autoencode.training.execution.train_step import TrainStep
from autoencode.training.optimizers import optimizers
from support.reporters import InterruptAfter


def eight_steps(optimizer: str, grad_clip: float | None, *, as_program: bool) -> list[Tensor]:
    """The values of eight steps and the weights after each; batches of ten, and of eleven, which have no program."""
    torch.manual_seed(0)
    model, _ = recipes["dense-vae"]((1, 6, 6))
    step, made = TrainStep(model.train(), Elbo(beta=Warmup(40, 3.0))), list[Tensor]()
    batches = Batches(torch.rand(52, 1, 6, 6, generator=torch.Generator().manual_seed(1)), 12, seed=0)
    update = optimizers[optimizer](model)
    eager = EagerStep(step, update, AuxiliaryNetworks(step.objective), batches, grad_clip)
    executor = CompiledStep(eager, seed=0) if as_program else eager
    for number in range(8):
        update.param_groups[0]["lr"] = 0.01 / (1 + number)
        rows = batches.gather(number)
        seed_rng(0, number)
        values = executor.run(rows, number)
        made += [torch.tensor(list(values.values())), *(p.detach().clone() for p in step.parameters())]
    return made


def weights_of_training(path: Path, *stops: int) -> list[Tensor]:
    """After thirty steps, compiled, with a Ctrl-C after each of some, after which it goes on."""
    data, run = load("digits"), RunFolder.create(path)
    weights = list[Tensor]()
    for stop in (*stops, None):
        torch.manual_seed(0)
        model, objective = recipes["dense-vae"](data.data_shape, hidden=16)
        settings = Settings(steps=30, batch_size=64, compile="always", ema_decay=0.9, grad_clip=30.0)
        fit(model, objective, data, settings, folder=run, reporter=InterruptAfter("training", stop) if stop else None)
        run, weights = RunFolder(run.path), list[Tensor](model.parameters())
    return weights


def remembering_compiler(compile_graph: Callable[..., Any]) -> Callable[..., Any]:
    """The same compiler, which compiles a graph once: what a program computes depends on its inputs alone."""
    programs = dict[Any, Any]()

    def compile_once(graph: torch.fx.GraphModule, inputs: list[Tensor], c_shims: Any) -> Any:
        named = [getattr(graph, str(node.target)) for node in graph.graph.nodes if node.op == "get_attr"]
        constants = [value.numpy().tobytes() for value in named]
        key = (graph.code, *constants, *((x.shape, x.stride(), x.dtype) for x in inputs))
        if key not in programs:
            programs[key] = compile_graph(graph, inputs, c_shims)
        return programs[key]

    return compile_once
