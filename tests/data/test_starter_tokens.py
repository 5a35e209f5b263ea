"""The starter model's own tokenizer and template: the tokens of real rows are those a stranger gets."""

import pytest
from transformers import AutoTokenizer

from studio.core.records import SourcedRecord, as_conversation
from studio.data.inspect import inspect
from studio.data.samples import SAMPLES
from studio.data.templates import ChatTemplate
from studio.data.tokens import encode_chat, encode_prompt
from studio.engine.starter import ensure_starter


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in SAMPLES if name not in ("reviews", "wit")])
def test_every_row_of_the_samples_is_tokenised_as_apply_chat_template_does(name):
    tokenizer = AutoTokenizer.from_pretrained(ensure_starter(lambda *_: None))
    template = ChatTemplate(tokenizer)
    records: list[SourcedRecord] = []
    inspect(SAMPLES[name].path, SAMPLES[name].file, sink=records)
    quoting = []
    for sourced in records:
        conversation = as_conversation(sourced.record)
        messages = [{"role": turn.role, "content": turn.content} for turn in conversation.messages]
        if any(template.encoder.holds_control_token(turn.content) for turn in conversation.messages):
            quoting.append(sourced.row)
            continue
        theirs = tokenizer.apply_chat_template(messages, return_dict=True)["input_ids"]
        assert list(encode_chat(conversation, template, 10**6, sourced.row).input_ids) == theirs
        asked = tokenizer.apply_chat_template(messages[:1], add_generation_prompt=True, return_dict=True)
        assert encode_prompt(conversation.messages[:1], template) == asked["input_ids"]
    # One help page quotes <filename>, a control token of this tokenizer: there it has to stay text.
    assert len(quoting) == (1 if name == "support" else 0)
