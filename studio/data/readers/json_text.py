"""A JSON file as text that is decoded value by value through a window, so that it is never held whole."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from studio.core.errors import Refused
from studio.data.readers.decoding import Decoding, open_text
from studio.data.readers.objects import Decoder, is_too_deep, reason, too_deep

WINDOW_CHARACTERS = 1024**2
MOST_VALUE_CHARACTERS = 32 * 1024**2
"""A longer value is no row: a quotation mark or a bracket before it was not closed."""

_SPACE = re.compile(r"[ \t\n\r\ufeff]*")
_CONTEXT = 80
_LONGEST_UNIT = 16
"""No word, number or escape of JSON that a window can cut in two is longer, texts aside."""


class JsonText:
    """The text of a JSON file from a place on; `repeated` is the key the last value names twice, or None.

    Raises Refused with line and column wherever the text is not JSON.
    """

    def __init__(self, path: Path, decoding: Decoding, skip: int = 0, *, first_byte: int = 0) -> None:
        """Begin behind `skip` characters, or at a byte: then no place in an error is that in the file."""
        self._file = open_text(path, decoding)
        self._file.seek(first_byte)
        self._decoder = Decoder()
        self._text = ""
        self._at = 0
        self._ended = False
        self._passed = self._lines = self._column = 0
        while self._passed < skip:
            self._pass(self._file.read(min(WINDOW_CHARACTERS, skip - self._passed)))

    @property
    def repeated(self) -> str | None:
        return self._decoder.repeated

    @property
    def place(self) -> int:
        """The number of characters before the next one."""
        return self._passed + self._at

    def close(self) -> None:
        self._file.close()

    def peek(self) -> str:
        """Return the next letter that is not white space; "" at the end of the file."""
        letter = self._text[self._at : self._at + 1]
        if letter > " " and letter != "\ufeff":
            return letter
        while True:
            self._at = _SPACE.match(self._text, self._at).end()
            if self._at < len(self._text) or self._ended:
                return self._text[self._at : self._at + 1]
            self._read_on()

    def take(self, letters: str, expected: str) -> str:
        """Return the next letter, which must be one of `letters`; `expected` names them in the error."""
        found = self.peek()
        if not found or found not in letters:
            raise self._broken(json.JSONDecodeError(f"{expected} was expected", self._text, self._at))
        self._at += 1
        return found

    def value(self, around: int = 0) -> Any:
        """Return the next value, which stands in `around` brackets of the file."""
        self.peek()
        while True:
            try:
                value, end = self._decoder.decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if self._ended or not self._is_cut(error):
                    raise self._broken(error) from error
                self._read_on()
                continue
            except RecursionError as error:
                raise too_deep() from error
            if end < len(self._text) or self._ended:
                break
            self._read_on()  # a number may go on behind the window
        if is_too_deep(value, around):
            raise too_deep()
        self._at = end
        return value

    def items(self, around: int = 1) -> Iterator[Any]:
        """Yield the values of a list, the next thing in the text."""
        self.take("[", "a list")
        if self.peek() == "]":
            self._at += 1
            return
        while True:
            yield self.value(around)
            if self.take(",]", "a comma or the end of the list") == "]":
                return

    def members(self, around: int = 1) -> Iterator[str]:
        """Yield the keys of an object, the next thing in the text; the caller takes each one's value."""
        self.take("{", "an object")
        if self.peek() == "}":
            self._at += 1
            return
        while True:
            if self.peek() != '"':
                self.take('"', "a key in double quotes")
            key = self.value(around)
            self.take(":", "a colon")
            yield key
            if self.take(",}", "a comma or the end of the object") == "}":
                return

    def values(self) -> Iterator[Any]:
        """Yield the values that stand one behind the other up to the end of the file."""
        while self.peek():
            yield self.value()

    def end(self) -> None:
        """Make sure that nothing but white space follows."""
        if self.peek():
            raise self._broken(json.JSONDecodeError("something stands behind the end", self._text, self._at))

    def _is_cut(self, error: json.JSONDecodeError) -> bool:
        return error.msg.startswith("Unterminated string") or error.pos >= len(self._text) - _LONGEST_UNIT

    def _read_on(self) -> None:
        """Drop what was decoded and add to the window; a value that does not fit in doubles it."""
        kept = len(self._text) - self._at
        if kept > MOST_VALUE_CHARACTERS:
            line, column = self._line_and_column(self._at)
            raise Refused(
                f"The value that begins in line {line}, column {column} does not end within"
                f" {MOST_VALUE_CHARACTERS:,} letters.",
                "Close its quotation mark or bracket, or write one object a line.",
            )
        # A little of what was decoded stays: it tells why the next thing is wrong.
        done = max(0, self._at - _CONTEXT)
        self._pass(self._text[:done])
        self._text, self._at = self._text[done:], self._at - done
        more = self._file.read(max(WINDOW_CHARACTERS, kept))
        self._ended = not more
        self._text += more

    def _pass(self, text: str) -> None:
        self._passed += len(text)
        breaks = text.count("\n")
        self._lines += breaks
        self._column = len(text) - text.rfind("\n") - 1 if breaks else self._column + len(text)

    def _line_and_column(self, at: int) -> tuple[int, int]:
        breaks = self._text.count("\n", 0, at)
        column = at - self._text.rfind("\n", 0, at) if breaks else self._column + at + 1
        return self._lines + breaks + 1, column

    def _broken(self, error: json.JSONDecodeError) -> Refused:
        line, column = self._line_and_column(error.pos)
        return Refused(
            f"The JSON is broken in line {line}, column {column}: {reason(self._text, error)}.",
            "Correct it there, or save the data again.",
        )
