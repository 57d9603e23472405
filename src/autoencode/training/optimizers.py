"""The optimizers, by name."""

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from autoencode.errors import CapabilityError
from autoencode.likelihoods import Likelihood
from autoencode.registry import Registry
from autoencode.training.muon import Muon

OptimizerFactory = Callable[..., Optimizer]
"""Takes a model and a learning rate, which has a default."""

optimizers: Registry[OptimizerFactory] = Registry("optimizer", "autoencode list optimizers")


@optimizers.register("adam")
def adam(model: nn.Module, learning_rate: float = 1e-3) -> Optimizer:
    """Adam (Kingma and Ba, ICLR 2015), in one fused pass."""
    return torch.optim.Adam(trainable_parameters(model), lr=learning_rate, fused=True)


@optimizers.register("adam-99")
def adam_99(model: nn.Module, learning_rate: float = 1e-3) -> Optimizer:
    """Adam that forgets squared gradients after 100 steps, not 1,000 (β₂ = 0.99), for losses that change a lot."""
    return torch.optim.Adam(trainable_parameters(model), lr=learning_rate, betas=(0.9, 0.99), fused=True)


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
    """Muon for the weights of inner layers; Adam, with a tenth of the learning rate, for all other parameters.

    Adam updates biases, gains and scales, and the layers whose outputs are parameters of distributions: everything
    under `posterior` and `prior`, and under `likelihood` but for its hidden layers, and the last layer of the decoder,
    or of the encoder if the decoder has no weights.
    """

    def __init__(self, model: nn.Module, learning_rate: float) -> None:
        named = {name: p for name, p in model.named_parameters() if p.requires_grad}
        last = [name for name in named if name.startswith(("encoder.", "decoder.")) and named[name].ndim > 1][-1:]
        own = {id(p) for part in model.modules() if isinstance(part, Likelihood) for p in _weights(part.hidden_layers)}
        inner = [
            p for name, p in named.items() if p.ndim > 1 and (id(p) in own or (_is_hidden(name) and name not in last))
        ]
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
            # The groups are the same objects already; with shared state, this is one optimizer for everyone else.
            part.state = self.state

    def step(self, closure: None = None) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """One update of every weight."""
        for part in self._parts:
            part.step()


def _weights(layers: Sequence[nn.Module]) -> list[nn.Parameter]:
    return [p for layer in layers for p in layer.parameters()]


def _is_hidden(name: str) -> bool:
    return not name.startswith(("posterior.", "prior.", "likelihood."))


def trainable_parameters(model: nn.Module) -> list[nn.Parameter]:
    """The parameters that take gradients."""
    return [p for p in model.parameters() if p.requires_grad]


def state_tensors(optimizer: Optimizer) -> dict[str, Tensor]:
    """The optimizer's state as tensors named `index.name`.

    Raises:
        CapabilityError: a part of the state is not a tensor, so that an exact resume would lose it.
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
    """Restores the state that `state_tensors` returned: into the memory of state that is there already.

    Raises:
        ValueError: the state belongs to other parameters, or a part of it is missing or not finite.
    """
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    _check_state(optimizer, parameters, tensors)
    for key, value in tensors.items():
        index, _, name = key.partition(".")
        parameter = parameters[int(index)]
        existing = optimizer.state[parameter].get(name)
        if isinstance(existing, Tensor):  # a compiled step may read it where it is
            existing.copy_(value)
            continue
        if value.shape == parameter.shape:
            value = torch.empty_like(parameter, requires_grad=False).copy_(value)
        elif value.ndim == 0 and name == "step":
            value = value.to(parameter.device if parameter.is_cuda else value.device, torch.float32)
        optimizer.state[parameter][name] = value


def _check_state(optimizer: Optimizer, parameters: list[nn.Parameter], tensors: Mapping[str, Tensor]) -> None:
    """Raises unless the tensors can be state of these parameters; those of one group have state of the same names.

    Raises:
        ValueError: they cannot.
    """
    group_of = [number for number, group in enumerate(optimizer.param_groups) for _ in group["params"]]
    names: dict[int, dict[int, set[str]]] = {}
    for key, value in tensors.items():
        index, _, name = key.partition(".")
        shape = parameters[int(index)].shape
        if value.shape not in ((), shape) or not value.is_floating_point() or not value.isfinite().all():
            raise ValueError(f"'{key[:60]}' is no state of a parameter of shape {tuple(shape)}")
        names.setdefault(group_of[int(index)], {}).setdefault(int(index), set()).add(name)
    if any(len({frozenset(found) for found in group.values()}) > 1 for group in names.values()):
        raise ValueError("some parameters have less state than others")
