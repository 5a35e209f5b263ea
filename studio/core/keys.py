"""A key to somebody else's service: it is used, and never shown, written or sent anywhere else."""

from typing import NoReturn

from studio.core.errors import Refused

SHOWN = "***"
SERVE_KEY = "STUDIO_SERVE_KEY"
"""The variable that holds the key which the server of tuned models asks for."""
JUDGE_KEY = "STUDIO_JUDGE_KEY"
"""The variable that holds the key of a judge's address: what stands on a command line is seen by others."""
HUB_TOKEN = "HF_TOKEN"
"""The variable that holds a token of the Hugging Face hub; its own tools read it, too."""


class Key:
    """Prints as `***`; the text comes out of `reveal` alone, where it is sent. An empty one is false."""

    __slots__ = ("_text",)

    def __init__(self, text: str = "") -> None:
        text = text.strip()
        if not all(33 <= ord(letter) <= 126 for letter in text):
            raise Refused("The key holds characters that no key has.", "Copy it again, without spaces.")
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return SHOWN

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is never written down")
