"""Small real tokenizers of the kinds in use, each with the chat template of a well-known family."""

import json
import re

import pytest
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from tokenizers.processors import TemplateProcessing
from transformers import PreTrainedTokenizerFast

CORPUS = [
    "You are a helpful assistant. The user asks a question and the model answers it.",
    "How do I turn on bounce keys? Open the settings and switch them on, then click on the panel.",
    "Was ist eine Grippe? Eine Krankheit, die von einem Virus ausgelöst wird.",
    "one\n\ntwo\n\n\nthree\n\n\n\nfour\n\n",
] * 3

TEMPLATES = {
    "chatml": (
        "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}"
        "{{ '<|im_start|>system\nYou are a helpful AI assistant named SmolLM<|im_end|>\n' }}{% endif %}"
        "{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
    ),
    "gemma": (
        "{{ bos_token }}{% if messages[0]['role'] == 'system' %}"
        "{{ raise_exception('System role not supported') }}{% endif %}{% for message in messages %}"
        "{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
        "{{ raise_exception('Conversation roles must alternate user/assistant/...') }}{% endif %}"
        "{% if (message['role'] == 'assistant') %}{% set role = 'model' %}{% else %}"
        "{% set role = message['role'] %}{% endif %}"
        "{{ '<|im_start|>' + role + '\n' + message['content'] | trim + '<|im_end|>\n' }}{% endfor %}"
        "{% if add_generation_prompt %}{{'<|im_start|>model\n'}}{% endif %}"
    ),
    "llama3": (
        "{% for message in messages %}{% set content = '<|im_start|>' + message['role'] + '<|sep|>\n\n'"
        " + message['content'] | trim + '<|im_end|>' %}{% if loop.index0 == 0 %}"
        "{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|im_start|>assistant<|sep|>\n\n' }}{% endif %}"
    ),
    "mistral": (
        "{{ bos_token }}{% for message in messages %}"
        "{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
        "{{ raise_exception('Conversation roles must alternate user/assistant/...') }}{% endif %}"
        "{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}"
        "{% elif message['role'] == 'assistant' %}{{ ' ' + message['content'] + eos_token }}{% endif %}"
        "{% endfor %}"
    ),
    "last_system": (
        "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{% set system = messages[0]['content'] %}"
        "{% set turns = messages[1:] %}{% else %}{% set system = '' %}{% set turns = messages %}{% endif %}"
        "{% for message in turns %}{% if message['role'] == 'user' %}{{ '[INST] ' }}"
        "{% if system and message == turns | selectattr('role', 'equalto', 'user') | list | last %}"
        "{{ system + '\n\n' }}{% endif %}{{ message['content'] + '[/INST]' }}"
        "{% else %}{{ ' ' + message['content'] | trim + eos_token }}{% endif %}{% endfor %}"
    ),
    "thinking": (
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' }}"
        "{% if message['role'] == 'assistant' and loop.last %}{{ '<think>\n\n</think>\n\n' }}{% endif %}"
        "{{ message['content'] + '<|im_end|>\n' }}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
    ),
    "no_ending": (
        "{% for message in messages %}{% if message['role'] == 'user' %}"
        "{{ '### Question:\n' + message['content'] + '\n\n' }}{% else %}"
        "{{ '### Answer:\n' + message['content'] + '\n\n' }}{% endif %}{% endfor %}"
        "{% if add_generation_prompt %}{{ '### Answer:\n' }}{% endif %}"
    ),
}

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|sep|>", "<s>", "</s>"]


LINES_FIRST = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
"""How Llama 3 and Qwen cut text into words: a run of line breaks stays one piece, whatever follows it."""


def byte_level(*, lines_first: bool) -> Tokenizer:
    """Build a tokenizer as SmolLM2 and GPT-2 have it; `lines_first`: as Llama 3 and Qwen have it."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    if lines_first:
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(LINES_FIRST), "isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        )
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=600, initial_alphabet=alphabet, special_tokens=SPECIAL, show_progress=False
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    return tokenizer


def sentence_piece(*, normalised: bool) -> Tokenizer:
    """Build a tokenizer as Llama 2, Mistral and Gemma have it: words begin with a mark, bytes for the rest.

    `normalised`: the mark is put before every stretch of text (older conversions), not only the first.
    """
    tokenizer = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    if normalised:
        tokenizer.pre_tokenizer = None
        tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence(
        [
            decoders.Replace("▁", " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(" ", 1, 0),
        ]
    )
    trainer = trainers.BpeTrainer(vocab_size=700, special_tokens=["<unk>", *SPECIAL], show_progress=False)
    # Words, and the line breaks between them: a token of two breaks can reach across an answer's beginning.
    tokenizer.train_from_iterator([piece for line in CORPUS for piece in re.split("( )", line)], trainer)
    written = json.loads(tokenizer.to_str())
    for byte in range(256):
        written["model"]["vocab"].setdefault(f"<0x{byte:02X}>", len(written["model"]["vocab"]))
    return Tokenizer.from_str(json.dumps(written))


KINDS = {
    "byte_level": lambda: byte_level(lines_first=False),
    "byte_level_lines": lambda: byte_level(lines_first=True),
    "sentence_piece": lambda: sentence_piece(normalised=False),
    "sentence_piece_normalised": lambda: sentence_piece(normalised=True),
}


@pytest.fixture(scope="session")
def make_tokenizer():
    """Return a maker of tokenizers: a kind of `KINDS`, the name of a template or None for none."""

    def make(
        template: str | None = "chatml", kind: str = "byte_level", *, starts: bool = False
    ) -> PreTrainedTokenizerFast:
        ends_with = "</s>" if template in ("mistral", "last_system", None) else "<|im_end|>"
        core = Tokenizer.from_str(built(kind))
        if kind.startswith("byte_level"):
            core.add_tokens([AddedToken("<think>", special=False, normalized=False)])
        if starts:
            core.post_processor = TemplateProcessing(
                single="<s> $A", special_tokens=[("<s>", core.token_to_id("<s>"))]
            )
        tokenizer = PreTrainedTokenizerFast(
            tokenizer_object=core, bos_token="<s>", eos_token=ends_with, pad_token=ends_with
        )
        tokenizer.chat_template = TEMPLATES[template] if template else None
        return tokenizer

    kept: dict[str, str] = {}

    def built(kind: str) -> str:
        if kind not in kept:
            kept[kind] = KINDS[kind]().to_str()
        return kept[kind]

    return make
