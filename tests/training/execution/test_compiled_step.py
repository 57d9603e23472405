"""A step as one compiled program, beside the step as it is."""

import shutil
from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn

from autoencode.data import Batch, Batches, Subset, load
from autoencode.errors import CapabilityError, DivergenceError
from autoencode.kernels import dispatch, has_bfloat16, library
from autoencode.model import Autoencoder
from autoencode.objectives import Objective, ObjectiveOutput
from autoencode.objectives.forward_pass import ForwardPass
from autoencode.recipes import recipes
from autoencode.runs.folder import RunFolder
from autoencode.runtime.seeding import preserved_rng, seed_rng
from autoencode.settings import Settings
from autoencode.training import fit
from autoencode.training.auxiliary_networks import AuxiliaryNetworks
from autoencode.training.execution import compiled_step, custom_kernels, graph_compiler
from autoencode.training.execution.compiled_step import CompiledStep, is_worth_compiling
from autoencode.training.execution.step_executor import EagerStep
from autoencode.training.execution.train_step import TrainStep
from autoencode.training.optimizers import optimizers, state_tensors
from support.compiling import eight_steps, remembering_compiler, weights_of_training
from support.reporters import Recorder

CPU = torch.device("cpu")
compiler = pytest.mark.skipif(not (shutil.which("g++") or shutil.which("clang++")), reason="there is no C++ compiler")


compile_once = remembering_compiler(graph_compiler.compile_graph)


@pytest.fixture(autouse=True)
def one_program_for_each_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    """The compiler takes seconds, and the same step occurs in several tests."""
    monkeypatch.setattr(graph_compiler, "compile_graph", compile_once)


@pytest.fixture(autouse=True)
def quiet_noise() -> Iterator[None]:
    with preserved_rng(CPU):
        yield


def of(objective: Objective | None = None, recipe: str = "dense-vae") -> TrainStep:
    torch.manual_seed(0)
    model, own = recipes[recipe]((1, 6, 6))
    return TrainStep(model.train(), objective or own)


def pictures(n: int = 50) -> Batches:
    return Batches(torch.rand(n, 1, 6, 6, generator=torch.Generator().manual_seed(1)), 12, seed=0)


def eagerly(step: TrainStep, batches: Batches | None = None, optimizer: str = "adam") -> EagerStep:
    update = optimizers[optimizer](step.model)
    return EagerStep(step, update, AuxiliaryNetworks(step.objective), batches or pictures())


def compiled(step: TrainStep, batches: Batches | None = None, optimizer: str = "adam") -> CompiledStep:
    return CompiledStep(eagerly(step, batches, optimizer), seed=0)


@compiler
@pytest.mark.parametrize(("optimizer", "grad_clip"), [("adam", 4.0), ("muon", 0.1)])
def test_it_takes_the_same_steps(optimizer: str, grad_clip: float) -> None:
    plain, in_programs = (eight_steps(optimizer, grad_clip, as_program=way) for way in (False, True))
    for one, other in zip(plain, in_programs, strict=True):
        torch.testing.assert_close(
            other, one, rtol=3e-3, atol=1e-4
        )  # Adam makes a full step of a rounded gradient near zero


@compiler
@pytest.mark.skipif(not has_bfloat16(), reason="this processor has no bfloat16")
def test_in_bfloat16_large_products_are_rounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "_MIN_BF16_MULTIPLICATIONS", 0)
    torch.manual_seed(0)
    batches = Batches(torch.rand(50, 1, 12, 12), 12, seed=0)
    step = TrainStep(*recipes["dense-vae"]((1, 12, 12)))
    seed_rng(0, 3)
    exact = step(batches(3), 3).loss.item()
    step.precision = "bfloat16"
    seed_rng(0, 3)
    alone = step(batches(3), 3).loss.item()
    program = compiled(step, batches)
    seed_rng(0, 3)
    found = program.run(batches.gather(3), 3)["loss"]
    assert found == pytest.approx(exact, rel=1e-2)
    assert found != pytest.approx(exact, rel=1e-6)
    assert found == pytest.approx(alone, rel=1e-6)


def test_every_size_with_many_steps_is_compiled_for(monkeypatch) -> None:
    monkeypatch.setattr(compiled_step, "compile_traced", lambda function, *_: function)
    monkeypatch.setattr(compiled_step, "_MIN_STEPS", 10)
    step, batches = of(), pictures(52)  # three in five steps are of ten, two of eleven
    fitting = {}
    for steps in (24, 25):
        program = CompiledStep(eagerly(step, batches), seed=0, steps=steps)
        fitting[steps] = {
            len(batches.gather(number)) for number in range(5) if program.has_program_for(batches.gather(number))
        }
    assert fitting == {24: {10}, 25: {10, 11}}


