"""How much folders hold, also such as somebody is writing in."""

import os
from contextlib import suppress
from pathlib import Path


def size(folder: Path) -> int:
    """Return the bytes of all files below; those that go away while they are counted are none."""
    found = 0
    for root, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                found += os.stat(os.path.join(root, name)).st_size
    return found
