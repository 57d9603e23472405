"""Networks that read what they have written, in a real browser against PyTorch."""

import json

import pytest
import torch

from autoencode.distributions.token_sequences import LIKELIEST, UNKNOWN, TokenChoice, token_counts
from autoencode.recipes import recipes
from autoencode.tasks.decoder_program import token_program
from autoencode.views.pages import to_base64
from support.kernels import shaken

pytestmark = pytest.mark.browser
CASES = {
    "music-vae": ("music-vae", {"plan": 5}),
    "music-vae with a conductor": ("music-vae", {"plan": 5, "conductor": 4}),
    "text-vae": ("text-vae", {}),
}


def traced(name, seed=0):
    """A model whose sequences differ in length and tokens, and its decoder as a program."""
    torch.manual_seed(seed)
    recipe, options = CASES[name]
    model, _ = recipes[recipe]((11,), n_tokens=9, latent_dim=6, embedding=4, hidden=12, **options)
    for weight in shaken(model).parameters():
        weight.data.mul_(3)
    return model, token_program(model, model.likelihood)


def in_browser(page, program, codes, choose="likeliest", plain=False):
    weights = to_base64(program.weight_bytes())
    return page.run(
        f"(() => {{ const decoder = new SequenceDecoder({json.dumps(program.manifest())}, "
        f"readWeights('{weights}', 'float32'), {{ plain: {str(plain).lower()} }}); const choose = {choose}; "
        f"const codes = {json.dumps(codes.tolist())}; "
        "return codes.map((code) => [...decoder.run(Float32Array.from(code), 0, choose)]); })()"
    )


@pytest.mark.parametrize("plain", [False, True], ids=["wasm", "plain"])
@pytest.mark.parametrize("name", CASES)
@torch.no_grad()
def test_the_likeliest_tokens_are_python_s(kernels, name, plain):
    model, program = traced(name)
    codes = torch.randn(64, 6)
    expected = model.decode(codes).draw(LIKELIEST).long()
    assert len({tuple(row) for row in expected.tolist()}) > 20
    assert in_browser(kernels, program, codes, plain=plain) == expected.tolist()


@pytest.mark.parametrize("name", CASES)
@torch.no_grad()
def test_logits_are_python_s(kernels, name):
    """Those of all tokens of a sequence, given those before them."""
    model, program = traced(name)
    codes = torch.randn(4, 6)
    seen = "(globalThis.seen = [], (logits) => { seen.push([...logits]); return likeliest(logits); })"
    tokens = torch.tensor(in_browser(kernels, program, codes, seen))
    found = torch.tensor(kernels.run("seen"))
    features, network = model.decoder(codes), model.likelihood.network
    placed = features.reshape(4, -1, features.shape[-1]).expand(-1, 11, -1)
    read, _ = network.read(network.embed(tokens.roll(1, 1), placed), network.start(placed[:, 0]))
    asked = torch.arange(11) < token_counts(tokens).clamp_max(10)[:, None]
    expected = network.logits(read[asked], placed[asked])
    assert found.shape == expected.shape
    assert torch.allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_drawn_tokens_have_the_probabilities_of_python(kernels):
    """Each frequency within 5 standard errors, with a nucleus and without the unknown token."""
    logits = torch.tensor([[0.3, 2.0, 1.0, -0.5, -4.0, 0.9]])
    choice, n = TokenChoice(temperature=0.7, nucleus=0.9, known_only=True), 20_000
    kept = logits.index_fill(-1, torch.tensor([UNKNOWN]), -torch.inf)
    probabilities = choice._kept(kept / 0.7).softmax(-1)[0]
    found = kernels.run(
        "(() => { let seed = 1; const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647; "
        f"const choose = drawer({{ temperature: 0.7, nucleus: 0.9, without: {UNKNOWN}, random }}); "
        "const counts = Array(6).fill(0); "
        f"for (let i = 0; i < {n}; i++) counts[choose(Float32Array.from({logits[0].tolist()}))]++; return counts; }})()"
    )
    share = torch.tensor(found) / n
    assert ((share - probabilities).abs() <= 5 * (probabilities * (1 - probabilities) / n).sqrt()).all()


def test_without_a_temperature_the_likeliest_is_taken(kernels):
    drawn = "drawer({{ temperature: 0, nucleus: 0.9, without: {} }})({})"
    assert kernels.run(drawn.format(1, [0, 5, 2, 5])) == 3
    assert kernels.run(drawn.format(0, [9, 5, 2, 5])) == 1
    assert kernels.run("likeliest([0, 5, 2, 5])") == 1


def test_an_embedding_that_is_read_and_written_is_kept_once():
    model, program = traced("text-vae")
    table = model.likelihood.network.embedding.weight
    shapes = [tuple(constant.variants[0].shape) for constant in program.step.weights]
    assert shapes.count(tuple(table.shape)) == 2
    kept = program.step.n_weights
    assert kept == sum(w.variants[0].numel() for w in program.step.weights) - table.numel()
    assert len(program.weight_bytes()) == 4 * program.n_weights


def test_the_weights_of_a_conductor_are_kept_once():
    """However many segments it has."""
    model, program = traced("music-vae with a conductor")
    decoder, network = model.decoder, model.likelihood.network
    kept = [*decoder.parameters(), *network.from_features.parameters()]
    assert program.start.n_weights == sum(weight.numel() for weight in kept)