@compiler
def test_bytes_are_made_numbers_of_and_pixels_are_drawn_inside() -> None:
    step = of()
    batches = Batches(Subset((pictures().subset.x * 255).byte(), stochastic=True), 12, seed=0)
    program = compiled(step, batches)
    seed_rng(0, 3)
    expected = step(batches(3), 3).loss.item()
    seed_rng(0, 3)
    assert program.run(batches.gather(3), 3)["loss"] == pytest.approx(expected, rel=1e-5)


@compiler
def test_weights_are_read_where_they_are_and_other_sizes_do_not_fit() -> None:
    step, batches = of(), pictures()
    program = compiled(step, batches)
    with torch.no_grad():
        for weight in step.parameters():
            weight.mul_(0.5)
    seed_rng(0, 4)
    expected = step(batches(4), 4).loss.item()
    seed_rng(0, 4)
    assert program.run(batches.gather(4), 4)["loss"] == pytest.approx(expected, rel=1e-5)
    assert not program.has_program_for(Batch(torch.rand(9, 1, 6, 6)))


@compiler
def test_a_step_that_fails_changes_nothing() -> None:
    step, batches = of(), pictures()
    eager = eagerly(step, batches)
    program = CompiledStep(eager, seed=0)
    program.run(batches.gather(0), 0)
    before = [*(p.clone() for p in step.parameters()), *(t.clone() for t in state_tensors(eager.optimizer).values())]
    rows = batches.gather(1)
    rows.x[3, 0, 2, 2] = torch.nan
    with pytest.raises(DivergenceError, match="at step 1"):
        program.run(rows, 1)
    after = [*step.parameters(), *state_tensors(eager.optimizer).values()]
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))


@compiler
def test_a_training_is_the_same_but_for_rounding(tmp_path) -> None:
    data = load("digits")
    losses: dict[str, list[float]] = {}
    for wanted in ("always", "never"):
        torch.manual_seed(0)
        model, objective = recipes["dense-vae"](data.data_shape, hidden=16)
        folder = RunFolder.create(tmp_path / wanted)
        settings = Settings(steps=25, batch_size=64, compile=wanted, learning_rate=1e-3, grad_clip=30.0)
        history = fit(model, objective, data, settings, folder=folder)
        losses[wanted] = [epoch.validation["loss"] for epoch in history.epochs]
        assert folder.record.plan.compiled is (wanted == "always")
    assert losses["always"] == pytest.approx(losses["never"], rel=1e-4)


@compiler
def test_a_training_that_goes_on_ends_with_the_same_weights_to_the_bit(tmp_path) -> None:
    once, twice = weights_of_training(tmp_path / "once"), weights_of_training(tmp_path / "twice", 13)
    assert all(torch.equal(a, b) for a, b in zip(once, twice, strict=True))


class Fickle(Objective):
    """Weighs by the number of the step without a schedule."""

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        nll = -fwd.log_likelihood().mean(0)
        return ObjectiveOutput((1 if step is None or step < 3 else 2) * nll.mean(), {"nll": nll})


class Branching(Objective):
    """Goes one way or the other by what it sees."""

    def evaluate(self, fwd: ForwardPass, step: int | None) -> ObjectiveOutput:
        nll = -fwd.log_likelihood().mean(0)
        return ObjectiveOutput(nll.mean() if bool(nll.mean() > 0) else nll.sum(), {"nll": nll})


@compiler
@pytest.mark.parametrize("objective", [Fickle(), Branching()], ids=["fickle", "branching"])
def test_what_is_no_fixed_list_of_operations_is_refused(objective: Objective) -> None:
    with pytest.raises(CapabilityError, match="its control flow depends on data"):
        compiled(of(objective))


