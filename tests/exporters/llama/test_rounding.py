"""What a rounded file may differ by: measured against the closed form, and judged by one stated bound."""

import math

import pytest
import torch

from studio.core.errors import StudioError
from studio.exporters.llama import rounding
from studio.exporters.llama.bounds import in_words
from studio.exporters.llama.rounding import Heard, compared, heard
from studio.exporters.parity import Answered, answers

CHANCES = torch.tensor([[0.7, 0.2, 0.1], [0.5, 0.4, 0.1]])
OURS = [Answered((0, 0), CHANCES.log())]


def test_the_divergence_is_kullback_and_leiblers_and_the_share_that_of_the_likeliest():
    other = torch.tensor([[0.6, 0.3, 0.1], [0.4, 0.5, 0.1]])
    found = heard(OURS, [other.log() + 3.0])  # a constant on all scores changes no chance
    first = 0.7 * math.log(0.7 / 0.6) + 0.2 * math.log(0.2 / 0.3)
    second = 0.5 * math.log(0.5 / 0.4) + 0.4 * math.log(0.4 / 0.5)
    assert found.divergence == pytest.approx((first + second) / 2, rel=1e-5)
    assert found.same == 0.5


def test_a_model_beside_itself_differs_by_nothing(tiny_model):
    prompts = [(1, 40, 50), (1, 60)]
    ours = answers(tiny_model, prompts, ends=[2], should_stop=lambda: False)
    found = heard(ours, rounding.following(tiny_model, prompts, ours))
    assert found.same == 1.0
    assert found.divergence == pytest.approx(0.0, abs=1e-6)
    assert found.within


@pytest.mark.parametrize(
    ("found", "passed"),
    [
        (Heard(1.0, 0.0), True),
        (Heard(0.95, 0.02), True),
        (Heard(0.94, 0.0), False),
        (Heard(1.0, 0.03), False),
    ],
)
def test_the_tick_is_given_up_to_the_bound_and_no_further(found, passed):
    parity = compared("q4_0", OURS, OURS, found)
    assert (parity.passed, parity.form) == (passed, "q4_0")
    assert (parity.same_next, parity.divergence) == (found.same, found.divergence)


@pytest.mark.parametrize("found", [Heard(0.4, 0.01), Heard(1.0, math.nan), Heard(math.nan, 0.0)])
def test_what_no_rounding_explains_is_not_published(found):
    with pytest.raises(StudioError, match="rounding alone cannot explain"):
        compared("q4_0", OURS, OURS, found)


def test_16_bits_must_keep_to_the_scores_too():
    apart = [Answered((0, 0), CHANCES.log() + 0.5)]
    assert compared("q8_0", OURS, apart, Heard(1.0, 0.0)).passed
    with pytest.raises(StudioError, match="rounding alone cannot explain"):
        compared("f16", OURS, apart, Heard(1.0, 0.0))
    with pytest.raises(StudioError, match="rounding alone cannot explain"):
        compared("f16", OURS, OURS, Heard(0.9, 0.0))


def test_what_was_measured_and_what_is_asked_stand_in_one_sentence():
    text = in_words(compared("q4_0", OURS, OURS, Heard(0.97, 0.0123)))
    for said in ("rounded to q4_0", "1 of 1 answer equal", "97 %", "0.012 nats", "up to 0.02 nats", "95 %"):
        assert said in text, said
    assert "allowed: 0.1" in in_words(compared("f16", OURS, OURS, Heard(1.0, 0.0)))
