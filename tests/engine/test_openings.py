"""Learned places before a row: they begin as a real text would, whatever stands around the row."""

import pytest
import torch

from studio.core.errors import Refused
from studio.engine.batches import collate
from studio.engine.generate import answer_batch, greedy_tokens, room
from studio.engine.objectives import chat
from studio.engine.openings import begin_with_text, opening_places, switched_off
from studio.engine.preparation import check_length
from studio.engine.tunings import TUNINGS

TEXT = "Answer in one word."
PLACES = len(TEXT)  # the tokenizer has one token a letter


@pytest.fixture(params=["prefix", "prompt"])
def tuning(request):
    return TUNINGS[request.param]


@pytest.fixture
def model(tuning, tiny_model, tiny_tokenizer):
    settings = tuning.Config(places=PLACES, begins_as=TEXT)
    tuned = tuning.apply(tiny_model.eval(), settings)
    tuning.begin(tuned, settings, tiny_tokenizer)
    return tuned


@pytest.fixture
def learned(model, tuning):
    """The places moved a little, as training moves them."""
    torch.manual_seed(1)
    for tensor in tuning.state(model).values():
        tensor.add_(torch.randn_like(tensor), alpha=0.3)
    return model


@torch.no_grad()
def test_at_first_it_answers_as_if_the_text_stood_before_the_row(model, tiny_tokenizer, tiny_examples):
    ids = torch.tensor([tiny_examples[0].input_ids])
    before = torch.tensor([tiny_tokenizer(TEXT)["input_ids"]])
    found = model(input_ids=ids, use_cache=False).logits
    with switched_off(model):
        both = model(input_ids=torch.cat((before, ids), 1), use_cache=False).logits
    assert found.shape[1] == ids.shape[1]
    torch.testing.assert_close(found, both[:, PLACES:], atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_the_loss_of_a_padded_batch_is_the_sum_of_its_rows(learned, tiny_examples):
    together, tokens = chat.loss(learned, collate(tiny_examples))
    each = [chat.loss(learned, collate([example])) for example in tiny_examples]
    assert len({len(example.input_ids) for example in tiny_examples}) > 1
    assert tokens == sum(count for _, count in each)
    torch.testing.assert_close(together, sum(loss for loss, _ in each), atol=1e-4, rtol=1e-5)


def test_many_answers_at_once_are_those_of_one_at_a_time(learned, tiny_tokenizer):
    prompts = [tiny_tokenizer(text)["input_ids"] for text in ("Hi", "What do bees make?", "Who barks? " * 9)]
    ends = frozenset((tiny_tokenizer.eos_token_id,))
    alone = [
        tiny_tokenizer.decode(
            list(greedy_tokens(learned, prompt, ends=ends, limit=12)), skip_special_tokens=True
        )
        for prompt in prompts
    ]
    assert answer_batch(learned, tiny_tokenizer, prompts, max_new_tokens=12) == alone
    with switched_off(learned):
        assert answer_batch(learned, tiny_tokenizer, prompts, max_new_tokens=12) != alone


@torch.no_grad()
def test_word_by_word_gives_the_logits_of_the_whole_row(learned, tiny_examples):
    ids = torch.tensor([tiny_examples[0].input_ids])
    whole = learned(input_ids=ids, use_cache=False).logits
    first = learned(input_ids=ids[:, :5], use_cache=True)
    rest = learned(input_ids=ids[:, 5:], past_key_values=first.past_key_values, use_cache=True).logits
    torch.testing.assert_close(torch.cat((first.logits, rest), 1), whole, atol=1e-5, rtol=1e-5)


def test_the_places_take_room_from_what_the_model_can_read(model, tuning, tiny_source):
    from studio.core.config import RunConfig

    assert opening_places(model) == PLACES
    assert room(model, 1000, 100) == 1024 - 1000 - PLACES
    with switched_off(model):
        assert room(model, 1000, 100) == 24
    config = RunConfig(
        "d",
        "1",
        tuning=tuning.__name__.rpartition(".")[2],
        knobs={"max_length": 1024 - PLACES + 1, "places": PLACES},
    )
    with pytest.raises(Refused, match=f"reads {1024 - PLACES} tokens at most"):
        check_length(config, tiny_source)


def test_a_short_text_is_repeated_and_none_is_refused(model, tuning, tiny_tokenizer):
    begin_with_text(model, "ab", tiny_tokenizer)
    if tuning is TUNINGS["prompt"]:
        (values,) = tuning.state(model).values()
        assert values[0].equal(values[2])
        assert not values[0].equal(values[1])
    with pytest.raises(Refused, match="text to begin from is empty"):
        begin_with_text(model, "", tiny_tokenizer)
