"""What the untouched model answers, and how it becomes examples that are mixed in among the rows."""

import json
import re
from pathlib import Path

import pytest

from studio.core import events
from studio.core.examples import IGNORED
from studio.core.replies import DIFFERENT, Reply
from studio.data.templates import ChatTemplate
from studio.engine.batches import rows_of_step
from studio.engine.device import choose_device
from studio.engine.generate import Interrupted, answer_batch
from studio.engine.models import load_model
from studio.engine.replay import Mixed, instructions, reply_groups, usable, write_replies

PROBE = Path(__file__).parents[2] / "assets" / "probe" / "instructions.jsonl"
ALIKE = 0.6
"""Two instructions that share more of their words than this ask the same."""


@pytest.fixture(scope="module")
def template(tiny_tokenizer) -> ChatTemplate:
    return ChatTemplate(tiny_tokenizer)


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def alike(one: str, other: str) -> bool:
    shared, every = words(one) & words(other), words(one) | words(other)
    return len(shared) > ALIKE * len(every)


def test_there_are_as_many_instructions_as_the_forecast_counts_and_all_differ():
    asked = instructions()
    assert len(asked) == len(set(asked)) == DIFFERENT
    assert all(each == each.strip() and each for each in asked)


def test_nothing_is_asked_that_forgetting_is_measured_with():
    measured = [json.loads(line)["instruction"] for line in PROBE.read_text("utf-8").splitlines()]
    assert measured
    assert [(own, other) for own in instructions() for other in measured if alike(own, other)] == []


def test_every_instruction_is_in_one_group_and_the_first_group_is_no_row_of_the_shortest(template):
    groups = reply_groups(template)
    assert sorted(each for group in groups for each in group) == sorted(instructions())
    assert groups == reply_groups(template)
    assert min(map(len, groups[0])) > min(map(len, instructions()))


def test_replies_are_what_the_untouched_model_answers(tiny_source, tiny_tokenizer, template, monkeypatch):
    monkeypatch.setattr("studio.engine.replay.LONGEST_ANSWER", 12)
    group = reply_groups(template)[0][:4]
    (found,) = write_replies(tiny_source, tiny_tokenizer, template, [group], lambda: False)
    choice = choose_device()
    model = load_model(tiny_source, dtype=choice.torch_dtype, device=choice.device)
    asked = [
        tiny_tokenizer.apply_chat_template(
            [{"role": "user", "content": each}], add_generation_prompt=True, return_dict=False
        )
        for each in group
    ]
    assert [reply.instruction for reply in found] == list(group)
    assert [reply.answer for reply in found] == answer_batch(model, tiny_tokenizer, asked, max_new_tokens=12)


def test_they_stop_within_a_token(tiny_source, tiny_tokenizer, template):
    writing = write_replies(tiny_source, tiny_tokenizer, template, reply_groups(template), lambda: True)
    with pytest.raises(Interrupted):
        next(writing)


def test_a_reply_is_learned_with_its_end_only_where_the_model_came_to_it(template, tiny_tokenizer):
    replies = [Reply("Who barks?", "A dog.", whole) for whole in (True, False)]
    whole, cut = (example for _, example in usable(replies, template, max_length=256))
    end = tiny_tokenizer.convert_tokens_to_ids("<|im_end|>")
    assert end in [label for label in whole.labels if label != IGNORED]
    assert end not in [label for label in cut.labels if label != IGNORED]
    assert whole.input_ids[: len(cut.input_ids)] == cut.input_ids
    assert tiny_tokenizer.decode([label for label in cut.labels if label != IGNORED]) == "A dog."
    assert whole.row == cut.row == 0


def test_empty_replies_and_those_longer_than_an_example_are_left_out(template):
    replies = [Reply("A?", " ", True), Reply("B?", "b", True), Reply("C?", "c" * 200, True)]
    assert [reply.answer for reply, _ in usable(replies, template, max_length=128)] == ["b"]


def test_a_round_takes_every_row_and_every_reply_once_and_held_out_rows_are_untouched(
    tiny_run, template, tiny_examples
):
    replies = [Reply("Who barks?", "A dog.", True), Reply("And who meows?", "A cat.", True)]
    again = tuple(example for _, example in usable(replies, template, max_length=256))
    mixed = Mixed(tiny_examples, again)
    order = [row for step in (0, 1) for row in rows_of_step(step, rows=len(mixed), batch_size=5, seed=0)]
    assert sorted(order) == list(range(10))
    assert [mixed[row] for row in range(10)] == list(mixed[:]) == [*tiny_examples, *again]
    tiny_run.replayed = again
    tiny_run({"epochs": 1.0, "batch_size": 5, "evaluations": 1})
    (started,) = tiny_run.of(events.RunStarted)
    assert (started.training_rows, started.replayed_rows, started.held_out_rows) == (8, 2, 2)
    assert "2 answers of the untouched model are mixed in" in started.reasons[-1]
    trained = sum(event.trained_tokens for event in tiny_run.of(events.StepLogged))
    assert trained == sum(example.trained_tokens for example in mixed)
    assert {event.rows for event in tiny_run.of(events.Evaluated)} == {2}
