"""A tokenizer as llama.cpp keeps it: tokens with their kinds, merges or scores, and how text is cut first.

How text is cut (the pre-tokenizer) is a name there and a program here: it is known by what it does, not by
what the model is called. One that llama.cpp has no name for is refused, for its numbers and spaces would be
cut otherwise, which is how an exported model comes to talk nonsense.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gguf import GGUFWriter, TokenType

from studio.core.errors import Refused

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_QWEN2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_LLAMA3 = _QWEN2.replace(r"\p{N}|", r"\p{N}{1,3}|", 1)
CUTS: Mapping[tuple[str, ...], str] = {
    ("ByteLevel",): "gpt-2",
    ("Digits", "ByteLevel"): "smollm",
    (_QWEN2,): "qwen2",
    (_LLAMA3,): "llama-bpe",
}
"""What the steps before the merges are, and llama.cpp's name for them."""
READ_BACK = frozenset({"gpt-2", "qwen2", "llama-bpe", "default"})
"""The names that transformers knows the cutting of, too."""
_NOT_KNOWN = "Choose the whole model."


@dataclass(frozen=True)
class Vocabulary:
    """`model` is `gpt2` (letters are bytes) or `llama` (SentencePiece); one has merges, the other scores.

    `space_first`: llama.cpp puts a space before a text, and again behind every control token. `spaced` is a
    tokenizer that does the latter itself, which transformers rebuilds from a file for one family only.
    """

    model: str
    cut: str
    tokens: Sequence[str]
    types: Sequence[int]
    merges: Sequence[str] = ()
    scores: Sequence[float] = ()
    space_first: bool = False
    spaced: bool = False

    def read_back(self, family: str) -> bool:
        """Return whether transformers cuts text as this does, once it has read it from a file."""
        return self.cut in READ_BACK and (family == "phi3" or not self.spaced)


def vocabulary_of(tokenizer: PreTrainedTokenizerBase, rows: int, *, chat: bool = True) -> Vocabulary:
    """Return the vocabulary of a model with `rows` rows of embeddings; `chat` if it reads a chat template.

    Raises Refused where there is no place for it in a GGUF file.
    """
    backend = getattr(tokenizer, "backend_tokenizer", None)
    document = json.loads(backend.to_str()) if backend is not None else {"model": {"type": "none"}}
    model, steps = document["model"], _steps(document.get("pre_tokenizer"))
    if model["type"] != "BPE":
        raise Refused(f"A GGUF file has no place for this kind of tokenizer ({model['type']}).", _NOT_KNOWN)
    if len(tokenizer) > rows:
        raise Refused("The tokenizer has more tokens than the model has places for.", _NOT_KNOWN)
    bytewise = any(step["type"] == "ByteLevel" for step in steps)
    tokens, types = _tokens(tokenizer, rows, sentence_piece=not bytewise)
    merges = [each if isinstance(each, str) else " ".join(each) for each in model["merges"]]
    if not merges:  # an empty list has no place in the file, and llama.cpp asks for one
        raise Refused("A GGUF file has no place for this tokenizer: it never joins two letters.", _NOT_KNOWN)
    if bytewise:
        return Vocabulary("gpt2", _cut(steps), tokens, types, merges=merges)
    if not model.get("byte_fallback"):
        raise Refused("A GGUF file has no place for this tokenizer: it cannot spell every byte.", _NOT_KNOWN)
    spaced, first = _spaces(document, steps)
    return Vocabulary(
        "llama",
        "default",
        tokens,
        types,
        scores=_scores(tokens, merges),
        space_first=spaced or (first and not chat),  # a chat begins with a control token, or its own words
        spaced=spaced,
    )


