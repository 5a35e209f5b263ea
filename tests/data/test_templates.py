"""A chat template is taken apart truthfully, or refused in plain words."""

import pytest

from studio.core.errors import StudioError
from studio.core.records import Message
from studio.data.templates import ChatTemplate

TURNS = [Message("user", "  How?\n"), Message("assistant", "\n So. ")]


def template_of(make_tokenizer, source: str) -> ChatTemplate:
    tokenizer = make_tokenizer("chatml")
    tokenizer.chat_template = source
    return ChatTemplate(tokenizer)


@pytest.mark.parametrize(
    ("strip", "question"),
    [("", "  How?\n"), (" | trim", "How?"), (".lstrip('\\n')", "  How?\n"), (".rstrip()", "  How?")],
)
def test_what_the_template_strips_is_stripped(make_tokenizer, strip, question):
    template = template_of(
        make_tokenizer, "{% for m in messages %}({{ m['content']" + strip + " }}){% endfor %}"
    )
    written = "".join(part.text for part in template.parts(TURNS))
    assert written.startswith(f"({question})")


def test_only_data_is_marked_as_data(make_tokenizer):
    parts = ChatTemplate(make_tokenizer("chatml")).parts(TURNS)
    assert [part.text for part in parts if not part.template] == ["  How?\n", "\n So. "]


@pytest.mark.parametrize(
    "source",
    [
        "{% for m in messages %}{{ m['content'] | upper }}{% endfor %}",
        "{% for m in messages %}{{ m['content'] | length }}{% endfor %}",
        "{{ messages[0]['content'] }}",
        "{% for m in messages %}{{ m['content'] }}{% if '\\n' in m['content'] %}!{% endif %}{% endfor %}",
        "{% for m in messages %}{{ m['content'] + 1 }}{% endfor %}",
        "{% for m in messages %}{{ m['content'] }",
        "{{ messages[9]['content'].x }}",
    ],
)
def test_a_template_that_rewrites_the_text_is_refused(make_tokenizer, source):
    with pytest.raises(StudioError, match="chat template") as caught:
        template_of(make_tokenizer, source).parts(TURNS)
    assert caught.value.hint


def test_turns_the_template_does_not_take_are_named(make_tokenizer):
    with pytest.raises(StudioError, match=r"turns user, user, assistant: it says: .*must alternate"):
        ChatTemplate(make_tokenizer("mistral")).parts([TURNS[0], *TURNS])


def test_a_tokenizer_without_an_end_of_text_is_refused(make_tokenizer):
    tokenizer = make_tokenizer("chatml")
    tokenizer.eos_token = None
    with pytest.raises(StudioError, match="end-of-text"):
        ChatTemplate(tokenizer)


def test_a_heading_that_the_template_writes_itself_is_not_learned(make_tokenizer):
    template = template_of(
        make_tokenizer,
        "{% for m in messages %}<|im_start|>{{ m['role'] }}: {{ m['content'] }}<|im_end|>\n{% endfor %}",
    )
    learned = [part.text for part in template.parts(TURNS) if part.learned]
    assert learned == ["\n So. ", "<|im_end|>"]
    prompt = "".join(part.text for part in template.prompt_parts(TURNS[:1]))
    assert prompt.endswith("<|im_start|>assistant: ")


def test_an_answer_is_learned_behind_the_prompt_it_will_be_asked_with(make_tokenizer):
    template = template_of(
        make_tokenizer,
        "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>assistant\n<think>\n{% endif %}",
    )
    written = "".join(part.text for part in template.parts(TURNS))
    assert "<|im_start|>assistant\n<think>\n\n So. <|im_end|>" in written


def test_however_many_orders_of_roles_are_asked_with_only_so_many_are_kept(make_tokenizer, monkeypatch):
    monkeypatch.setattr("studio.data.templates.CACHED_ORDERS", 8)
    template = ChatTemplate(make_tokenizer("chatml"))
    for turns in range(1, 20):
        assert template.prompt_parts([Message("user", "Why?")] * turns)
        assert len(template._skeletons) <= 8
