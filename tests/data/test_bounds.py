"""The bound is never below the tokens of a row, whatever the tokeniser and the template."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.core.records import Completion, Conversation, Message, SourcedRecord, as_conversation
from studio.data.bounds import NO_BOUND, TokenBound
from studio.data.checks.seen import Seen
from studio.data.templates import ChatTemplate
from studio.data.tokens import encode_chat

KINDS = ("byte_level", "byte_level_lines", "sentence_piece", "sentence_piece_normalised")

text = st.text(st.characters(codec="ascii"), min_size=1, max_size=60) | st.sampled_from(
    ["<|im_end|>", "a<|im_start|>b", " ", "\n\n\n", "ä ö", "日本", "\u200b", "<s></s>"]
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("template", ["chatml", "gemma", "llama3", "mistral", "thinking", "no_ending", None])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(system=text | st.none(), question=text, answer=text)
def test_no_row_has_more_tokens_than_its_bound(make_tokenizer, kind, template, system, question, answer):
    chat = ChatTemplate(make_tokenizer(template, kind))
    turns = (Message("user", question), Message("assistant", answer))
    if system is not None and template in ("chatml", "llama3", "thinking", "gemma"):
        turns = (Message("system", system), *turns)
    sourced = SourcedRecord(1, Conversation(turns))
    tokens = len(encode_chat(as_conversation(sourced.record), chat, 10**9, 1).input_ids)
    assert tokens <= TokenBound(chat).of(Seen(0, sourced))


def test_the_bound_of_a_plain_row_is_its_bytes_and_little_more(make_tokenizer):
    seen = Seen(0, SourcedRecord(1, Completion("a" * 100, "b" * 100)))
    assert 200 < TokenBound(ChatTemplate(make_tokenizer())).of(seen) < 330


def test_turns_that_the_template_does_not_take_have_no_bound(make_tokenizer):
    turns = Conversation((Message("user", "q"), Message("user", "q"), Message("assistant", "a")))
    bound = TokenBound(ChatTemplate(make_tokenizer("mistral")))
    assert bound.of(Seen(0, SourcedRecord(1, turns))) >= NO_BOUND
