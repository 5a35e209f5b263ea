"""A knob is declared once; its bounds, parsing and messages follow from the declaration."""

from dataclasses import dataclass

import pytest

from studio.core.config import DataSettings, Optimisation
from studio.core.errors import Refused
from studio.core.knobs import from_dict, knob, knobs, problems, to_dict


@dataclass(frozen=True)
class Oven:
    heat: float = knob(180.0, label="Heat", help="In degrees.", low=50.0, high=250.0)
    trays: int = knob(1, label="Trays", help="How many.", low=1, high=3)
    fan: bool = knob(False, label="Fan", help="Moves the air.")
    mode: str = knob("both", label="Mode", help="Where heat comes from.", choices=("top", "both"))


def named(name: str):
    return next(k for k in knobs(Oven) if k.name == name)


def test_the_defaults_of_every_core_config_have_no_problems():
    assert problems(DataSettings()) == ()
    assert problems(Optimisation()) == ()


def test_every_problem_is_reported_at_once_with_value_and_bound():
    wrong = Oven(heat=400.0, trays=0, mode="grill")
    assert problems(wrong) == (
        "Heat (heat) is 400.0; the most allowed is 250.",
        "Trays (trays) is 0; the least allowed is 1.",
        "Mode (mode) is 'grill'; choose one of top, both.",
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None, "hot", True])
def test_a_number_knob_takes_nothing_but_finite_numbers(value):
    assert named("heat").problem(value) == f"Heat (heat) is {value!r}; it must be a number."


def test_values_read_from_text_have_the_declared_type():
    assert named("heat").parse("200") == 200.0
    assert named("trays").parse("2") == 2
    assert named("fan").parse("yes") is True
    assert named("mode").parse("top") == "top"


@pytest.mark.parametrize(("name", "text"), [("trays", "2.5"), ("fan", "maybe"), ("heat", "1e9")])
def test_text_that_does_not_fit_is_refused_with_the_help_as_hint(name, text):
    with pytest.raises(Refused) as refusal:
        named(name).parse(text)
    assert named(name).help in refusal.value.hint


def test_a_config_survives_its_dict_and_form_numbers_regain_their_type():
    config = from_dict(Oven, {"trays": 2.0, "heat": 200})
    assert config == Oven(heat=200.0, trays=2)
    assert isinstance(config.trays, int)
    assert isinstance(config.heat, float)
    assert from_dict(Oven, to_dict(config)) == config


def test_an_unknown_name_is_refused_and_the_known_ones_are_listed():
    with pytest.raises(Refused, match="no setting named 'heet'; known: heat, trays, fan, mode"):
        from_dict(Oven, {"heet": 3.0})
