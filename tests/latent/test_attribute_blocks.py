from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from autoencode import tasks
from autoencode.errors import ArgumentError, CapabilityError, DataError
from autoencode.latent.attribute_blocks import attribute_blocks, rest_effects
from autoencode.runs.run import Run


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Squares of two places and three shades."""
    folder = tmp_path_factory.mktemp("faces")
    rows = ["id,place,shade"]
    for n in range(60):
        x = np.zeros((8, 8), np.uint8)
        x[:, 4 * (n % 2) : 4 * (n % 2) + 4] = 80 * (1 + n % 3)
        Image.fromarray(x).save(folder / f"{n:02}.png")
        rows.append(f"{n:02},{('left', 'right')[n % 2]},{('dark', 'grey', 'light')[n % 3]}")
    (folder / "attributes.csv").write_text("\n".join(rows))
    return folder


@pytest.fixture(scope="module")
def run(faces: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return tasks.train(
        faces,
        "attribute-vae",
        attributes=faces / "attributes.csv",
        out=tmp_path_factory.mktemp("runs") / "faces",
        steps=150,
        channels=(8,),
        hidden=16,
        block_dim=3,
        latent_dim=2,
        command="test",
    )


def test_attributes_are_read_from_their_blocks(run: Run) -> None:
    blocks = attribute_blocks(run)
    test = run.data.test
    z = run.model.encode(test.inputs()).mean.detach()
    assert torch.equal(blocks.prior.values_of(z), test.context)
    assert blocks.read(z[0]) == {
        name: values[place]
        for (name, values), place in zip(blocks.values.items(), test.context[0].tolist(), strict=True)
    }
    assert run.folder.record.arguments["n_values"] == (2, 3)


def test_an_edit_gives_one_attribute_a_value_and_leaves_the_others(run: Run) -> None:
    blocks = attribute_blocks(run)
    before = blocks.read(run.model.encode(run.data.test.inputs()[:1]).mean[0].detach())
    wanted = {"left": "right", "right": "left"}[before["place"]]
    made = tasks.edit(run, "test:1", [f"place={wanted}"])
    assert blocks.read(made.codes[1]) == {**before, "place": wanted}
    sides = made.after[0, 0, :, :4].mean() < made.after[0, 0, :, 4:].mean()
    assert bool(sides) == (wanted == "right")
    assert [str(change) for change in made.changes] == [f"place={wanted}"]
    assert tasks.save_edit(run, made, run.path / "strip.png", strip=True)


def test_the_effects_on_the_rest_are_those_of_a_regression(run: Run) -> None:
    blocks = attribute_blocks(run)
    train = run.data.train
    rest = run.model.encode(train.inputs()).mean.detach()[:, 6:]
    effects = rest_effects(run, blocks)
    fitted = sum(effect[train.context[:, k]] for k, effect in enumerate(effects.values()))
    left = rest - fitted
    for k, name in enumerate(effects):  # what is left does not depend on any attribute
        for value in range(len(blocks.values[name])):
            torch.testing.assert_close(left[train.context[:, k] == value].mean(0), left.mean(0), atol=1e-4, rtol=0)


def test_a_blend_takes_attributes_of_the_second(run: Run) -> None:
    blocks = attribute_blocks(run)
    z = run.model.encode(run.data.test.inputs()[:2]).mean.detach()
    made = tasks.blend(run, ["test:1", "test:2"], attributes=["shade"])
    expected = {**blocks.read(z[0]), "shade": blocks.read(z[1])["shade"]}
    assert blocks.read(made.codes[0, 1]) == expected
    torch.testing.assert_close(made.codes[0, 1, :3], z[0, :3])
    effects = rest_effects(run, blocks)["shade"]
    moved = effects[blocks.place_of("shade", z[1])] - effects[blocks.place_of("shade", z[0])]
    torch.testing.assert_close(made.codes[0, 1, 6:], z[0, 6:] + moved)
    assert made.attributes == ("shade",)


def test_names_that_are_not_there_and_models_without_attributes(run: Run, digits_run: Run, faces: Path) -> None:
    with pytest.raises(ArgumentError, match="no attribute 'hair'; there are: place, shade"):
        tasks.edit(run, "test:1", ["hair=long"])
    with pytest.raises(ArgumentError, match="no value 'blue' of shade; there are: dark, grey, light"):
        tasks.edit(run, "test:1", ["shade=blue"])
    with pytest.raises(ArgumentError, match="leave --levels and --weight out"):
        tasks.blend(run, ["test:1", "test:2"], attributes=["shade"], weight=0.5)
    with pytest.raises(CapabilityError, match="learned no attributes"):
        tasks.edit(digits_run, "test:1", ["place=left"])
    with pytest.raises(DataError, match="learns from attributes"):
        tasks.train(faces, "attribute-vae", out=faces / "run")


def test_augmentation_goes_with_attributes(faces: Path, tmp_path: Path) -> None:
    made = tasks.train(
        faces, "attribute-vae", attributes=faces / "attributes.csv", out=tmp_path / "run", steps=2, augment="flip",
        channels=(4,), hidden=8, command="test",
    )  # fmt: skip
    assert made.folder.record.plan.augment == "flip"
    again = Run(made.path)
    assert again.data.attributes == made.data.attributes
    assert again.model.sample(2).shape == (2, 1, 8, 8)


def test_classes_are_one_attribute(faces: Path, tmp_path: Path) -> None:
    for n in range(60):
        side = tmp_path / "both" / ("left", "right")[n % 2]
        side.mkdir(parents=True, exist_ok=True)
        (side / f"{n:02}.png").write_bytes((faces / f"{n:02}.png").read_bytes())
    made = tasks.train(
        tmp_path / "both", "attribute-vae", out=tmp_path / "run", steps=100, channels=(8,), hidden=16, block_dim=3,
        latent_dim=2, command="test",
    )  # fmt: skip
    assert tasks.attribute_values(made) == {"class": ("left", "right")}
    first = next(n for n, name in enumerate(made.data.names("test"), 1) if name.startswith("left"))
    after = tasks.edit(made, f"test:{first}", ["class=right"]).after[0, 0]
    assert after[:, :4].mean() < after[:, 4:].mean()
