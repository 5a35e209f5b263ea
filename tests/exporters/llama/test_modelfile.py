"""The template for Ollama says what the model was trained with, word for word, or it is not written."""

import re

import pytest

from studio.core.records import Message
from studio.data.templates import ChatTemplate
from studio.exporters.llama.modelfile import frame_of, write

LLAMA3 = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '<|endoftext|>\n\n' "
    "+ message['content'] | trim + '<|im_end|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant<|endoftext|>\n\n' }}{% endif %}"
)
WITH_A_SYSTEM = (
    "{% if messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nBe {{ kind }}.<|im_end|>\n' }}"
    "{% endif %}"
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] "
    "+ '<|im_end|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
FOLDED = (
    "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system') }}{% endif %}"
    "{% for message in messages %}{% if message['role'] == 'user' %}"
    "{{ '[INST] ' + message['content'] + ' [/INST]' }}{% else %}"
    "{{ ' ' + message['content'] + '<|im_end|>' }}{% endif %}{% endfor %}"
)
NUMBERED = (
    "{% for message in messages %}"
    "{{ '[' ~ loop.index ~ '] ' + message['content'] + '<|im_end|>' }}{% endfor %}"
)
CONVERSATIONS = (
    ("user",),
    ("system", "user"),
    ("user", "assistant", "user"),
    ("system", "user", "assistant", "user", "assistant", "user"),
)


@pytest.fixture
def template_of(tiny_tokenizer):
    """The tiny tokenizer's template, with another one's words where they are given."""

    def make(source=""):
        kept = tiny_tokenizer.chat_template
        tiny_tokenizer.chat_template = None if source is None else source or kept
        try:
            return ChatTemplate(tiny_tokenizer)
        finally:
            tiny_tokenizer.chat_template = kept

    return make


def as_ollama_says(template, messages):
    """Write a conversation out by the few words of Go's templates that are used: range, if, eq, ne, and."""
    body, prompt = re.fullmatch(
        r"\{\{ range \$i, \$_ := \.Messages \}\}(.*)\{\{ end \}\}(.*?)", template, re.DOTALL
    ).groups()
    opening = re.match(
        r'\{\{ if and \(eq \$i 0\) \(ne \.Role "system"\) \}\}(.*?)\{\{ end \}\}', body, re.DOTALL
    )
    turns = body[opening.end() :] if opening else body
    by_role = dict(re.findall(r'if eq \.Role "(\w+)" \}\}(.*?)\{\{ (?=else|end)', turns, re.DOTALL))
    said = opening[1] if opening and messages[0].role != "system" else ""
    for turn in messages:
        said += by_role[turn.role].replace("{{ .Content }}", turn.content)
    return (said + prompt).replace('{{ "{{" }}', "{{")


def turns(roles):
    return [Message(role, f"Turn {at}: 2 + {at}?") for at, role in enumerate(roles)]


def written(template, **changes):
    settings = {"chat": True, "context": 512, "system": "", "ends": ["<|im_end|>"], **changes}
    return write(template, "model.gguf", **settings)


@pytest.mark.parametrize("source", ["", None, LLAMA3, WITH_A_SYSTEM, FOLDED])
@pytest.mark.parametrize("roles", CONVERSATIONS, ids=len)
def test_ollama_says_what_was_trained(source, roles, template_of):
    template = template_of(source)
    text = written(template)
    inside = re.search(r'TEMPLATE """(.*?)"""\n', text, re.DOTALL)[1]
    trained = "".join(part.text for part in template.prompt_parts(turns(roles)))
    assert as_ollama_says(inside, turns(roles)) == trained.removeprefix(template.starts_with)


def test_a_turn_is_told_from_the_next_at_its_end(template_of):
    frame = frame_of(template_of())
    assert frame.around["user"] == ("<|im_start|>user\n", "<|im_end|>\n")
    assert frame.around["system"] == ("<|im_start|>system\n", "<|im_end|>\n")
    assert (frame.opening, frame.prompt) == ("", "<|im_start|>assistant\n")


@pytest.mark.parametrize("source", [NUMBERED, '{{ \'"""\' }}' + LLAMA3])
def test_a_template_that_cannot_be_said_so_is_left_out_and_told(source, template_of):
    assert frame_of(template_of(source)) is None
    text = written(template_of(source))
    assert "TEMPLATE" not in text
    assert "cannot be said in Ollama's language" in text


def test_a_model_that_goes_on_with_a_text_gets_it_bare(template_of):
    text = written(template_of(), chat=False)
    assert 'TEMPLATE """{{ .Prompt }}"""\n' in text  # else the chat template inside the file would be taken
    assert "cannot be said" not in text


def test_stop_words_room_and_instruction_stand_in_ollamas_form(template_of):
    text = written(template_of(), system="Answer in one word.", ends=["<|im_end|>", "<|endoftext|>"])
    assert 'PARAMETER stop "<|im_end|>"\nPARAMETER stop "<|endoftext|>"\nPARAMETER num_ctx 512\n' in text
    assert 'SYSTEM """Answer in one word."""' in text
    assert text.endswith("PARAMETER temperature 0\nPARAMETER repeat_penalty 1.0\n")  # Ollama's own is 1.1
    assert "num_ctx 8192" in written(template_of(), context=131_072)
    assert "SYSTEM" not in written(template_of(), system='Say "yes"')
