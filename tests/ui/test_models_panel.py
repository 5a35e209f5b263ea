"""The list of models offers what can learn so, says what it needs, and fills the field when pressed."""

import pytest

from studio.core.errors import Refused
from studio.core.system import Memory
from studio.engine.catalogue import MODELS
from studio.services.model_list import offered
from studio.ui.panels.models import models


@pytest.fixture
def memory(monkeypatch):
    def have(gigabytes: float) -> None:
        there = Memory(total_bytes=10**12, available_bytes=int(gigabytes * 1e9))
        monkeypatch.setattr("studio.services.forecasts.memory", lambda: there)
        monkeypatch.setattr("studio.services.forecasts.process_memory_bytes", lambda: 0)

    return have


def test_what_fits_comes_first_and_depends_on_the_tuning(memory):
    memory(4)
    lora, full = offered("chat", "lora"), offered("chat", "full")
    assert [model.fits for model in lora] == sorted((model.fits for model in lora), reverse=True)
    assert sum(model.fits for model in full) < sum(model.fits for model in lora) < len(lora)
    assert all(ours.needs_bytes <= 4e9 for ours in lora if ours.fits)


def test_models_that_only_read_are_offered_where_texts_are_sorted_and_only_there(memory):
    memory(8)
    reading = {model.id for model in MODELS if model.reads_only}
    assert reading
    assert reading <= {model.facts.id for model in offered("classification", "lora")}
    for objective, tuning in (
        ("chat", "lora"),
        ("classification", "prompt"),
        ("classification", "bottleneck"),
    ):
        assert not reading & {model.facts.id for model in offered(objective, tuning)}


def test_the_cards_say_licence_size_reach_and_need_and_those_too_large_are_folded_away(memory):
    memory(4)
    shown = models(offered("chat", "lora"), "Qwen/Qwen2.5-0.5B-Instruct")
    fitting, folded = shown.split("<details")
    assert 'value="Qwen/Qwen2.5-0.5B-Instruct" data-event="listed" checked' in fitting
    assert "494 million weights" in fitting
    assert "licence Apache-2.0" in fitting
    assert "accept terms on the hub first" in fitting
    assert "Mistral 7B" in folded
    assert "Mistral 7B" not in fitting


def test_a_machine_with_hardly_any_memory_says_so(memory):
    memory(0.1)
    assert "No listed model fits" in models(offered("chat", "lora"), "")


def test_an_unknown_way_is_refused():
    with pytest.raises(Refused):
        offered("chat", "tickling")
