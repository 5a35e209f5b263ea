"""Durable files and folders: staged, synced, renamed; hashed where a flipped byte must be noticed.

A reader sees the old content or the new one, never a part of it, whenever the process or the power dies.
"""

import hashlib
import json
import os
import secrets
import shutil
import time
from base64 import b32encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from studio.core.errors import StudioError
from studio.core.scratch import SCRATCH
from studio.core.system import sync_folder

STAGING = ".staging-"
DELETED = ".deleted-"

Value = TypeVar("Value")


class Kept(Protocol):
    """What the home keeps in a folder of its own: a data set, a run."""

    id: str
    path: Path


Folder = TypeVar("Folder", bound=Kept)


def new_id() -> str:
    """Return 80 random bits as 16 letters and digits: unguessable, and safe in a file's name."""
    return b32encode(secrets.token_bytes(10)).decode().lower()


@contextmanager
def told_plainly(what: str) -> Iterator[None]:
    """Turn a failure of the disk into a sentence for the user: `what` could not be written."""
    try:
        yield
    except OSError as error:
        raise StudioError(
            f"{what} could not be written: {error.strerror or error}.",
            "Free some space on the disk of the home folder, and check that you may write there.",
        ) from error


def write_bytes(path: Path, content: bytes) -> None:
    """Replace a file as a whole."""
    staged = path.with_name(f"{STAGING}{new_id()}")
    try:
        with staged.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(staged, path)
    except BaseException:
        staged.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_json(path: Path, document: Mapping[str, Any]) -> None:
    """Replace a JSON file as a whole; it says which version of its form it has. Raises ValueError on NaN."""
    assert "version" in document, f"{path.name} must carry its version"
    write_bytes(path, (json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode())


def read_json(path: Path, *, hint: str = "Restore it from a copy, or delete it.") -> dict[str, Any]:
    """Read a JSON file of version 1. Raises StudioError naming the file where it is damaged or newer."""
    try:
        document = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StudioError(f"The file {path} cannot be read: {error.strerror}.", hint) from error
    except (ValueError, RecursionError) as error:
        raise StudioError(f"The file {path} is damaged: {error}.", hint) from error
    if not isinstance(document, dict) or document.get("version") != 1:
        raise StudioError(
            f"The file {path} has a version that this studio does not know.", f"Update the studio. {hint}"
        )
    return document


def read_as(make: Callable[[dict[str, Any]], Value], path: Path, *, hint: str) -> Value:
    """Make a value of the entries of a JSON file, its version left out.

    Raises StudioError where they are not what `make` needs and where the file is missing; FileNotFoundError
    only where its whole folder is gone.
    """
    try:
        document = read_json(path, hint=hint)
    except FileNotFoundError as error:
        if not path.parent.is_dir():
            raise
        raise StudioError(f"The file {path} is missing.", hint) from error
    del document["version"]
    try:
        return make(document)
    except (AssertionError, AttributeError, KeyError, TypeError, ValueError, StudioError) as error:
        # An assertion is one of a value that keeps its invariant: no file of ours breaks it.
        said = error.message.rstrip(".") if isinstance(error, StudioError) else error
        raise StudioError(f"The file {path} is damaged: {said}.", hint) from error


def readable(
    folders: Iterable[Folder], look: Callable[[Folder], Value]
) -> tuple[list[tuple[Folder, Value]], dict[str, str]]:
    """Return the folders with what is seen of them, and by id why some cannot be read.

    A damaged one must not stand in the way of the others; one that was deleted meanwhile is neither.
    """
    found, damaged = [], {}
    for folder in folders:
        try:
            found.append((folder, look(folder)))
        except (StudioError, OSError) as error:
            if folder.path.is_dir():
                damaged[folder.id] = str(error)
    return found, damaged


@contextmanager
def staged_folder(target: Path) -> Iterator[Path]:
    """Yield an empty folder that becomes `target` with everything in it, synced, when the block ends well.

    An earlier folder of that name is replaced. After an error, nothing is left and `target` is as before.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    staged = target.with_name(f"{STAGING}{new_id()}")
    staged.mkdir()
    try:
        yield staged
        sync_tree(staged)
        if target.exists():
            remove_folder(target)
        os.replace(staged, target)
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise
    sync_folder(target.parent)


@contextmanager
def filled_folder(target: Path) -> Iterator[Path]:
    """Like `staged_folder`, for a folder of the user's own: one that is there, and empty, is not replaced.

    It may be the folder somebody works in, or lie where only it can be written.
    """
    if not target.is_dir():
        with staged_folder(target) as staged:
            yield staged
        return
    staged = target / f"{STAGING}{new_id()}"
    staged.mkdir()
    try:
        yield staged
        sync_tree(staged)
        for entry in staged.iterdir():
            os.replace(entry, target / entry.name)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    sync_folder(target)


def sync_tree(folder: Path) -> None:
    """Make every file and folder below survive a power failure."""
    for root, _, names in os.walk(folder, topdown=False):
        for name in names:
            with (Path(root) / name).open("rb+") as file:
                os.fsync(file.fileno())
        sync_folder(Path(root))


def remove_folder(folder: Path) -> None:
    """Delete a folder: it is gone at once, and what a crash leaves of it is swept later."""
    doomed = folder.with_name(f"{DELETED}{new_id()}")
    os.replace(folder, doomed)
    sync_folder(folder.parent)
    shutil.rmtree(doomed, ignore_errors=True)


def sweep(folder: Path, *, older_than_seconds: float = 0.0) -> None:
    """Remove what crashes left in a folder. Where other processes may be writing, spare what is young."""
    if not folder.is_dir():
        return
    for entry in folder.iterdir():
        left = entry.name.startswith((STAGING, DELETED, SCRATCH))
        if left and time.time() - entry.stat().st_mtime >= older_than_seconds:
            if entry.is_dir():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)


def link_or_copy(source: Path, target: Path) -> None:
    """Give a file that never changes a second name; copy it where the file system has no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


@dataclass(frozen=True, slots=True)
class Sealed:
    """One file of a folder as it was when the folder was sealed; `name` is relative, with slashes."""

    name: str
    bytes: int
    sha256: str


def digest(path: Path) -> str:
    """Return the SHA-256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def seal(folder: Path) -> tuple[Sealed, ...]:
    """Return what every file below holds now, in the order of their names."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return tuple(
        Sealed(path.relative_to(folder).as_posix(), path.stat().st_size, digest(path)) for path in files
    )


def damaged(folder: Path, files: tuple[Sealed, ...]) -> tuple[str, ...]:
    """Return the names of the files that are missing or no longer hold what was sealed."""
    return tuple(file.name for file in files if not _holds(folder / file.name, file))


def _holds(path: Path, file: Sealed) -> bool:
    try:
        return path.is_file() and path.stat().st_size == file.bytes and digest(path) == file.sha256
    except FileNotFoundError:
        return False  # Removed between the looks at it.
