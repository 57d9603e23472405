"""One row for each recipe. A new recipe adds its row here, and is then checked all round."""

import ast
import inspect
import json
import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
import torch
from safetensors.torch import load, save
from torch import Tensor, nn

from autoencode.data.batch import Batch
from autoencode.errors import ArgumentError, CapabilityError, ShapeError
from autoencode.latent.ex_post import ex_post_priors
from autoencode.likelihoods import likelihoods
from autoencode.model import Autoencoder
from autoencode.objectives import Elbo, Objective, RecognisedCode, forward_pass
from autoencode.recipes import Recipe, default_recipe, recipes
from autoencode.registry import Registry
from autoencode.settings import Settings
from autoencode.training.execution.sharded_step import shard_of

IMAGES = [(1, 28, 28), (3, 33, 21), (1, 7, 5), (3, 16, 16)]
VECTOR = (17,)
OF_SEQUENCES = {"text-vae", "music-vae", "deep-markov"}
"""Recipes that take rows of tokens or of chords and nothing else: see `sequences/`."""


@dataclass(frozen=True)
class Row:
    samples: bool = True
    images_only: bool = True
    latent_dim: int = 2
    nll_per_value: tuple[float, float] = (0.59, 0.79)  # of a fresh model on uniform noise: log 2, give or take 0.1
    small: dict[str, Any] = field(default_factory=dict)
    ex_post: str = ""  # the prior that is fitted to its codes after the training
    rate: bool = True  # q(z|x) has a density, and the objective reports its KL; needs a prior
    head: bool = True  # the posterior has one linear layer `head`, each row a parameter of q(z|x)
    turns: bool = False  # q(z|x) can be rotated without a change of its KL: a direction
    spread: bool = True  # q(z|x) knows its standard deviation, which is of order one in a fresh model
    size: str = "latent_dim"  # the option that says how large a code is
    five: Any = 5  # its value for codes of five numbers
    sequential: bool = False  # a picture is drawn a pixel at a time
    quantised: bool = False  # a code is a grid of codewords of latent_dim numbers; the KL has no gradients
    masks: bool = False  # it learns from masks of two classes, so p(x|z) is about a mask
    future: int = 0  # it predicts so many frames, so p(x|z) is about them
    guesses: str = ""  # the part of the encoder that the KL alone trains, as it is the prior of what targets give
    context: tuple[int, ...] | None = None  # the shape of its context; () for a class
    code: Callable[[tuple[int, ...]], tuple[int, ...]] | None = None  # its shape, where the weights fit every size


