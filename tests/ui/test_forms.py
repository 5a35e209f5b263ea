"""Knobs become widgets."""

import gradio as gr
import pytest

from studio.core.config import Optimisation
from studio.core.knobs import knobs
from studio.engine.tunings import TUNINGS
from studio.ui.forms import all_configs, chosen, description, form, widget

ALL_KNOBS = {knob.name: knob for config in all_configs() for knob in knobs(config)}


@pytest.mark.parametrize("name", ALL_KNOBS)
def test_every_knob_has_a_widget_that_says_its_label_term_bounds_and_help(name: str) -> None:
    knob = ALL_KNOBS[name]
    with gr.Blocks():
        made = widget(knob)
    assert made.label == knob.label
    assert made.elem_id == f"knob-{name}"
    assert knob.technical in made.info
    assert knob.help in made.info
    assert made.value == knob.default


def test_the_form_holds_all_knobs_and_shows_only_what_applies() -> None:
    with gr.Blocks():
        made = form({"All": all_configs()})
    assert set(made.names()) == set(ALL_KNOBS)
    updates = made.fill({"epochs": 3.0}, [Optimisation])
    assert updates[made.widgets["epochs"]] == 3.0
    shown = {config for config, group in made.groups.items() if updates[group].visible}
    assert shown == {Optimisation}


def test_methods_that_share_a_knob_share_its_widget() -> None:
    with gr.Blocks():
        made = form({"All": all_configs()})
    for tuning, shared in (("lora", {"rank", "dora"}), ("qlora", {"rank"}), ("prompt", {"places"})):
        updates = made.fill({}, [TUNINGS[tuning].Config])
        shown = {config for config, group in made.groups.items() if updates[group].visible}
        names = {knob.name for config in shown for knob in knobs(config)}
        assert shared <= names
        assert names == {knob.name for knob in knobs(TUNINGS[tuning].Config)}


def test_a_method_with_settings_of_its_own_and_shared_ones_has_one_title() -> None:
    with gr.Blocks():
        made = form({"The method": (TUNINGS["lora"].Config,)})
    updates = made.fill({}, [TUNINGS["lora"].Config])
    shown = [group for group in made.groups.values() if updates[group].visible]
    titles = [part for group in shown for part in group.children if isinstance(part, gr.HTML)]
    assert len(shown) == 2
    assert [title.value for title in titles] == ["<h3>The method</h3>"]


def test_bounds_are_told_in_the_description() -> None:
    knob = ALL_KNOBS["epochs"]
    assert "0.01 to 1,000" in description(knob)


def test_only_changed_values_count_as_chosen_and_an_emptied_field_stays_in() -> None:
    planned = {"epochs": 2.0, "steps": 0, "rank": 16}
    assert chosen(["epochs", "steps", "rank"], [2, None, 16], planned) == {"steps": None}
    assert chosen(["alpha"], [3.0], planned) == {}, "a knob of another method does not apply"
