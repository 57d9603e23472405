"""The optimizers that a person can name."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from autoencode.errors import CapabilityError
from autoencode.registry import Registry
from autoencode.training.muon import Muon

OptimizerFactory = Callable[..., Optimizer]
"""(model, learning_rate) → optimizer; the learning rate has a default."""

optimizers: Registry[OptimizerFactory] = Registry("optimizer", "autoencode list optimizers")


@optimizers.register("adam")
def adam(model: nn.Module, learning_rate: float = 1e-3) -> Optimizer:
    """Adam (Kingma and Ba, ICLR 2015), in one fused pass."""
    return torch.optim.Adam(trainable_parameters(model), lr=learning_rate, fused=True)


@optimizers.register("adamw")
def adamw(model: nn.Module, learning_rate: float = 1e-3) -> Optimizer:
    """Adam with decoupled weight decay of 0.01 (Loshchilov and Hutter, ICLR 2019)."""
    return torch.optim.AdamW(trainable_parameters(model), lr=learning_rate, weight_decay=0.01, fused=True)


@optimizers.register("rmsprop")
def rmsprop(model: nn.Module, learning_rate: float = 1e-3) -> Optimizer:
    """RMSprop with Keras's decay of 0.9 (Tieleman and Hinton, 2012)."""
    return torch.optim.RMSprop(trainable_parameters(model), lr=learning_rate, alpha=0.9, eps=1e-7)


@optimizers.register("sgd")
def sgd(model: nn.Module, learning_rate: float = 1e-4) -> Optimizer:
    """Stochastic gradient descent with Nesterov momentum of 0.9."""
    return torch.optim.SGD(trainable_parameters(model), lr=learning_rate, momentum=0.9, nesterov=True)


@optimizers.register("muon")
def muon(model: nn.Module, learning_rate: float = 0.03) -> Optimizer:
    """Orthogonalised momentum for the weights (Jordan et al., 2024), Adam for biases, heads and the output layer."""
    return MuonWithAdam(model, learning_rate)


class MuonWithAdam(Optimizer):
    """Muon for the inner weights; Adam, at a tenth of its learning rate, for all else.

    Adam takes what is no matrix (biases, gains, scales) and the layers next to probability, whose outputs have a
    meaning of their own: everything under `posterior`, `prior` and `likelihood`, and the last layer of the decoder, or
    of the encoder where the decoder has no weights.
    """

    def __init__(self, model: nn.Module, learning_rate: float) -> None:
        named = {name: p for name, p in model.named_parameters() if p.requires_grad}
        last = [name for name in named if name.startswith(("encoder.", "decoder.")) and named[name].ndim > 1][-1:]
        inner = [p for name, p in named.items() if p.ndim > 1 and _is_hidden(name) and name not in last]
        taken = {id(p) for p in inner}
        rest = [p for p in named.values() if id(p) not in taken]
        groups = [{"params": inner, "lr": learning_rate}, {"params": rest, "lr": 0.1 * learning_rate}]
        super().__init__([group for group in groups if group["params"]], {})
        self._parts: list[Optimizer] = []
        if inner:
            self._parts.append(Muon([self.param_groups[0]]))
        if rest:
            self._parts.append(torch.optim.Adam([self.param_groups[-1]], betas=(0.9, 0.99), fused=True))
        for part in self._parts:
            # The groups are the same objects already; with the state shared too, this is one optimizer to all others.
            part.state = self.state

    def step(self, closure: None = None) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """One update of every weight."""
        for part in self._parts:
            part.step()


def _is_hidden(name: str) -> bool:
    return not name.startswith(("posterior.", "prior.", "likelihood."))


def trainable_parameters(model: nn.Module) -> list[nn.Parameter]:
    """The parameters that take gradients."""
    return [p for p in model.parameters() if p.requires_grad]


def state_tensors(optimizer: Optimizer) -> dict[str, Tensor]:
    """The optimizer's state as named tensors, `index.name`.

    Raises:
        CapabilityError: it keeps something other than tensors, which an exact resume would lose.
    """
    tensors: dict[str, Tensor] = {}
    for index, entries in optimizer.state_dict()["state"].items():
        for name, value in entries.items():
            if value is None:
                continue
            if not isinstance(value, Tensor):
                raise CapabilityError(
                    f"{type(optimizer).__name__} keeps '{name}' as a {type(value).__name__}, not a tensor"
                )
            tensors[f"{index}.{name}"] = value
    return tensors


def load_state_tensors(optimizer: Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Puts back what `state_tensors` gave: into the memory of what is there, else in its parameter's layout.

    Raises:
        ValueError: it is the state of other parameters, or of no use.
    """
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    kept: dict[str, set[str]] = {}
    for key in tensors:
        kept.setdefault(key.partition(".")[0], set()).add(key.partition(".")[2])
    if any(names != next(iter(kept.values())) for names in kept.values()):
        raise ValueError("of some parameters there is less state than of others")
    for key, value in tensors.items():
        index, _, name = key.partition(".")
        parameter = parameters[int(index)]
        if value.shape not in ((), parameter.shape) or not value.is_floating_point() or not value.isfinite().all():
            raise ValueError(f"'{key[:60]}' is no state of a parameter of shape {tuple(parameter.shape)}")
        there = optimizer.state[parameter].get(name)
        if isinstance(there, Tensor):  # which a compiled step may read where it is
            there.copy_(value)
            continue
        if value.shape == parameter.shape:
            value = torch.empty_like(parameter, requires_grad=False).copy_(value)
        elif value.ndim == 0 and name == "step":
            value = value.to(parameter.device if parameter.is_cuda else value.device, torch.float32)
        optimizer.state[parameter][name] = value
