"""The feedback of a data set: lines that are only ever added, each synced before the next question comes."""

import json
import os
from pathlib import Path

from studio.core import feedback as lines
from studio.core.errors import StudioError
from studio.core.feedback import Feedback, Standing, standing
from studio.store.files import told_plainly
from studio.store.turns import turn_to_write

FILE = "feedback.jsonl"
_VERSION = 1


class FeedbackFile:
    """All that was said of answers to the questions of one data set. Safe for many pages and processes."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE

    def add(self, said: Feedback) -> None:
        """Add a line; what a crash left of an earlier one is cut off. Raises StudioError on a full disk.

        A vote on a question that another page has voted on meanwhile is not added: the first one stays.
        """
        document = {"version": _VERSION, **lines.to_dict(said)}
        line = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"
        with told_plainly("The vote"), turn_to_write(self.path), self.path.open("ab+") as file:
            file.seek(0)
            content = file.read()
            if _standing(content).holds(said):
                return
            whole = content.rfind(b"\n") + 1
            file.truncate(whole)
            try:
                file.write(line.encode())
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                file.truncate(whole)
                raise

    def standing(self) -> Standing:
        """Return what holds now. A torn last line was never said; a damaged one in between is counted."""
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return Standing()
        except OSError as error:
            problem = f"The file {self.path} cannot be read: {error.strerror}."
            raise StudioError(problem, "Check the disk, or restore the file from a copy.") from error
        return _standing(content)


def _standing(content: bytes) -> Standing:
    found, damaged = [], 0
    for line in content[: content.rfind(b"\n") + 1].splitlines():
        said = _read(line)
        if said is None:
            damaged += 1
        else:
            found.append(said)
    return standing(tuple(found), damaged)


def _read(line: bytes) -> Feedback | None:
    try:
        document = json.loads(line)
        if document.pop("version") != _VERSION:
            return None
        return lines.from_dict(document)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
