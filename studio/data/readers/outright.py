"""What is refused before a file is opened or copied: no file, none of rows, too large, of a wrong ending."""

import stat
from pathlib import Path

from studio.core.errors import Refused
from studio.data.readers.refusals import refuse_ending

LARGEST_FILE_BYTES = 2 * 1024**3


def refuse_outright(path: Path, name: str) -> None:
    """Raise Refused, with one sentence and the next step, for what nobody need open."""
    size = _size(path, name or str(path))
    if size > LARGEST_FILE_BYTES:
        raise Refused(
            f"The file has {size / 1e9:.1f} GB; files up to {LARGEST_FILE_BYTES / 1e9:.1f} GB are read.",
            "Use a part of it; a few thousand good examples teach more than a million poor ones.",
        )
    refuse_ending(name)
    if size == 0:
        raise Refused("The file is empty.", "Choose a file with a header and at least one row.")


def _size(path: Path, name: str) -> int:
    try:
        found = path.stat()
    except (OSError, ValueError) as error:
        raise Refused(f"There is no file {name} that can be read.", "Check its name and place.") from error
    if stat.S_ISDIR(found.st_mode):
        raise Refused(f"{name} is a folder.", "Choose a file.")
    if not stat.S_ISREG(found.st_mode):
        raise Refused(f"{name} is no file but a device or a pipe.", "Save what it gives as a file.")
    return found.st_size