def write_vocabulary(writer: GGUFWriter, found: Vocabulary, tokenizer: PreTrainedTokenizerBase) -> None:
    """Write a vocabulary, the special tokens, and whether a text begins with one of them."""
    writer.add_tokenizer_model(found.model)
    writer.add_tokenizer_pre(found.cut)
    writer.add_token_list(found.tokens)
    writer.add_token_types(found.types)
    if found.model == "gpt2":
        writer.add_token_merges(found.merges)
    else:
        writer.add_token_scores(found.scores)
        writer.add_add_space_prefix(found.space_first)
    for token, add in (
        (tokenizer.bos_token_id, writer.add_bos_token_id),
        (tokenizer.eos_token_id, writer.add_eos_token_id),
        (tokenizer.unk_token_id, writer.add_unk_token_id),
        (tokenizer.pad_token_id, writer.add_pad_token_id),
    ):
        if token is not None:
            add(token)
    ids = tokenizer.encode("a")
    writer.add_add_bos_token(tokenizer.bos_token_id is not None and ids[:1] == [tokenizer.bos_token_id])
    writer.add_add_eos_token(tokenizer.eos_token_id is not None and ids[-1:] == [tokenizer.eos_token_id])


def _steps(step: dict[str, Any] | None) -> list[dict[str, Any]]:
    if step is None:
        return []
    if step["type"] == "Sequence":
        return [inner for each in step["pretokenizers"] for inner in _steps(each)]
    return [step]


def _cut(steps: Sequence[dict[str, Any]]) -> str:
    """Return llama.cpp's name for how text is cut. Raises Refused where it has none that is known here."""
    names = []
    for step in steps:
        match step:
            case {"type": "ByteLevel", "add_prefix_space": False, "use_regex": True}:
                names.append("ByteLevel")
            case {"type": "ByteLevel", "add_prefix_space": False, "use_regex": False}:
                pass  # only spells bytes as letters
            case {"type": "Digits", "individual_digits": True}:
                names.append("Digits")
            case {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated"}:
                names.append(pattern)
            case _:
                names.append(str(step))
    if (known := CUTS.get(tuple(names))) is None:
        raise Refused(
            "The way this tokenizer cuts text into words has no name in llama.cpp that the studio knows.",
            _NOT_KNOWN,
        )
    return known


def _tokens(
    tokenizer: PreTrainedTokenizerBase, rows: int, *, sentence_piece: bool
) -> tuple[list[str], list[int]]:
    added = tokenizer.added_tokens_decoder
    spelled = {number: token for token, number in tokenizer.get_vocab().items()}
    tokens, types = [], []
    for number in range(rows):
        token = spelled.get(number)
        if token is None:  # a row of the embeddings that no text leads to
            token, kind = f"[PAD{number}]", TokenType.UNUSED
        elif number == tokenizer.unk_token_id and sentence_piece:
            kind = TokenType.UNKNOWN
        elif number in added:
            kind = TokenType.CONTROL if added[number].special else TokenType.USER_DEFINED
            token = token.replace("▁", " ") if kind == TokenType.USER_DEFINED else token
        elif sentence_piece and token.startswith("<0x") and len(token) == 6:
            kind = TokenType.BYTE
        else:
            kind = TokenType.NORMAL
        tokens.append(token)
        types.append(int(kind))
    return tokens, types


def _scores(tokens: Sequence[str], merges: Sequence[str]) -> list[float]:
    """Return SentencePiece's scores as far as they matter: what is merged first scores higher."""
    order: dict[str, int] = {}
    for rank, merge in enumerate(merges):
        order.setdefault(merge.replace(" ", ""), rank)
    return [-float(order.get(token, len(merges))) for token in tokens]


def _spaces(document: dict[str, Any], steps: Sequence[dict[str, Any]]) -> tuple[bool, bool]:
    """Return whether a space is put before every stretch of text, and whether before the first."""
    normalizer = document.get("normalizer") or {}
    parts = normalizer.get("normalizers", [normalizer])
    schemes = {step.get("prepend_scheme") for step in steps if step["type"] == "Metaspace"}
    always = "always" in schemes or any(part.get("type") == "Prepend" for part in parts)
    return always, always or "first" in schemes
