"""A GGUF file that a user brings: read once, and from then on a folder like any other model."""

import shutil
import tempfile
from pathlib import Path

from gguf import GGUFReader

from studio.core.errors import Refused
from studio.engine.converted import (
    MANIFEST,
    Progress,
    convert,
    converted_here,
    move_into_place,
    place_of,
    write_manifest,
)

UNREADABLE = (ValueError, KeyError, IndexError, TypeError, OverflowError, NotImplementedError)
"""What gguf and transformers raise on a file that is damaged, or of a family they do not know."""


def ensure_converted(gguf: Path, progress: Progress) -> Path:
    """Return the folder of a GGUF file, turning it into one first where that was not done yet.

    Weights are kept in 32 bits: none of what the file holds is rounded.
    Raises Refused where the file cannot be read, or the disk has no room.
    """
    if (folder := converted_here(gguf)) is not None:
        return folder
    folder = place_of(gguf)
    folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    try:
        parameters, licence = _read_header(gguf)
        _check_room(gguf, parameters * 4, folder.parent)
        progress(f"Converting {gguf.name} (once) ...")
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix="converting-") as staging:
            built = Path(staging) / "model"
            # Alone in its folder: what lies beside the file (adapters, configurations) is none of its own.
            alone = Path(staging) / "source" / "model.gguf"
            alone.parent.mkdir()
            _put(gguf, alone)
            convert(alone, built, "float32")
            write_manifest(built / MANIFEST, {"gguf": gguf.name, "licence": licence})
            move_into_place(built, folder, MANIFEST)
    except UNREADABLE as error:
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise Refused(
            f"The GGUF file {gguf.name} cannot be read: {said}",
            "Fetch it again, or choose the same model as safetensors.",
        ) from error
    return folder


def _put(gguf: Path, alone: Path) -> None:
    try:
        alone.symlink_to(gguf.resolve())
    except OSError:  # Windows without the right to make links
        shutil.copyfile(gguf, alone)


def _read_header(gguf: Path) -> tuple[int, str]:
    """Return the number of weights, and the licence where the file names one."""
    reader = GGUFReader(gguf)
    licence = reader.get_field("general.license")
    named = licence.contents() if licence is not None else ""
    return sum(int(tensor.n_elements) for tensor in reader.tensors), str(named)


def _check_room(gguf: Path, needed: int, place: Path) -> None:
    free = shutil.disk_usage(place).free
    if needed > free:
        raise Refused(
            f"{gguf.name} takes {needed / 1e9:.1f} GB of disk as it is trained, and {free / 1e9:.1f} GB are "
            "free.",
            "Free some space, or set STUDIO_CACHE to a folder on another disk.",
        )
