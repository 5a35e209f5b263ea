"""Export a run: written beside the target, tested for parity, synced, and only then renamed into place."""

import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from studio.core.errors import Refused, StudioError
from studio.core.system import sync_folder
from studio.exporters import exporter_named
from studio.exporters.job import Exported, ExportedFile, ExportJob, Parity, Stopped

Progress = Callable[[int, int, str], None]
"""Called with done, total and a message in words."""

STAGING = ".staging-"
"""Begins the name of what is not finished; a studio that starts sweeps such folders from its home."""
_READ_BYTES = 1 << 20


def export(
    kind: str,
    job: ExportJob,
    target: Path,
    *,
    progress: Progress,
    should_stop: Callable[[], bool],
) -> Exported | None:
    """Publish the run as `kind` in the folder `target`; None where it was stopped, and then nothing is left.

    Raises Refused for a kind that does not fit the run and for a target that is not empty; StudioError where
    the disk fails or the exported files do not answer as the studio's own model does.
    """
    job = replace(job, should_stop=should_stop)
    if reason := exporter_named(kind).refusal(job.config):
        raise Refused(reason, "Choose another kind of export.")
    refuse_occupied(target)
    staging = target.absolute().parent / f"{STAGING}{target.name}"
    try:
        _remove(staging)  # what an export that was killed has left
        staging.mkdir(parents=True)
        filled, parity = _fill(kind, job, staging, progress=progress, should_stop=should_stop)
        if not filled:
            return None
        files = _sync(staging, job.go_on)
        _rename(staging, target.absolute())
        return Exported(kind, target, files, parity)
    except Stopped:
        return None
    except OSError as error:
        raise StudioError(
            f"The export could not be written to {target}: {error.strerror or error}.",
            "Free some space or choose another folder, and export again.",
        ) from error
    finally:
        _remove(staging)


def _fill(
    kind: str, job: ExportJob, folder: Path, *, progress: Progress, should_stop: Callable[[], bool]
) -> tuple[bool, Parity | None]:
    """Return whether the folder was filled (else it was stopped), and the parity of its weights."""
    chosen = exporter_named(kind)
    if chosen.HAS_WEIGHTS:
        from studio.exporters import weights  # torch: not before the first page

        fill = chosen.fill if hasattr(chosen, "fill") else partial(weights.fill, kind)
        parity = fill(job, folder, progress=progress, should_stop=should_stop)
        return parity is not None, parity
    progress(0, 1, "Writing the files")
    chosen.write(job, folder)
    return True, None


def refuse_occupied(target: Path) -> None:
    """Raise Refused where something stands in the way: an export never overwrites."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Refused(f"{target} is not an empty folder.", "Name a new or an empty folder.")


def _sync(folder: Path, go_on: Callable[[], None]) -> tuple[ExportedFile, ...]:
    """Bring every file to the disk, and return its size and hash. Raises Stopped where `go_on` does."""
    files = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with path.open("rb+") as file:
            digest = hashlib.sha256()
            while block := file.read(_READ_BYTES):
                digest.update(block)
                go_on()
            os.fsync(file.fileno())
        name = path.relative_to(folder).as_posix()
        files.append(ExportedFile(name, path.stat().st_size, digest.hexdigest()))
        sync_folder(path.parent)
    return tuple(files)


def _rename(staging: Path, target: Path) -> None:
    if target.exists():
        target.rmdir()  # empty, or it was refused; some systems do not rename onto a folder
    os.replace(staging, target)
    sync_folder(target.parent)


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
