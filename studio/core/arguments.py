"""How the words of a command line are read: what is wrong with them is refused in one sentence."""

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

from studio.core.errors import Refused


class Parser(argparse.ArgumentParser):
    """Refuses instead of ending the process, and takes no abbreviations."""

    def __init__(self, **options: Any) -> None:
        # An abbreviation that is read today may mean two things tomorrow.
        super().__init__(**options, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        raise Refused(f"{message[:1].upper()}{message[1:]}.", f"See {self.prog} --help.")


def pairs(texts: Sequence[str], usage: str) -> dict[str, str]:
    """Read NAME=VALUE arguments. Raises Refused on one without a name or an equals sign."""
    for text in texts:
        if not text.partition("=")[0] or "=" not in text:
            raise Refused(f"{text!r} is not of the form {usage.split()[1]}.", f"Write {usage}.")
    return {text.partition("=")[0]: text.partition("=")[2] for text in texts}
