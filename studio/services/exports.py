"""Exports of a run: made by the worker into the run's folder, downloaded as a zip or copied to a folder.

Each is made into a folder of its own, which the note of its kind then names: until that one write, the
earlier export is the one there is. Its zip lies beside it under the same name, and passes for no other's.
"""

import os
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from studio.core.errors import Refused, StudioError
from studio.engine.sources import ModelSource
from studio.exporters import EXPORTERS, exporter_named
from studio.exporters.job import Exported, ExportedFile, ExportJob, Parity
from studio.exporters.publish import export, refuse_occupied
from studio.services import export_sizes, facts
from studio.services.export_settings import Settings, as_wishes, of_wishes, refuse_another
from studio.services.jobs import Progress, ShouldStop, best_checkpoint, check_best, run_job
from studio.services.queue import Task
from studio.services.space import check_space
from studio.services.training import Signals, material
from studio.services.views import ExportView
from studio.store.files import (
    STAGING,
    Sealed,
    damaged,
    filled_folder,
    new_id,
    read_as,
    remove_folder,
    told_plainly,
    write_json,
)
from studio.store.home import Home
from studio.store.runs import RunFolder

KIND = "export "
"""Begins the kind of an export's job: `export adapter`."""
MAKE_AGAIN = "Delete this file, and export again."


def start(home: Home, run: str, kind: str, *, target: Path | None, settings: Settings) -> str:
    """Queue an export and return its job id. Raises Refused where it cannot be made or has no place to go."""
    folder, wishes = home.runs.folder(run), as_wishes(kind, settings)
    if target is not None:
        _refuse_unusable(target)
    if reason := exporter_named(kind).refusal(folder.config()):
        raise Refused(reason, "Choose another kind of export.")
    refuse_another(folder, KIND + kind, wishes)
    check_best(folder)
    check_space(home, export_sizes.room(folder, kind, of_wishes(kind, wishes)))
    return folder.requests.add(KIND + kind, wishes=wishes)


def _refuse_unusable(target: Path) -> Path:
    """Return the folder that is meant. Raises Refused where something is in it or it cannot be written."""
    try:
        place = target.resolve()
        refuse_occupied(place)
        # A folder that is made and removed again tells more than permissions: a disk may be read-only.
        existing = next(path for path in (place, *place.parents) if path.exists())
        with TemporaryDirectory(prefix=STAGING, dir=existing):
            return place
    except (OSError, RuntimeError) as error:
        why = getattr(error, "strerror", None) or error
        raise Refused(f"{target} cannot be written: {why}.", "Name another folder.") from error


def make(home: Home, task: Task, signals: Signals) -> None:
    """Make the export that was asked for."""
    kind = task.kind.removeprefix(KIND)
    gather = partial(_job, home, task.folder, of_wishes(kind, task.wishes))
    run_job(task, signals, partial(_export, task.folder, kind, gather))


Gather = Callable[[Progress, ShouldStop], ExportJob | None]


def _export(
    folder: RunFolder, kind: str, gather: Gather, progress: Progress, should_stop: ShouldStop
) -> bool:
    job = gather(progress, should_stop)
    if job is None:
        return False
    target = folder.path / "exports" / f"{kind}-{new_id()}"
    made = export(kind, job, target, progress=progress, should_stop=should_stop)
    if made is None:
        return False
    note = {"version": 1, **_document(made), "step": job.step, "folder": target.name}
    with told_plainly("The export"):
        write_json(_note(folder, kind), note)
    _remove_earlier(target, kind)
    return True


def _remove_earlier(target: Path, kind: str) -> None:
    """Remove what the note of this kind no longer names: earlier exports, their zips, what a kill left."""
    for entry in target.parent.iterdir():
        name = entry.name.removesuffix(".zip")
        if name == target.name or not (name == kind or name.startswith(f"{kind}-")):
            continue
        if entry.is_dir():
            remove_folder(entry)
        else:
            entry.unlink(missing_ok=True)


def _job(
    home: Home, folder: RunFolder, settings: object, progress: Progress, should_stop: ShouldStop
) -> ExportJob | None:
    """Gather what is exported; None where it was stopped."""
    step, checkpoint = best_checkpoint(folder)
    gathered = material(folder, lambda text: progress(0, 0, text), should_stop)
    if gathered is None:
        return None
    told = replace(facts.gather(home, folder), step=step)
    return ExportJob(
        config=gathered.config,
        source=gathered.source,
        checkpoint=checkpoint,
        step=step,
        dataset=told.dataset,
        training=gathered.parts.training,
        held_out=gathered.parts.held_out,
        facts=told,
        exam=told.proven,
        settings=settings,
    )


