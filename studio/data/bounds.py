"""How many tokens a row can have at most, told from its bytes, so that few rows need the tokeniser."""

from typing import TYPE_CHECKING

from studio.core.errors import StudioError
from studio.core.records import Completion, Conversation, Labelled, Message, Preference, Rated, Role
from studio.data.encoding import Encoder
from studio.data.templates import ChatTemplate

if TYPE_CHECKING:
    from studio.data.checks.seen import Seen

NO_BOUND = 10**9

_ASKED: tuple[Role, ...] = ("user", "assistant")


class TokenBound:
    """An upper bound for the tokens of a row: every token covers at least one byte of the text.

    True of every tokeniser that never writes more than it reads. Whether this one does is tried with every
    ASCII letter; what its normaliser makes of other letters is not known, so with one they have no bound.
    """

    def __init__(self, template: ChatTemplate) -> None:
        self._template = template
        self._of_template: dict[tuple[Role, ...], int] = {}
        self._ascii = _covers_bytes(template.encoder)
        self._all = self._ascii and template.tokenizer.backend_tokenizer.normalizer is None

    def of(self, seen: "Seen") -> int:
        """Return a number that the tokens of this row cannot exceed; `NO_BOUND` where none is known."""
        if seen.is_ascii:
            data = len(seen.text) if self._ascii else NO_BOUND
        else:
            data = len(seen.text.encode()) if self._all else NO_BOUND
        return data + self._template_tokens(_roles(seen.record))

    def _template_tokens(self, roles: tuple[Role, ...]) -> int:
        if roles not in self._of_template:
            self._of_template[roles] = self._count(roles)
        return self._of_template[roles]

    def _count(self, roles: tuple[Role, ...]) -> int:
        """Count a token for each control token and each byte that the template writes around the data."""
        try:
            parts = self._template.parts([Message(role, "a") for role in roles])
        except StudioError:
            return NO_BOUND  # measuring such a row says what is wrong with it
        encoder = self._template.encoder
        tokens = 2  # the line break between folded turns
        for part in parts:
            if part.template:
                control = encoder.control_tokens_in(part.text)
                plain = len(part.text.encode()) - sum(len(token.encode()) for token in control)
                # Each stretch between control tokens can get a mark for the beginning of a word.
                tokens += plain + 2 * len(control) + 1
        return tokens


def _roles(record: object) -> tuple[Role, ...]:
    if isinstance(record, Conversation):
        return tuple(message.role for message in record.messages)
    if isinstance(record, Preference | Rated):
        return (*(message.role for message in record.before), *_ASKED)
    assert isinstance(record, Completion | Labelled)
    return _ASKED


def _covers_bytes(encoder: Encoder) -> bool:
    return all(len(encoder.encode_after(chr(code))) <= 1 for code in range(1, 128))
