"""Text to token ids, with control tokens kept to the chat template: what tokens are made with."""

import re
from collections.abc import Callable
from copy import deepcopy
from functools import cached_property
from typing import TYPE_CHECKING

from studio.core.errors import StudioError

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerBase

CACHED_TEXTS = 4096
"""Pieces of templates whose ids are kept; a template has a handful."""


class Encoder:
    """A tokenizer that can be asked for the ids of a piece of text as it stands inside a longer one.

    Control tokens are those the tokenizer calls special. Written by a template they become their one id;
    found in data they stay text: without that, a row that quotes `<|im_end|>` would end the turn.
    """

    def __init__(self, tokenizer: "PreTrainedTokenizerBase") -> None:
        self.tokenizer = tokenizer
        special = {
            str(token): index
            for index, token in tokenizer.added_tokens_decoder.items()
            if token.special and len(str(token).strip()) > 1
        }
        self.control_ids = frozenset(special.values())
        self._control = _any_of(special)
        # A letter the tokenizer does not know becomes its unknown token; that is no attack.
        self._watched_ids = self.control_ids - {tokenizer.unk_token_id}
        self._watched = _any_of({token: at for token, at in special.items() if at in self._watched_ids})
        self._template_ids: dict[str, list[int]] = {}
        # A separator cuts the text: what stands before it and what stands from it on can be encoded apart.
        self._separators = {token: index for token, index in special.items() if self._separates(token, index)}
        self._before_separator = re.compile(f"(?={_any_of(self._separators).pattern})")
        self._separator = _any_of(self._separators)

    def encode(self, text: str) -> list[int]:
        """Return the ids of a whole text, control tokens in it understood as such."""
        return self.tokenizer.encode(text, add_special_tokens=False)

    def encode_template(self, text: str) -> list[int]:
        """Like `encode` for text that a template wrote, which recurs in every row: the ids are kept."""
        ids = self._template_ids.get(text)
        if ids is None:
            if len(self._template_ids) >= CACHED_TEXTS:
                self._template_ids.clear()  # another thread may have looked a moment ago
            ids = self._template_ids[text] = self.encode(text)
        return ids

    def encode_after(self, text: str) -> list[int]:
        """Return the ids of text that follows other text, so that none is added at its start.

        SentencePiece tokenizers put a space before the first word of a text; in the middle it would be a
        word that nobody wrote.
        """
        return self.encode(text) if self.starts_apart(text) else _behind_anchor(self.encode, text)

    def encode_data(self, text: str, *, first: bool) -> list[int]:
        """Return the ids of data, every control token in it spelled out; `first`: no text stands before.

        Raises StudioError where the tokenizer leaves no way to spell it.
        """
        ids = self._spell(text) if first else _behind_anchor(self._spell, text)
        if self._watched_ids.isdisjoint(ids):
            return ids
        # A normaliser can turn look-alikes into a control token behind the tokenizer's own switch.
        ids = [index for letter in text for index in _behind_anchor(self._spell, letter)]
        if self._watched_ids.isdisjoint(ids):
            return ids
        found = self.tokenizer.decode([index for index in ids if index in self._watched_ids][:1])
        raise StudioError(
            f"The text holds {found!r}, which this model cannot read as plain text.",
            "Remove it from the row, or choose another model.",
        )

    def _spell(self, text: str) -> list[int]:
        return self._spelling.encode(text, add_special_tokens=False).ids

    @cached_property
    def _spelling(self) -> "Tokenizer":
        """A copy of the tokenizer that takes control tokens for text.

        The switch is a state of the tokenizer, which other threads share: it is set on a copy of our own.
        """
        copy = deepcopy(self.tokenizer.backend_tokenizer)
        copy.encode_special_tokens = True
        copy.no_truncation()
        copy.no_padding()
        return copy

    def holds_control_token(self, text: str) -> bool:
        """Return whether a control token is written out in the text."""
        return self._control.search(text) is not None

    def is_hidden_control(self, text: str) -> bool:
        """Return whether the tokenizer reads a control token where none is written out (a look-alike)."""
        return not self._watched_ids.isdisjoint(self.encode_after(text))

    def has_only_controls_of(self, ids: list[int], text: str) -> bool:
        """Return whether the ids hold as many control tokens as are written out in the text."""
        return sum(map(self._watched_ids.__contains__, ids)) == len(self._watched.findall(text))

    def control_tokens_in(self, text: str) -> list[str]:
        return self._control.findall(text)

    def split_apart(self, text: str) -> list[str]:
        """Cut text before each separator in it; the pieces can be encoded apart."""
        return [piece for piece in self._before_separator.split(text) if piece]

    def starts_apart(self, text: str) -> bool:
        return self._separator.match(text) is not None

    def _separates(self, token: str, index: int) -> bool:
        for left, right in (("a", "b"), ("a ", " b"), ("a\n", "\nb")):
            after = self.encode(token + right)
            if after[0] != index or self.encode(left + token + right) != self.encode(left) + after:
                return False
        return True


def _behind_anchor(encode: Callable[[str], list[int]], text: str) -> list[int]:
    """Encode text behind a letter that no word begins with, and drop that letter's ids."""
    for anchor in ("\x01", "\n"):
        head, whole = encode(anchor), encode(anchor + text)
        if whole[: len(head)] == head:
            return whole[len(head) :]
    return encode(text)


def _any_of(tokens: dict[str, int]) -> re.Pattern[str]:
    """Match any of the tokens, the longest first; with no tokens, match nothing."""
    longest_first = sorted(tokens, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")
