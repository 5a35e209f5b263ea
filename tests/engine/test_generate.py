"""Answers are greedy, whole, the same streamed or in a batch, and end when asked to."""

import itertools

import pytest
import torch

from studio.core.errors import StudioError
from studio.engine.generate import Interrupted, answer_batch, end_tokens, greedy_tokens, stream

PROMPTS = [[1, 70, 80], [1, 90, 91, 92, 93, 94, 95], [5], [1, 2, 3, 4, 5, 6]]


def by_transformers(model, prompt: list[int], ends: frozenset[int], limit: int) -> list[int]:
    output = model.generate(
        torch.tensor([prompt]),
        attention_mask=torch.ones(1, len(prompt), dtype=torch.int64),
        do_sample=False,
        max_new_tokens=limit,
        eos_token_id=sorted(ends),
        pad_token_id=2,
    )[0, len(prompt) :].tolist()
    return output[:-1] if output[-1] in ends else output


@pytest.mark.parametrize("prompt", PROMPTS, ids=str)
def test_the_tokens_are_those_of_transformers_own_greedy_search(tiny_model, prompt):
    ends = frozenset({2, 40})
    ours = list(greedy_tokens(tiny_model, prompt, ends=ends, limit=24))
    assert ours == by_transformers(tiny_model, prompt, ends, 24)


def test_streamed_pieces_make_the_answer_of_the_batch(tiny_model, tiny_tokenizer):
    answers = answer_batch(tiny_model, tiny_tokenizer, PROMPTS, max_new_tokens=24)
    streamed = ["".join(stream(tiny_model, tiny_tokenizer, each, max_new_tokens=24)) for each in PROMPTS]
    assert answers == streamed


def test_half_a_character_is_never_shown(tiny_model, tiny_tokenizer, monkeypatch):
    ids = tiny_tokenizer.encode("süß €", add_special_tokens=False)
    assert len(ids) > len("süß €")
    monkeypatch.setattr("studio.engine.generate.greedy_tokens", lambda *_, **__: iter(ids))
    pieces = list(stream(tiny_model, tiny_tokenizer, [1], max_new_tokens=24))
    assert pieces == ["s", "ü", "ß", " ", "€"]


def test_a_stop_is_honoured_after_the_next_token(tiny_model, tiny_tokenizer):
    asked = itertools.count(1)
    pieces = list(
        stream(tiny_model, tiny_tokenizer, [1, 70], max_new_tokens=200, should_stop=lambda: next(asked) == 3)
    )
    assert next(asked) == 4
    assert len(pieces) <= 4


def test_a_stop_ends_a_batch(tiny_model, tiny_tokenizer):
    asked = itertools.count(1)
    with pytest.raises(Interrupted):
        answer_batch(
            tiny_model, tiny_tokenizer, PROMPTS, max_new_tokens=200, should_stop=lambda: next(asked) == 2
        )


def test_an_answer_ends_where_the_model_can_read_no_further(tiny_model, tiny_tokenizer):
    tiny_model.config.max_position_embeddings = 8
    never_ends = frozenset({2})
    assert len(list(greedy_tokens(tiny_model, [1, 70, 80], ends=never_ends, limit=24))) <= 5
    streamed = "".join(stream(tiny_model, tiny_tokenizer, [1, 70, 80], max_new_tokens=24))
    assert answer_batch(tiny_model, tiny_tokenizer, [[1, 70, 80]], max_new_tokens=24) == [streamed]
    with pytest.raises(StudioError, match="The question is 9 tokens long, and this model reads 8 at most"):
        list(greedy_tokens(tiny_model, [70] * 9, ends=never_ends, limit=24))


def test_progress_counts_up_to_all(tiny_model, tiny_tokenizer):
    seen = []
    many = [PROMPTS[number % 4] for number in range(20)]
    answers = answer_batch(
        tiny_model, tiny_tokenizer, many, max_new_tokens=2, progress=lambda *counts: seen.append(counts)
    )
    assert seen == [(16, 20), (20, 20)]
    assert answers[:4] == answers[4:8]


def test_a_model_in_training_is_left_in_training(tiny_model, tiny_tokenizer):
    tiny_model.train()
    list(stream(tiny_model, tiny_tokenizer, [1, 70], max_new_tokens=2))
    answer_batch(tiny_model, tiny_tokenizer, PROMPTS, max_new_tokens=2)
    assert tiny_model.training


def test_all_ends_that_model_or_tokenizer_name_count(tiny_model, tiny_tokenizer):
    tiny_model.generation_config.eos_token_id = [7, 9]
    assert end_tokens(tiny_model, tiny_tokenizer) == {7, 9, tiny_tokenizer.eos_token_id}
