"""Lines that are added one by one and read again after a crash: what an unfinished piece of work has done."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from studio.store.files import told_plainly

VERSION = 1


class KeptLines:
    """A file of JSON lines under a key. One process writes it; a torn last line is cut off.

    Lines are not synced: a power failure costs the last ones, and their work is done again.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def begin(self, key: str) -> list[dict[str, Any]]:
        """Return the lines that are kept under this key; start an empty file where it has another."""
        whole = self._whole_lines()
        if not whole or whole[0] != {"version": VERSION, "key": key}:
            self._write("wb", {"version": VERSION, "key": key})
            return []
        return whole[1:]

    def append(self, line: Mapping[str, Any]) -> None:
        """Raises ValueError on NaN, StudioError where the disk is full."""
        self._write("ab", line)

    def discard(self) -> None:
        """Forget all lines: the work is done."""
        self._path.unlink(missing_ok=True)

    def put_by(self, path: Path) -> None:
        """Move the lines to another file: the work is done, and a larger one may begin with it."""
        with told_plainly("What was done so far"):
            os.replace(self._path, path)

    def take_up(self, path: Path) -> None:
        """Begin with the lines that were put by, where there are none of an unfinished piece of work."""
        if path.exists() and not self._path.exists():
            with told_plainly("What was done so far"):
                shutil.copyfile(path, self._path)

    def _write(self, mode: str, line: Mapping[str, Any]) -> None:
        content = json.dumps(line, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"
        with told_plainly("What was done so far"), self._path.open(mode) as file:
            file.write(content.encode())

    def _whole_lines(self) -> list[dict[str, Any]]:
        """Return the lines up to the first that is damaged, and cut the file off there."""
        if not self._path.exists():
            return []
        whole, end = [], 0
        content = self._path.read_bytes()
        for line in content.splitlines(keepends=True):
            try:
                document = json.loads(line) if line.endswith(b"\n") else None
            except ValueError:
                document = None
            if not isinstance(document, dict):
                break
            whole.append(document)
            end += len(line)
        if end < len(content):
            with told_plainly("What was done so far"), self._path.open("rb+") as file:
                file.truncate(end)
        return whole