def views(home: Home, run: str) -> tuple[ExportView, ...]:
    """Return the finished exports of a run."""
    folder = home.runs.folder(run)
    found = (_view(folder, kind) for kind in EXPORTERS)
    return tuple(view for view in found if view is not None)


def _view(folder: RunFolder, kind: str) -> ExportView | None:
    if not _note(folder, kind).exists():
        return None
    return read_as(partial(_noted, folder, kind), _note(folder, kind), hint=MAKE_AGAIN)


def _noted(folder: RunFolder, kind: str, document: dict[str, Any]) -> ExportView:
    files = tuple(ExportedFile(**file) for file in document["files"])
    parity = Parity(**document["parity"]) if document["parity"] else None
    place, step = folder.path / "exports" / document["folder"], document["step"]
    earlier = folder.checkpoints.best_step() not in (None, step)
    return ExportView(folder.id, kind, str(place), files, parity, step, earlier)


def sound(folder: RunFolder, kind: str) -> ExportView:
    """Return a finished export whose files are still what they were. Raises Refused, StudioError."""
    exporter_named(kind)
    found = _view(folder, kind)
    if found is None:
        raise Refused(f"This run has no finished export {kind!r}.", "Start the export first.")
    files = tuple(Sealed(file.name, file.bytes, file.sha256) for file in found.files)
    if wrong := damaged(Path(found.path), files):
        raise StudioError(f"The export is damaged on disk: {', '.join(wrong)}.", "Export it again.")
    return found


def archive(home: Home, run: str, kind: str) -> Path:
    """Return a zip of a finished export; made once, and only of files that verify."""
    folder = home.runs.folder(run)
    while True:
        asked_for = _view(folder, kind)
        try:
            return _archive(home, sound(folder, kind))
        except StudioError:
            if _view(folder, kind) == asked_for:
                raise
            # It was made again meanwhile: then that one is what was asked for.


def _archive(home: Home, found: ExportView) -> Path:
    target = Path(f"{found.path}.zip")
    if target.exists():
        return target
    check_space(home, sum(file.bytes for file in found.files))
    staged = target.with_name(f"{STAGING}{new_id()}")
    try:
        # Stored, not deflated: weights do not compress, and a laptop's core has better things to do.
        with zipfile.ZipFile(staged, "w", zipfile.ZIP_STORED) as whole:
            for file in found.files:
                whole.write(Path(found.path) / file.name, f"{found.kind}/{file.name}")
        os.replace(staged, target)
    except OSError as error:
        raise StudioError(f"The download could not be made: {error.strerror}.", "Free some space.") from error
    finally:
        staged.unlink(missing_ok=True)
    return target


def copy(home: Home, run: str, kind: str, *, target: Path) -> ExportView:
    """Copy a finished export into a new or empty folder. Raises Refused where something is in it."""
    found = sound(home.runs.folder(run), kind)
    place = _refuse_unusable(target)
    try:
        with filled_folder(place) as staged:
            shutil.copytree(found.path, staged, dirs_exist_ok=True)
    except OSError as error:
        raise StudioError(
            f"The export could not be written to {target}: {error.strerror or error}.",
            "Free some space, or name another folder.",
        ) from error
    return replace(found, path=str(place))


def code(home: Home, run: str) -> str:
    """Return the script that repeats a run outside the studio."""
    folder = home.runs.folder(run)
    return EXPORTERS["code"].script(folder.config(), _source(folder))


def _source(folder: RunFolder) -> ModelSource:
    """Return the base model as the run noted it. Raises Refused before a worker has looked at it."""
    if (known := facts.base_of(folder)) is None:
        raise Refused("The run has not begun, so its script is not certain yet.", "Wait until it runs.")
    return known


def _document(made: Exported) -> dict[str, object]:
    parity = asdict(made.parity) if made.parity else None
    return {"kind": made.kind, "files": [asdict(file) for file in made.files], "parity": parity}


def _note(folder: RunFolder, kind: str) -> Path:
    return folder.path / "exports" / f"{kind}.json"
