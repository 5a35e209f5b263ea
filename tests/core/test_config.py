"""A run description survives its JSON form and hands each concern its own typed settings."""

import json

import pytest

from studio.core.config import DataSettings, Optimisation, RunConfig, read_config, to_dict
from studio.core.errors import Refused
from studio.core.knobs import knobs, problems
from studio.core.recipes import RECIPES

CONFIG = RunConfig("data", "abc", recipe="quick", knobs={"epochs": 1.0, "max_length": 64, "rank": 4})


def test_a_description_survives_json():
    assert read_config(json.loads(json.dumps(to_dict(CONFIG)))) == CONFIG


def test_each_concern_reads_its_own_knobs_and_defaults_fill_the_rest():
    assert CONFIG.part(Optimisation) == Optimisation(epochs=1.0)
    assert CONFIG.part(DataSettings) == DataSettings(max_length=64)


def test_an_unknown_version_or_entry_is_refused_by_name():
    with pytest.raises(Refused, match="version 2"):
        read_config({**to_dict(CONFIG), "version": 2})
    with pytest.raises(Refused, match="unknown entries: lerning_rate"):
        read_config({**to_dict(CONFIG), "lerning_rate": 1})


def test_recipes_set_only_known_knobs_within_their_bounds():
    known = {knob.name for part in (DataSettings, Optimisation) for knob in knobs(part)}
    for name, recipe in RECIPES.items():
        assert set(recipe.knobs) <= known, name
        config = RunConfig("d", "v", knobs=recipe.knobs)
        assert problems(config.part(Optimisation)) == problems(config.part(DataSettings)) == ()
