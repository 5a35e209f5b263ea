"""Writers of one file take turns: several threads and processes may want to add a line to it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from studio.core.system import FileLock

_PATIENCE_SECONDS, _PAUSE_SECONDS = 30.0, 0.001
"""A line is written and synced in far less; the kernel frees the lock of a writer that died."""


@contextmanager
def turn_to_write(path: Path) -> Iterator[None]:
    """Wait for one's turn to write `path`. Raises TimeoutError (an OSError) where it does not come."""
    # The lock has a file of its own: on Windows a locked one could not even be read.
    end = time.monotonic() + _PATIENCE_SECONDS
    while (lock := FileLock.take(path.with_suffix(".lock"))) is None:
        if time.monotonic() > end:
            raise TimeoutError(f"another process has kept {path} to itself for too long")
        time.sleep(_PAUSE_SECONDS)
    try:
        yield
    finally:
        lock.release()
