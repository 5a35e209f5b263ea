"""A file before anybody knows what it is: its name, its first bytes and, for an archive, its members."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from studio.data.readers.decoding import decode_head


@dataclass(frozen=True)
class Upload:
    """`path` is where the bytes are; `name` is what the user calls them. `members` names those of a zip."""

    path: Path
    name: str
    head: bytes
    members: frozenset[str] = frozenset()

    @property
    def ending(self) -> str:
        """The name's ending with its dot, in small letters; "" where it has none."""
        return Path(self.name).suffix.lower()

    @cached_property
    def text(self) -> str:
        """The beginning as text without the white space before it, good enough to recognise it by."""
        return decode_head(self.head).lstrip("\ufeff \t\r\n")
