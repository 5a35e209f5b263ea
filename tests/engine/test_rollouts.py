"""Answers drawn many at once are those of the model asked alone, and each tells how likely it was."""

import pytest
import torch
from transformers import AutoModelForCausalLM

from studio.core.errors import StudioError
from studio.core.examples import IGNORED, Example
from studio.engine.batches import collate
from studio.engine.generate import greedy_tokens
from studio.engine.log_probabilities import token_log_probabilities
from studio.engine.rollouts import Way, sample, together
from studio.engine.tunings import prefix

PROMPTS = [[5, 6, 7, 8, 9, 10], [11, 12], [13, 14, 15]]
ENDS = frozenset({2})


def drawn(model, way, **options):
    torch.manual_seed(1)
    return sample(model, PROMPTS, way, tokens_at_once=10_000, **options)


def test_the_likeliest_answers_are_those_of_the_model_asked_alone(tiny_family):
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(tiny_family).eval()
    for weight in model.parameters():  # at first all tokens are about as likely
        weight.data *= 4
    found = sample(model, PROMPTS, Way(1, 12, 0.0, ENDS), tokens_at_once=10_000)
    for prompt, (answer,) in zip(PROMPTS, found, strict=True):
        alone = list(greedy_tokens(model, prompt, ends=ENDS, limit=12))
        assert list(answer.ids[: len(alone)]) == alone
        assert answer.ended == (len(alone) < 12)


def test_learned_places_before_the_row_are_read_once_for_all_answers(tiny_model, tiny_tokenizer):
    config = prefix.Config()
    model = prefix.apply(tiny_model, config)
    prefix.begin(model, config, tiny_tokenizer)
    found = sample(model, PROMPTS, Way(1, 6, 0.0, ENDS), tokens_at_once=10_000)
    for prompt, (answer,) in zip(PROMPTS, found, strict=True):
        assert list(answer.ids) == list(greedy_tokens(model, prompt, ends=ENDS, limit=6))


@pytest.mark.parametrize("temperature", [1.0, 0.5])
def test_each_token_has_the_chance_that_learning_computes(tiny_model, temperature):
    found = drawn(tiny_model, Way(3, 6, temperature, ENDS))
    for prompt, group in zip(PROMPTS, found, strict=True):
        for answer in group:
            row = Example(1, (*prompt, *answer.ids), ((IGNORED,) * len(prompt)) + answer.ids)
            assert len(answer.log_probabilities) == len(answer.ids)
            if temperature == 1:
                likely = token_log_probabilities(tiny_model, collate([row])).tolist()
                assert answer.log_probabilities == pytest.approx(likely, abs=1e-4)


def test_the_seed_alone_decides_what_is_drawn(tiny_model):
    way = Way(3, 6, 1.0, ENDS)
    first, again = drawn(tiny_model, way), drawn(tiny_model, way)
    assert first == again
    torch.manual_seed(2)
    assert sample(tiny_model, PROMPTS, way, tokens_at_once=10_000) != first


def test_answers_that_are_done_leave_the_others_as_they_were(tiny_model, monkeypatch):
    """Half of the vocabulary ends an answer, so that most are short."""
    way = Way(8, 6, 1.0, frozenset(range(130)))
    answers = [each for group in drawn(tiny_model, way) for each in group]
    lengths = {len(each.ids) for each in answers}
    assert min(lengths) == 1 < max(lengths)
    for each in answers:
        assert each.ended == (each.ids[-1] in way.ends)
        assert not any(token in way.ends for token in each.ids[:-1])
    for prompt, group in zip(PROMPTS, drawn(tiny_model, way), strict=True):
        for each in group:
            row = Example(1, (*prompt, *each.ids), ((IGNORED,) * len(prompt)) + each.ids)
            likely = token_log_probabilities(tiny_model, collate([row])).tolist()
            assert each.log_probabilities == pytest.approx(likely, abs=1e-4)


def test_the_entropy_is_that_of_each_place(tiny_model):
    (answers,) = sample(tiny_model, PROMPTS[:1], Way(2, 1, 1.0, ENDS), tokens_at_once=10_000)
    with torch.no_grad():
        logits = tiny_model(input_ids=torch.tensor(PROMPTS[:1])).logits[0, -1]
    expected = torch.distributions.Categorical(logits=logits).entropy().item()
    assert [each.entropy for each in answers] == pytest.approx([expected] * 2, abs=1e-4)


def test_prompts_of_like_length_are_answered_together_as_far_as_they_fit():
    way = Way(2, 4, 1.0, ENDS)
    assert together(PROMPTS, way, 10_000) == [[1, 2, 0]]
    assert together(PROMPTS, way, 28) == [[1, 2], [0]]  # 2 * 2 rows of 3 + 4 tokens are 28
    assert together(PROMPTS, way, 1) == [[1], [2], [0]]


def test_a_prompt_that_leaves_no_room_is_refused_in_words(tiny_model):
    with pytest.raises(StudioError, match="reads 1024 at most"):
        sample(tiny_model, [[5] * 1024], Way(2, 4, 1.0, ENDS), tokens_at_once=10_000)


def test_training_goes_on_in_the_mode_it_had(tiny_model):
    tiny_model.train()
    asked = []
    drawn(tiny_model, Way(2, 3, 1.0, ENDS), between=lambda: asked.append(tiny_model.training))
    assert asked == [False] * 3
    assert tiny_model.training
