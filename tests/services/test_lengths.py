"""What a recipe cuts is counted once for a data set and a model, and is what the run itself finds."""

import json

import pytest

from studio.core.config import DataSettings
from studio.core.errors import StudioError
from studio.core.records import Completion, Conversation, Message, SourcedRecord
from studio.data.split import split
from studio.data.templates import ChatTemplate
from studio.engine.objectives import chat, completion
from studio.services.examples import encode_rows
from studio.services.lengths import WHOLE, Lost, count, lengths_file, lost
from tests.services.conftest import wait_for


@pytest.fixture
def long_table(tmp_path):
    """Answers of 1 to 40 words, and a question that alone is longer than the shortest limit."""
    path = tmp_path / "long.jsonl"
    rows = [{"question": f"What is {n}?", "answer": "word " * (n + 1)} for n in range(40)]
    rows += [{"question": "long " * 60, "answer": "short"}]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


@pytest.fixture
def plan(closed, long_table, tiny_model_folder):
    dataset = closed.add_dataset(long_table, long_table.name).id

    def make(max_length: int, **knobs):
        chosen = {"max_length": max_length, "steps": 2, **knobs}
        return closed.plan(dataset, model=str(tiny_model_folder), knobs=chosen)

    return make


@pytest.mark.parametrize("max_length", [64, 128, 1024])
def test_the_counts_are_what_the_encoded_rows_of_the_run_say(closed, plan, tiny_tokenizer, max_length):
    config = plan(max_length, max_rows=20)
    target = lengths_file(closed._home, config)
    count(closed._home, config, target, stopping=lambda: False)
    folder = closed._home.datasets.folder(config.dataset)
    data = config.part(DataSettings)
    parts = split(folder.records(config.dataset_version), data.held_out_percent, data.max_rows)
    used = (*parts.training, *parts.held_out)

    def encoded(limit):
        rows = encode_rows(used, chat, ChatTemplate(tiny_tokenizer), max_length=limit)
        return [example for _, example in rows]

    whole, cut = encoded(WHOLE), encoded(max_length)
    shortened = [part for part, all_of in zip(cut, whole, strict=True) if part.input_ids != all_of.input_ids]
    nothing = [part for part in shortened if not part.trained_tokens]
    assert lost(target, used, max_length) == Lost(len(shortened), len(nothing), 0)
    assert (len(shortened) > 0) == (max_length < 1024)


def test_one_counting_serves_every_recipe_and_the_home_keeps_it(studio, long_table, tiny_model_folder):
    dataset = studio.add_dataset(long_table, long_table.name).id

    def cut(max_length):
        config = studio.plan(dataset, model=str(tiny_model_folder), knobs={"max_length": max_length})
        return studio.forecast(config)

    assert cut(128).max_length == 128
    wait_for(lambda: cut(128).cut is not None)
    assert cut(64).cut > cut(128).cut > cut(1024).cut == 0
    assert cut(64).nothing_left == 1
    assert len(list((studio._home.forecasts / "lengths").iterdir())) == 1


def test_a_row_that_cannot_be_written_or_learned_so_is_told_from_the_others(refusing_template):
    turns = Conversation((Message("user", "q"), Message("user", "q"), Message("assistant", "a")))
    records = [SourcedRecord(2, Completion("q", "a")), SourcedRecord(3, turns)]
    found = dict(encode_rows(records, chat, refusing_template, max_length=64))
    assert found[records[0]].trained_tokens
    assert isinstance(found[records[1]], StudioError)
    assert found[records[1]].message.startswith("Row 3: ")
    (_, refused) = [each for _, each in encode_rows(records, completion, refusing_template, max_length=64)]
    assert "Row 3: it cannot be learned as “Continue a text”." in refused.message


@pytest.fixture
def refusing_template(tiny_tokenizer):
    """A template that takes no two messages of one role behind each other, as Mistral's does not."""
    import copy

    tokenizer = copy.deepcopy(tiny_tokenizer)
    tokenizer.chat_template = (
        "{% for message in messages %}{% if loop.index0 and message.role == messages[loop.index0 - 1].role %}"
        "{{ raise_exception('roles must alternate') }}{% endif %}"
        "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
    )
    return ChatTemplate(tokenizer)