ROWS = {
    "adversarial-ae": Row(images_only=False, latent_dim=8, nll_per_value=(0.7, 1.1), rate=False, spread=False),
    "attribute-vae": Row(
        latent_dim=19, nll_per_value=(0.0, 0.9), small={"channels": (8, 16), "block_dim": 3}, size="latent_dim", five=2
    ),
    "bernoulli-vae": Row(images_only=False, latent_dim=64, spread=False),
    "beta-tc-vae": Row(images_only=False, latent_dim=10),
    "beta-vae": Row(images_only=False, latent_dim=10),
    "capacity-vae": Row(images_only=False, latent_dim=10),
    "categorical-vae": Row(
        images_only=False, latent_dim=100, small={"n_categories": 5}, spread=False, size="n_latents", five=1
    ),
    "contractive-ae": Row(samples=False, images_only=False, nll_per_value=(0.9, 1.2), rate=False, latent_dim=16),
    "conditional-vae": Row(images_only=False, latent_dim=8, context=()),
    "conv-ae": Row(samples=False, latent_dim=8, nll_per_value=(0.9, 1.2)),
    "conv-vae": Row(latent_dim=32, nll_per_value=(0.0, 0.9), small={"channels": (8, 16)}),
    "cyclical-vae": Row(images_only=False, latent_dim=16),
    "deep-vae": Row(images_only=False),
    "dense-vae": Row(images_only=False),
    "denoising-ae": Row(samples=False, images_only=False, nll_per_value=(0.9, 1.2), rate=False, latent_dim=64),
    "dip-vae": Row(images_only=False, latent_dim=10),
    "dirichlet-vae": Row(images_only=False, latent_dim=10, spread=False),
    "document-denoise": Row(
        samples=False,
        nll_per_value=(0.9, 1.2),
        rate=False,
        head=False,
        size="corruption",
        code=lambda shape: (64, *(-(-side // 2) for side in shape[1:])),
    ),
    "dreg-iwae": Row(images_only=False, latent_dim=32),
    "factor-vae": Row(images_only=False, latent_dim=10),
    "fashion-denoise": Row(
        samples=False,
        nll_per_value=(0.9, 1.2),
        rate=False,
        head=False,
        size="corruption",
        code=lambda shape: (16, *(-(-side // 8) for side in shape[1:])),
    ),
    "fashion-vae": Row(),
    "floor-plan-vae": Row(latent_dim=24, context=(1, 32, 32)),
    "flow-prior-vae": Row(images_only=False, latent_dim=16),
    "fsq-vae": Row(images_only=False, latent_dim=4, spread=False, size="levels", five=(3, 2, 3, 2, 3), quantised=True),
    "full-covariance-vae": Row(images_only=False, latent_dim=16),
    "gamma-vae": Row(images_only=False, latent_dim=10, spread=False),
    "hyperspherical-vae": Row(images_only=False, latent_dim=8, turns=True, spread=False),
    "iaf-vae": Row(images_only=False, latent_dim=32, spread=False),
    "info-vae": Row(images_only=False, latent_dim=10),
    "interval-vae": Row(images_only=False, latent_dim=10, spread=False),
    "iwae": Row(images_only=False, latent_dim=50),
    "ladder-vae": Row(
        images_only=False, latent_dim=56, small={"hidden": 32}, head=False, spread=False, size="levels", five=(2, 3)
    ),
    "linear-ae": Row(samples=False, images_only=False, nll_per_value=(0.9, 1.2), rate=False, latent_dim=16),
    "m2-vae": Row(
        images_only=False, latent_dim=52, small={"n_classes": 2}, head=False, spread=False, size="latent_dim", five=3
    ),
    "mixture-vae": Row(images_only=False, latent_dim=10),
    "map-vae": Row(images_only=False, latent_dim=16, small={"dropout": 0.0}),  # its noise gives a Poisson a long tail
    "predict-vae": Row(
        samples=False,
        nll_per_value=(4.9, 5.6),  # ten frames of noise of variance 1/6 against the last one: ten times 0.52
        rate=False,
        head=False,
        latent_dim=0,
        small={"widths": (4, 8), "summary_widths": (4, 8)},
        size="widths",
        code=lambda shape: (12 + 16, *(-(-side // 8) * 2 for side in shape[1:])),
        future=10,
        guesses="guess.",
    ),
    "probabilistic-segmenter": Row(
        samples=False,
        rate=False,
        head=False,
        latent_dim=0,
        small={"widths": (4, 8)},
        size="widths",
        code=lambda shape: (22, *shape[1:]),
        masks=True,
        guesses="guess.",
    ),
    "pca-vae": Row(latent_dim=32, nll_per_value=(0.0, 0.9), small={"channels": (8, 16)}, ex_post="mixture"),
    "perceptual-vae": Row(latent_dim=32),
    "pixel-vae": Row(
        latent_dim=8, nll_per_value=(5.4, 5.7), small={"channels": (8, 16), "hidden": 16, "layers": 1}, sequential=True
    ),
    "rae": Row(
        samples=False, images_only=False, nll_per_value=(0.9, 1.2), rate=False, latent_dim=16, ex_post="mixture"
    ),
    "residual-vq-vae": Row(
        images_only=False, latent_dim=16, spread=False, small={"n_codes": 8, "n_stages": 2}, quantised=True
    ),
    "restorer": Row(
        samples=False,
        nll_per_value=(-1.4, -1.3),  # nothing is corrected yet: −log of a normal of scale 0.1 at its mean
        rate=False,
        head=False,
        latent_dim=0,
        small={"widths": (4, 8)},
        size="widths",
        code=lambda shape: (2 * shape[0], *shape[1:]),
    ),
    "segmenter": Row(
        samples=False,
        rate=False,
        head=False,
        latent_dim=0,
        small={"widths": (4, 8)},
        size="widths",
        code=lambda shape: (2, *shape[1:]),
        masks=True,
    ),
    "self-restorer": Row(
        samples=False,
        nll_per_value=(22.0, 27.0),  # 6.25 times the variance of uniform noise, which is its target; scale 0.1
        rate=False,
        head=False,
        latent_dim=0,
        small={"widths": (4, 8)},
        size="widths",
        code=lambda shape: (2 * shape[0], *shape[1:]),
    ),
    "sparse-ae": Row(
        samples=False, images_only=False, nll_per_value=(0.9, 1.2), rate=False, head=False, latent_dim=1024
    ),
    "topk-ae": Row(
        samples=False,
        images_only=False,
        nll_per_value=(0.9, 1.2),
        rate=False,
        head=False,
        latent_dim=1024,
        small={"k": 3},
    ),
    "two-stage-vae": Row(images_only=False, latent_dim=16, nll_per_value=(0.6, 1.2), ex_post="two-stage"),
    "undercomplete-ae": Row(samples=False, images_only=False, nll_per_value=(0.9, 1.2), rate=False, latent_dim=16),
    "vae-gan": Row(images_only=False, latent_dim=32, nll_per_value=(0.9, 1.2), small={"critic_channels": (8, 16)}),
    "vamp-vae": Row(images_only=False, latent_dim=40, small={"hidden": 32, "n_components": 12}),
    "video-restorer": Row(
        samples=False,
        nll_per_value=(-1.4, -1.3),  # as restorer
        rate=False,
        head=False,
        latent_dim=0,
        small={"widths": (4, 8)},
        size="widths",
        context=(12, 28, 28),
        code=lambda shape: (2 * shape[0], *shape[1:]),
    ),
    "video-self-restorer": Row(
        samples=False,
        nll_per_value=(14.0, 17.0),  # a third of uniform noise squared against black, and the scale is 0.1
        rate=False,
        head=False,
        latent_dim=0,
        small={"widths": (4, 8)},
        size="widths",
        context=(12, 28, 28),
        code=lambda shape: shape,
    ),
    "vq-vae": Row(images_only=False, latent_dim=16, spread=False, small={"n_codes": 16}, quantised=True),
    "wae": Row(images_only=False, latent_dim=8, nll_per_value=(0.7, 1.1), rate=False, spread=False),
}
CASES = [(name, shape) for name, row in ROWS.items() for shape in (*IMAGES, *([] if row.images_only else [VECTOR]))]
everyone = pytest.mark.parametrize("name", ROWS)
every_case = pytest.mark.parametrize(("name", "shape"), CASES, ids=[f"{name}-{shape}" for name, shape in CASES])


def made(name: str, shape: tuple[int, ...] = (1, 7, 5), **options: Any) -> tuple[Autoencoder, Objective]:
    return recipes[name](shape, **{**ROWS[name].small, **options})


def context_of(name: str, n: int) -> Tensor | None:
    """The context of `n` examples for a conditional recipe, or None."""
    shape = ROWS[name].context
    if shape is None:
        return None
    return torch.rand(n, *shape) if shape else torch.arange(n) % 10


def batched(name: str, x: Tensor) -> Batch:
    target = torch.stack([x[:, 0] < 0.5, x[:, 0] >= 0.5], 1).to(x) if ROWS[name].masks else x
    if future := ROWS[name].future:
        target = torch.rand(len(x), future, *x.shape[2:])
    return Batch(x, target, context=context_of(name, len(x)))


def size(name: str, model: Autoencoder) -> tuple[int, ...]:
    """The shape of a code, or of what is at each position of a grid."""
    return model.latent_shape[:1] if ROWS[name].quantised else model.latent_shape


def shaken(model: nn.Module) -> None:
    """Moves weights off zero: some layers start there, which hides the layers before them from gradients."""
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(0.05 * torch.randn_like(weight))


def without_gradient(named: Iterator[tuple[str, nn.Parameter]]) -> list[str]:
    return [name for name, weight in named if weight.grad is None or not (weight.grad != 0).any()]


def test_every_recipe_has_a_row() -> None:
    assert {*ROWS, *OF_SEQUENCES} == set(recipes)


@every_case
def test_shapes(name: str, shape: tuple[int, ...]) -> None:
    model, objective = made(name, shape)
    row = ROWS[name]
    expected = row.code(shape) if row.code else (row.latent_dim,)
    assert size(name, model) == expected
    for batch in (1, 5):
        x = torch.rand(batch, *shape)
        q = model.encode(x, context_of(name, len(x)))
        assert (q.batch_shape, q.event_shape) == ((batch,), model.latent_shape)
        p_x = model.decode(q.rsample((3,)), context_of(name, batch))
        about = (row.future or 2, *shape[1:]) if row.future or row.masks else shape
        assert (p_x.batch_shape, p_x.event_shape) == ((3, batch), about)
        output = objective(model, batched(name, x), 0)
        assert output.loss.shape == ()
        assert output.loss.isfinite()
        assert {term.shape for term in output.terms.values()} == {(batch,)}


@every_case
def test_the_loss_reaches_every_weight(name: str, shape: tuple[int, ...]) -> None:
    model, objective = made(name, shape)
    shaken(model)
    objective(model, batched(name, torch.rand(5, *shape))).loss.backward()
    assert not without_gradient(model.named_parameters())


@everyone
def test_the_reconstruction_alone_reaches_encoder_and_posterior(name: str) -> None:
    model, objective = made(name)
    shaken(model)
    objective(model, batched(name, torch.rand(5, *model.data_shape))).terms["nll"].mean().backward()
    row = ROWS[name]
    missed = without_gradient(model.encoder.named_parameters())
    assert [part for part in missed if not row.guesses or not part.startswith(row.guesses)] == []
    assert not without_gradient(model.posterior.named_parameters())
    # Each row of the head is a mean or a scale: `sample` in place of `rsample` reaches neither.
    if ROWS[name].head:
        assert (model.posterior.head.weight.grad != 0).any(1).all()


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.samples and row.rate and not row.quantised])
def test_the_kl_alone_does_not_touch_the_decoder(name: str) -> None:
    model, objective = made(name)
    shaken(model)
    objective(model, batched(name, torch.rand(5, *model.data_shape))).terms["kl"].mean().backward()
    untouched = ["head.weight", "head.bias"] if ROWS[name].turns else []
    assert without_gradient(model.posterior.named_parameters()) == untouched
    assert not without_gradient(model.encoder.named_parameters())
    for part in (model.decoder, model.likelihood):
        assert all(weight.grad is None for weight in part.parameters())


@everyone
def test_parts_of_a_batch_add_up_to_it_or_the_objective_says_what_it_needs(
    name: str, stop_noise: Callable[[], None], double: None
) -> None:
    model, objective = made(name)
    shaken(model.eval())
    batch = batched(name, torch.rand(11, *model.data_shape))
    if objective.batch_statistics:
        assert all(len(text.split()) > 2 for text in objective.batch_statistics)
        return
    stop_noise()
    whole = gradients(model, objective, [(batch, 1.0)])
    parts = gradients(model, objective, [shard_of(batch, shard, 3) for shard in range(3)])
    torch.testing.assert_close(parts, whole, rtol=1e-9, atol=1e-12)


def gradients(model: Autoencoder, objective: Objective, parts: list[tuple[Batch, float]]) -> list[Tensor]:
    model.zero_grad()
    for part, share in parts:
        (share * objective(model, part, 0).loss).backward()
    return [torch.zeros_like(p) if p.grad is None else p.grad.clone() for p in model.parameters()]


@everyone
def test_a_fresh_model_is_of_order_one(name: str) -> None:
    shape, row = (1, 16, 16), ROWS[name]
    model, objective = recipes[name](shape)
    x = torch.rand(64, *shape)
    nll = objective(model, batched(name, x), 0).terms["nll"].mean().item() / x[0].numel()
    assert row.nll_per_value[0] < nll < row.nll_per_value[1]
    q = model.encode(x, context_of(name, len(x)))
    assert q.mean.abs().max() < 3
    if row.samples and row.spread:
        assert 0.5 < q.stddev.min() < q.stddev.max() < 2


FRESH = {
    "bernoulli": (0.59, 0.79),
    "beta": (-0.2, 0.3),
    "binomial": (35, 70),  # its spread is small: 51 where all means are 1/2
    "categorical": (5.2, 6.0),  # log 256
    "mixture-of-discretized-logistics": (4.8, 6.5),
    "negative-binomial": (2.4, 3.2),  # four times log 2 where mean and dispersion are 1
    "poisson": (2.5, 4.5),
    "continuous-bernoulli": (-0.1, 0.1),
    "discretized-logistic": (4.5, 7.0),
    "laplace": (0.8, 1.2),  # 1 where the median is 0 and the scale 1/2
    "normal": (0.69, 1.09),  # 0.89 where the mean is 0 and the scale 1/2
    "normal-optimal": (0.67, 1.07),  # 0.87 where the mean is 0
}


@pytest.mark.parametrize("likelihood", likelihoods)
@pytest.mark.parametrize("name", [name for name in ROWS if "likelihood" in recipes[name].arguments()])
def test_every_likelihood_can_be_chosen_and_is_fresh_of_order_one(name: str, likelihood: str) -> None:
    model, objective = made(name, (3, 8, 8), likelihood=likelihood)
    counts = likelihood in ("poisson", "negative-binomial")
    x = torch.poisson(torch.full((64, 3, 8, 8), 3.0)) if counts else torch.randint(256, (64, 3, 8, 8)) / 255
    nll = objective(model, batched(name, x), 0).terms["nll"].mean().item() / x[0].numel()
    assert FRESH[likelihood][0] < nll < FRESH[likelihood][1]


@everyone
def test_weights_survive_saving(name: str) -> None:
    (one, objective), (other, _) = made(name), made(name)
    x = torch.rand(5, *one.data_shape)
    objective(one, batched(name, x), 0)
    shaken(one)
    other.load_state_dict(load(save({key: value.contiguous() for key, value in one.state_dict().items()})))
    for model in (one.eval(), other.eval()):
        torch.manual_seed(3)
        fwd = forward_pass(model, batched(name, x))
        model.result = (fwd.q.mean, fwd.z, fwd.log_likelihood())
    assert all(torch.equal(a, b) for a, b in zip(one.result, other.result, strict=True))


@everyone
def test_the_same_seed_gives_the_same_weights(name: str) -> None:
    def weights(seed: int) -> Tensor:
        torch.manual_seed(seed)
        return nn.utils.parameters_to_vector(made(name)[0].parameters())

    assert torch.equal(weights(1), weights(1))
    assert not torch.equal(weights(1), weights(2))


@everyone
def test_samples_where_it_says_so(name: str) -> None:
    model, _ = made(name)
    if ROWS[name].samples:
        codes = (3,) if ROWS[name].context is None else (3, 2)  # three of each context
        assert model.sample(3, context_of(name, 2)).shape == (*codes, 1, 7, 5)
    else:
        with pytest.raises(CapabilityError, match="dense-vae"):
            model.sample(3)


@everyone
def test_examples_of_another_shape_are_an_error(name: str) -> None:
    model, objective = made(name)
    with pytest.raises(ShapeError, match=r"examples of shape \(1, 7, 5\), not \(1, 5, 7\)"):
        objective(model, batched(name, torch.rand(2, 1, 5, 7)))


@everyone
def test_vectors_are_taken_or_refused_with_the_way_out(name: str) -> None:
    if not ROWS[name].images_only:
        assert recipes[name](VECTOR)[0].data_shape == VECTOR
        return
    with pytest.raises(ArgumentError, match=rf"{name} takes images.*\(17,\).*--recipe dense-vae"):
        recipes[name](VECTOR)


@everyone
def test_examples_do_not_touch_each_other(name: str) -> None:
    model = made(name)[0].double().eval()
    x = torch.rand(5, *model.data_shape).double()
    context = context_of(name, 5)
    context = context.double() if context is not None and context.is_floating_point() else context
    single = [None if context is None else context[i : i + 1] for i in range(5)]
    alone = torch.cat([model.encode(x[i : i + 1], single[i]).mean for i in range(5)])
    assert torch.allclose(model.encode(x, context).mean, alone, rtol=1e-9)


# Options -----------------------------------------------------------------------------------------------------------


@everyone
def test_options_are_the_signature_and_are_explained(name: str) -> None:
    recipe = recipes[name]
    signature = inspect.signature(recipe.build).parameters
    assert [p.name for p in recipe.parameters] == [p.name for p in signature.values() if p.kind is p.KEYWORD_ONLY]
    for parameter in recipe.parameters:
        assert parameter.default == signature[parameter.name].default
        assert len(parameter.help) > 10, f"{parameter.name} has no line under Args"
    assert recipe.summary.endswith((".", ")."))
    assert recipe.arguments() == {p.name: p.default for p in recipe.parameters}


@everyone
def test_options_come_back_from_a_run_s_file(name: str) -> None:
    kept = json.loads(json.dumps(recipes[name].arguments()))
    back = {key: tuple(value) if isinstance(value, list) else value for key, value in kept.items()}
    assert back == recipes[name].arguments()


@everyone
def test_an_option_s_default_is_in_its_table(name: str) -> None:
    for parameter in recipes[name].parameters:
        kind, table = (*get_args(parameter.type), None, None)[:2]
        if isinstance(table, Registry):
            texts = parameter.default if get_origin(kind) is tuple else [parameter.default]
            for text in texts:
                assert text.partition(":")[0] in table


@everyone
def test_no_option_is_one_of_the_training_s(name: str) -> None:
    assert not recipes[name].arguments().keys() & Settings.model_fields.keys()


@everyone
def test_an_unknown_option_is_an_error_that_lists_them(name: str) -> None:
    with pytest.raises(ArgumentError, match=rf"{name} has no option 'latent_dims'; it has: .*{ROWS[name].size}"):
        recipes[name]((1, 7, 5), latent_dims=3)


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if not row.code])
def test_the_size_of_the_code_can_be_chosen(name: str) -> None:
    assert size(name, made(name, **{ROWS[name].size: ROWS[name].five})[0]) == (5,)


@everyone
def test_every_number_has_a_range_and_a_default_within_it(name: str) -> None:
    for parameter in recipes[name].parameters:
        assert parameter.validate(parameter.default) == parameter.default
        numbers = parameter.default if isinstance(parameter.default, tuple) else (parameter.default,)
        if all(type(number) in (int, float) for number in numbers):
            with pytest.raises(ArgumentError, match=f"^--{parameter.name.replace('_', '-')} takes "):
                parameter.validate(math.inf)
        if numbers and all(type(number) in (int, float) for number in numbers) and parameter.name != "alpha":
            below = (-1,) * len(numbers) if isinstance(parameter.default, tuple) else -1
            with pytest.raises(ArgumentError, match=r"takes .*, not -1"):
                parameter.validate(below)


@everyone
def test_a_value_of_another_type_is_an_error_of_one_line_that_names_the_option(name: str) -> None:
    size = ROWS[name].size
    with pytest.raises(ArgumentError, match=f"^--{size.replace('_', '-')} takes .*, not (two|2)$"):
        recipes[name]((1, 7, 5), **{size: 2 if size == "corruption" else "two"})


@pytest.mark.parametrize(
    "name", [name for name in ROWS if {"beta", "warmup_steps"} <= recipes[name].arguments().keys()]
)
def test_beta_and_warmup_reach_the_objective(name: str) -> None:
    objective = made(name, beta=3.0, warmup_steps=10)[1]
    objective = objective.objective if isinstance(objective, RecognisedCode) else objective
    assert isinstance(objective, Elbo)
    assert (objective.beta(0), objective.beta(5), objective.beta(10), objective.beta(None)) == (0.0, 1.5, 3.0, 3.0)


@everyone
def test_a_recipe_is_one_file_and_one_short_function(name: str) -> None:
    file = Path(sys.modules[recipes[name].build.__module__].__file__ or "")
    assert file.stem == name.replace("-", "_")
    function = ast.parse(inspect.getsource(recipes[name].build)).body[0]
    assert sum(isinstance(node, ast.stmt) for node in ast.walk(function)) < 60


@everyone
def test_its_settings_are_settings(name: str) -> None:
    assert isinstance(recipes[name].settings, Settings)


@everyone
def test_the_prior_fitted_afterwards_is_one_that_can_be(name: str) -> None:
    assert recipes[name].ex_post == ROWS[name].ex_post
    assert ROWS[name].ex_post in ("", *ex_post_priors)


@pytest.mark.parametrize(
    ("data", "kind", "name"),
    [
        ("mnist", "images", "dense-vae"),
        ("binarized-mnist", "images", "dense-vae"),
        ("drawn-cells", "images", "segmenter"),
        ("fashion-mnist", "images", "fashion-vae"),
        ("holiday photos", "images", "pca-vae"),
        ("measurements", "vectors", "dense-vae"),
        ("dungeons", "maps", "map-vae"),
        ("letters", "text", "text-vae"),
        ("made-sentences", "vectors", "text-vae"),
        ("made-tunes", "vectors", "music-vae"),
    ],
)
def test_every_data_set_has_a_default(data: str, kind: str, name: str) -> None:
    assert default_recipe(data, kind).name == name


def test_no_two_recipes_are_the_default_for_the_same() -> None:
    claims = [data for name in recipes for data in recipes[name].default_for]
    assert len(claims) == len(set(claims))


def test_a_recipe_stays_a_plain_function() -> None:
    for name in recipes:
        assert isinstance(recipes[name], Recipe)
        assert inspect.isfunction(recipes[name].build)


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.code])
def test_weights_fit_every_size(name: str) -> None:
    (one, _), (other, _) = made(name), made(name, (1, 40, 24))
    shaken(one)
    other.load_state_dict(one.state_dict())
    x = torch.rand(2, 1, 40, 24)
    context = context_of(name, 2)
    decoded = other.decode(other.encode(x, context).mean, context).mean
    assert decoded.shape == ((2, ROWS[name].future or 2, 40, 24) if ROWS[name].masks or ROWS[name].future else x.shape)
