import pytest

from autoencode.errors import ArgumentError
from autoencode.settings import Settings


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("epochs", 0),
        ("epochs", "many"),
        ("steps", 0),
        ("minutes", 0),
        ("minutes", float("inf")),
        ("learning_rate", float("nan")),
        ("threads", 100_000),
        ("batch_size", 0),
        ("learning_rate", -1e-3),
        ("grad_clip", 0),
        ("ema_decay", 1.0),
        ("ema_decay", -0.1),
        ("patience", 0),
        ("min_delta", -1),
        ("precision", "float16"),
        ("seed", -1),
        ("checkpoint_seconds", 0),
        ("learning_rat", 1e-3),
        ("self", 1),
    ],
)
def test_a_wrong_value_names_its_flag(name: str, wrong: object) -> None:
    with pytest.raises(ArgumentError, match=f"^--{name.replace('_', '-')} {wrong}: [a-z]"):
        Settings(**{name: wrong})


def test_replaced_checks_again_and_leaves_the_original() -> None:
    settings = Settings(epochs=3)
    assert settings.replace(epochs=5, grad_clip=1.0) == Settings(epochs=5, grad_clip=1.0)
    assert settings.epochs == 3
    with pytest.raises(ArgumentError, match="--epochs"):
        settings.replace(epochs=0)


def test_something_limits_a_training() -> None:
    assert Settings(epochs=None, minutes=2.0).epochs is None
    with pytest.raises(ArgumentError, match=r"^give epochs, steps or minutes"):
        Settings(epochs=None)


def test_settings_are_frozen_and_survive_json() -> None:
    settings = Settings(minutes=1.5, optimizer="muon")
    assert Settings(**settings.model_dump(mode="json")) == settings
    with pytest.raises(ValueError, match="frozen"):
        settings.epochs = 5


def test_every_setting_explains_itself() -> None:
    assert all(field.description for field in Settings.model_fields.values())