class Counting(nn.Module):
    """Keeps numbers besides the weights, which change what it gives."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner
        self.count: Tensor
        self.mean: Tensor
        self.register_buffer("count", torch.zeros((), dtype=torch.int64))
        self.register_buffer("mean", torch.ones(6, 6))

    def forward(self, x: Tensor) -> Tensor:
        self.count += 1
        self.mean.lerp_(x.detach().mean((0, 1)), 0.5)
        return self.inner(x * self.mean) * self.count


@compiler
def test_numbers_that_steps_keep_are_kept() -> None:
    found = []
    for way in (0, 1):
        step, batches = of(), pictures()
        step.model.encoder = Counting(step.model.encoder)
        eager = eagerly(step, batches, "sgd")
        executor = CompiledStep(eager, seed=0) if way else eager
        assert step.model.encoder.count == 0
        for number in range(3):
            seed_rng(0, number)
            executor.run(batches.gather(number), number)
        found.append([*step.parameters(), *step.buffers()])
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(other, one, rtol=1e-3, atol=1e-5)


@compiler
@pytest.mark.parametrize(
    ("recipe", "precision"),
    [("fashion-vae", "float32"), ("fashion-denoise", "bfloat16")],
)
def test_convolutions_of_our_own_are_in_the_program(recipe: str, precision: str, monkeypatch) -> None:
    if precision == "bfloat16" and not has_bfloat16():
        pytest.skip("this processor has no bfloat16")
    monkeypatch.setattr(library, "_enabled", True)
    numbers = (torch.rand(80, 1, 28, 20, generator=torch.Generator().manual_seed(1)) * 255).byte()
    batches, found, fwd = Batches(numbers, 80, seed=0), [], []
    compile_graph = torch._inductor.compile  # pyright: ignore

    def look(graph: torch.fx.GraphModule, inputs: list[Tensor]) -> object:
        fwd.extend(str(node.target) for node in graph.graph.nodes)
        return compile_graph(graph, inputs)

    monkeypatch.setattr(torch._inductor, "compile", look)  # pyright: ignore
    for way in (0, 1):
        torch.manual_seed(0)
        model, objective = recipes[recipe]((1, 28, 20))
        step = TrainStep(model.train().to(memory_format=torch.channels_last), objective, precision)
        eager = eagerly(step, batches, "sgd")
        executor = CompiledStep(eager, seed=0) if way else eager
        for number in range(3):
            seed_rng(0, number)
            found.append(list(executor.run(batches.gather(number), number).values()))
    assert sum("autoencode_convolve" in name for name in fwd) >= 8
    assert not any("aten.convolution" in name for name in fwd)
    rtol = 1e-4 if precision == "float32" else 1e-3
    torch.testing.assert_close(torch.tensor(found[3:]), torch.tensor(found[:3]), rtol=rtol, atol=rtol)


def test_auxiliary_networks_and_other_precisions_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CapabilityError, match="auxiliary networks"):
        compiled(of(recipe="adversarial-ae"))
    half = of()
    half.precision = "bfloat16"
    monkeypatch.setattr(compiled_step, "has_bfloat16", lambda: False)
    with pytest.raises(CapabilityError, match="in bfloat16: this processor does not support it"):
        compiled(half)


def test_it_is_worth_it_for_long_trainings_of_small_networks_on_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_worth_compiling(of(), 8_000, CPU)
    assert not is_worth_compiling(of(), 7_999, CPU)
    assert not is_worth_compiling(of(), 8_000, torch.device("cuda"))
    assert not is_worth_compiling(of(recipe="adversarial-ae"), 8_000, CPU)
    step = of()
    step.precision = "bfloat16"
    for here in (True, False):
        monkeypatch.setattr(compiled_step, "has_bfloat16", lambda here=here: here)
        assert is_worth_compiling(step, 8_000, CPU) == here


def test_lines_of_different_lengths_are_not_compiled() -> None:
    model, objective = recipes["text-vae"]((6,), n_tokens=9, embedding=4, hidden=6)
    assert not is_worth_compiling(TrainStep(model.train(), objective), 8_000, CPU)


def test_convolutions_are_worth_it_where_they_are_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    step = of(recipe="conv-vae")
    for ours in (True, False):
        monkeypatch.setattr(custom_kernels, "build_kernels", lambda ours=ours: ours)
        assert is_worth_compiling(step, 8_000, CPU) == ours
    monkeypatch.setattr(custom_kernels, "build_kernels", lambda: True)
    step = of()
    step.model.encoder = nn.Sequential(nn.Conv2d(1, 1, 3, padding=1), step.model.encoder)
    assert not is_worth_compiling(step, 8_000, CPU)


@pytest.mark.parametrize(
    ("options", "tried"),
    [({"compile": "auto"}, True), ({"compile": "auto", "minutes": 9.0}, False), ({"compile": "never"}, False)],
)
def test_without_a_compiler_it_goes_on_and_says_so(monkeypatch, options: dict[str, str], tried: bool) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no compiler\nin sight")

    monkeypatch.setattr(compiled_step, "compile_traced", fail)
    monkeypatch.setattr(compiled_step, "_MIN_STEPS", 2)
    data, recorder = load("digits"), Recorder()
    model, objective = recipes["dense-vae"](data.data_shape, hidden=4)
    assert fit(model, objective, data, Settings(steps=2, **options), reporter=recorder).status == "complete"
    assert recorder.of("note") == ["compiling the training step, which can take a minute"] * tried
    failed = "cannot compile the training step: no compiler; training continues without compiling"
    assert recorder.of("warn") == [failed] * tried
    if tried:
        with pytest.raises(CapabilityError, match="no compiler"):
            fit(model, objective, data, Settings(steps=2, compile="always"))


def test_a_model_is_left_as_it_was(monkeypatch) -> None:
    """Looking makes no gradients and keeps the process's noise."""
    monkeypatch.setattr(compiled_step, "compile_traced", lambda *_: lambda *__: [])
    step: TrainStep = of()
    before, state = [p.clone() for p in step.parameters()], torch.get_rng_state()
    with pytest.raises(CapabilityError):
        compiled(step)
    assert all(p.grad is None for p in step.parameters())
    assert all(torch.equal(a, b) for a, b in zip(before, step.parameters(), strict=True))
    assert torch.equal(state, torch.get_rng_state())
    assert isinstance(step.model, Autoencoder)
