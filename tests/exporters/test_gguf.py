"""Which runs become one file for llama.cpp, in which forms, and how large it will be."""

import pytest

from studio.core.config import RunConfig
from studio.core.knobs import knobs
from studio.exporters import EXPORTERS, gguf
from studio.exporters.job import Amounts
from studio.exporters.llama import native, writing
from studio.exporters.sizes import needed_bytes


def config(**choices):
    return RunConfig("d", "v", **choices)


def test_it_stands_behind_the_whole_model():
    assert list(EXPORTERS)[:3] == ["adapter", "merged", "gguf"]


@pytest.mark.parametrize("tuning", ["lora", "full", "ia3", "freeze", "qlora"])
def test_every_tuning_that_can_be_merged_can_become_a_file(tuning):
    assert gguf.refusal(config(tuning=tuning)) == ""


@pytest.mark.parametrize("tuning", ["prefix", "prompt", "bottleneck"])
def test_what_cannot_be_merged_is_refused_with_the_reason(tuning):
    assert "take the adapter" in gguf.refusal(config(tuning=tuning))


@pytest.mark.parametrize("objective", ["classification", "reward"])
def test_models_that_write_nothing_are_refused(objective):
    assert "for models that write" in gguf.refusal(config(objective=objective))


def test_every_form_that_is_offered_can_be_written_by_one_of_the_two():
    (form,) = knobs(gguf.Config)
    assert set(form.choices) == set(gguf.BITS) <= {*writing.FILE_TYPES, *native.FORMS}


def test_the_size_that_is_told_before_follows_the_form():
    amounts = Amounts(1000, 8_000_000, 5_000, 0, 0)
    whole, half = (gguf.expected_bytes(amounts, gguf.Config(form)) for form in ("f16", "q8_0"))
    assert whole == pytest.approx(16_000_000, rel=0.01)
    assert half == pytest.approx(8_500_000, rel=0.01)


def test_what_is_rounded_by_llama_cpp_needs_room_for_the_file_that_it_is_rounded_from():
    amounts = Amounts(1000, 8_000_000, 5_000, 0, 0)
    for form in gguf.BITS:
        settings = gguf.Config(form)
        file, needed = gguf.expected_bytes(amounts, settings), needed_bytes(gguf, amounts, settings)
        assert needed == (file + 16_000_000 if form in native.FORMS else 2 * file)
