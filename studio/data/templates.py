"""How a model wants a conversation written, and which of it is learned: between records and tokens."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jinja2 import TemplateError

from studio.core.errors import StudioError
from studio.core.records import Message
from studio.data.encoding import Encoder
from studio.data.skeletons import Piece, Skeleton, Slot, take_apart, unreadable

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

PLAIN = (
    "{% for message in messages %}"
    "{% if message['role'] == 'system' %}{{ message['content'] + '\n\n' }}"
    "{% elif message['role'] == 'user' %}{{ 'Question: ' + message['content'] + '\nAnswer:' }}"
    "{% else %}{{ ' ' + message['content'] + eos_token + ('' if loop.last else '\n\n') }}{% endif %}"
    "{% endfor %}"
)
"""For models that were never taught a chat: plain words, and the tokenizer's own end of text."""

CACHED_ORDERS = 512
"""Orders of roles whose skeletons are kept: rows have a few, whoever asks a server may send ever new ones."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the written-out conversation. `template` tells the template's words from the data's."""

    text: str
    learned: bool = False
    template: bool = True


class ChatTemplate:
    """The chat template of one tokenizer; without one, `PLAIN`, which `write_into` passes on to exports.

    What is learned of each answer: the answer, what the template puts between the generation prompt and
    the answer (a space, an empty thought), and the special token that ends the turn.
    """

    def __init__(self, tokenizer: "PreTrainedTokenizerBase") -> None:
        self.tokenizer = tokenizer
        self.encoder = Encoder(tokenizer)
        self.is_plain = not tokenizer.chat_template
        self.starts_with = _automatic_start(tokenizer)
        plain = "{{ bos_token }}" * bool(self.starts_with) + PLAIN
        self.source = plain if self.is_plain else tokenizer.get_chat_template()
        self.end_of_text = str(tokenizer.eos_token or "")
        if not self.end_of_text:
            raise StudioError(
                "This model's tokenizer names no end-of-text token, so an answer could never end.",
                "Choose another model.",
            )
        self._skeletons: dict[tuple[tuple[str, ...], bool], Skeleton] = {}
        self._end_of_turn = self._last_control_token()

    @property
    def folds_system(self) -> bool:
        """Whether it takes no system message, which then stands before the first question."""
        return self._skeleton(("system", "user")).folded

    def write_into(self, tokenizer: "PreTrainedTokenizerBase") -> None:
        """Give a tokenizer the template that was trained with, so that its files carry it."""
        if not tokenizer.chat_template:
            tokenizer.chat_template = self.source

    @property
    def around(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The ids that the tokenizer itself puts before and behind every single text."""
        bare, whole = self.encoder.encode("a"), self.tokenizer.encode("a")
        at = next(at for at in range(len(whole)) if whole[at : at + len(bare)] == bare)
        return tuple(whole[:at]), tuple(whole[at + len(bare) :])

    @property
    def stop_ids(self) -> tuple[int, ...]:
        """The ids that end an answer: the end of text, and the end of the turn where that is another."""
        names = dict.fromkeys((self.end_of_text, self._end_of_turn))
        return tuple(self.tokenizer.convert_tokens_to_ids(name) for name in names)

    def parts(self, messages: Sequence[Message]) -> tuple[Part, ...]:
        """Write out a conversation for training, its learned stretches marked.

        Raises StudioError where the template does not take these turns (two questions in a row, say).
        """
        roles = tuple(message.role for message in messages)
        skeleton = self._skeleton(roles)
        contents = [message.content for message in messages]
        if skeleton.folded:
            contents = [f"{contents[0]}\n\n{contents[1]}", *contents[2:]]
            roles = roles[1:]
        parts: list[Part] = []
        pieces = skeleton.pieces
        for position, piece in enumerate(pieces):
            if isinstance(piece, Slot):
                answer = roles[piece.index] == "assistant"
                parts.append(Part(piece.trim(contents[piece.index]), learned=answer, template=False))
            else:
                parts.extend(self._literal(roles, pieces, position))
        if isinstance(pieces[-1], Slot) and roles[-1] == "assistant":
            parts.append(Part(self.end_of_text, learned=True))
        return tuple(part for part in parts if part.text)

    def prompt_parts(self, messages: Sequence[Message]) -> tuple[Part, ...]:
        """Write out what stands before the answer that is asked for: the very prefix that training saw.

        Earlier answers keep their mark: where their tokens are cut from those around them depends on it.
        """
        parts = self.parts([*messages, Message("assistant", "answer")])
        end = len(parts)
        while end and not parts[end - 1].learned:
            end -= 1
        while end and parts[end - 1].learned:
            end -= 1
        return parts[:end]

    def _literal(self, roles: tuple[str, ...], pieces: tuple[Piece, ...], position: int) -> list[Part]:
        """Mark which of the template's words between two slots are learned: an answer's end and beginning."""
        text = str(pieces[position])
        before, after = _slot(pieces, position - 1), _slot(pieces, position + 1)
        ending = ""
        if before is not None and roles[before.index] == "assistant":
            ending = self._ending(text)
            if after is None and not ending:
                return [Part(self.end_of_text, learned=True)]
        text = text[len(ending) :]
        opening = ""
        if after is not None and roles[after.index] == "assistant":
            text, opening = self._opening(roles, after.index, text)
        return [Part(ending, learned=True), Part(text), Part(opening, learned=True)]

    def _last_control_token(self) -> str:
        """Return the token behind the last answer; the end of text if the template writes none."""
        last = self._skeleton(("user", "assistant")).pieces[-1]
        bare = last.lstrip() if isinstance(last, str) else ""
        token = next(iter(self.encoder.control_tokens_in(bare)), "")
        return token if token and bare.startswith(token) else self.end_of_text

    def _ending(self, text: str) -> str:
        """Return the token that ends a turn, with the white space before it, if the text starts with it."""
        bare = text.lstrip()
        token = next((end for end in (self._end_of_turn, self.end_of_text) if bare.startswith(end)), None)
        return "" if token is None else text[: len(text) - len(bare)] + token

    def _opening(self, roles: tuple[str, ...], index: int, text: str) -> tuple[str, str]:
        """Divide the words before an answer into the generation prompt and what the model writes itself."""
        try:
            asked = self._skeleton(roles[:index], generation=True)
        except StudioError:
            return text, ""
        prompt = asked.pieces[-1]
        if not isinstance(prompt, str):
            # The template ignores the request for a generation prompt.
            return (text, "") if text.strip() else ("", text)
        if text.startswith(prompt):
            rest = text[len(prompt) :]
            heading = rest.strip() and asked.pieces == self._skeleton(roles[:index]).pieces
            return (text, "") if heading else (prompt, rest)
        # The prompt that everybody asks with differs from what a past turn looks like (thinking models):
        # the answer that is asked for next must be learned behind the former.
        return (prompt if index == len(roles) - 1 else text), ""

    def _skeleton(self, roles: tuple[str, ...], *, generation: bool = False) -> Skeleton:
        key = (roles, generation)
        known = self._skeletons.get(key)
        if known is None:
            known = self._build(roles, generation)
            if len(self._skeletons) >= CACHED_ORDERS:
                self._skeletons.clear()  # another thread may have looked a moment ago
            self._skeletons[key] = known
        return known

    def _build(self, roles: tuple[str, ...], generation: bool) -> Skeleton:
        try:
            return Skeleton(self._take_apart(roles, generation))
        except StudioError:
            if roles[:2] != ("system", "user"):
                raise
        return Skeleton(self._take_apart(roles[1:], generation), folded=True)

    def _take_apart(self, roles: tuple[str, ...], generation: bool) -> tuple[Piece, ...]:
        return take_apart(roles, lambda contents: self._render(roles, contents, generation))

    def _render(self, roles: tuple[str, ...], contents: list[str], generation: bool) -> str:
        messages = [{"role": role, "content": text} for role, text in zip(roles, contents, strict=True)]
        try:
            return self.tokenizer.apply_chat_template(
                messages, chat_template=self.source, tokenize=False, add_generation_prompt=generation
            )
        except (TemplateError, TypeError, ValueError, LookupError) as error:
            # A template is a program that somebody else wrote; it can fail in any of these ways.
            raise unreadable(roles, f"it says: {error}") from error


def _slot(pieces: tuple[Piece, ...], position: int) -> Slot | None:
    piece = pieces[position] if 0 <= position < len(pieces) else None
    return piece if isinstance(piece, Slot) else None


def _automatic_start(tokenizer: "PreTrainedTokenizerBase") -> str:
    """Return the token that the tokenizer puts before every text by itself; "" for none."""
    ids = tokenizer.encode("a")
    return str(tokenizer.bos_token) if tokenizer.bos_token and ids[:1] == [tokenizer.bos_token_id] else ""
