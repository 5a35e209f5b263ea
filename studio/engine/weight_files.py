"""The files of a model on disk: which hold its weights, and the hash by which the same weights are known."""

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path


class Abandoned(Exception):
    """The user asked to stop while a model's files were fetched or checked."""


def never() -> bool:
    """For callers that nobody can stop."""
    return False


def weight_files(folder: Path) -> list[Path]:
    """Return the safetensors files of a model's folder by name."""
    return sorted(folder.glob("model*.safetensors"))


def hash_weight_files(folder: Path, stopping: Callable[[], bool] = never) -> str:
    """Return one SHA-256 over all weight files. Raises Abandoned where `stopping` says so between two."""
    whole = hashlib.sha256()
    for path in weight_files(folder):
        if stopping():
            raise Abandoned
        whole.update(path.name.encode() + bytes.fromhex(sha256(path)))
    return whole.hexdigest()


def sha256(path: Path) -> str:
    """Return a file's SHA-256; each file is read once in a process, and again when it has changed."""
    facts = path.stat()
    return _sha256(path, facts.st_size, facts.st_mtime_ns)


@lru_cache(maxsize=1024)
def _sha256(path: Path, size: int, modified_ns: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
