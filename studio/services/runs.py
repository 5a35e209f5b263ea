"""The verbs on runs: start, stop, pause, resume, rename, annotate, delete. The worker does the rest."""

import hashlib
import importlib.metadata
import platform
import sys
import time
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import studio
from studio.core.cleaning import since_reading
from studio.core.config import RunConfig
from studio.core.errors import Refused
from studio.core.events import ACTIVE, RunQueued, Status
from studio.core.foreseen import Foreseen
from studio.core.progress import JobProgress, Progress, fold
from studio.core.sizes import size
from studio.core.texts import checked_text
from studio.core.worked import worked
from studio.services import methods
from studio.services.datasets import drop_unused_tokens
from studio.services.recent import RecentStarts
from studio.services.reward_models import with_reward_model
from studio.store.files import readable, told_plainly
from studio.store.foreseen import note_foreseen
from studio.store.home import Home
from studio.store.runs import RunFolder, RunMeta
from studio.store.turns import turn_to_write

NAME_LENGTH, NOTES_LENGTH = 120, 20_000
PACKAGES = ("torch", "transformers", "peft", "accelerate", "safetensors", "tokenizers", "datasets", "numpy")


def start(
    home: Home,
    config: RunConfig,
    *,
    name: str,
    recent: RecentStarts,
    foreseen: Foreseen,
    permit: AbstractContextManager[None],
) -> str:
    """Queue a run and return its id. What it needs has been checked by the caller, who foresaw so much.

    `permit` is entered where a run is really made; it raises Refused where its owner may queue no more.
    """
    settled = methods.settled(with_reward_model(home, config))
    named = checked_text(name, "The name", NAME_LENGTH)

    def create() -> str:
        with permit:
            return _create(home, settled, named)

    run = recent.once(repr((settled, named, home.owner)), create)
    note_foreseen(home.runs.folder(run).path, foreseen)
    return run


def find(home: Home, part: str) -> str:
    """Return the one run whose id is `part` or begins with it, or whose random half does."""
    found = home.runs.matching(part)
    if part in found:
        return part
    if len(found) != 1:
        many = f"{len(found)} runs begin with {part!r}" if found else f"There is no run {part!r}"
        raise Refused(f"{many}.", "Give more of its id; the list of runs shows them all.")
    return found[0]


def _create(home: Home, config: RunConfig, name: str) -> str:
    dataset = home.datasets.folder(config.dataset)
    about = dataset.meta()
    meta = RunMeta(
        name=name or _new_name(home, f"{about.name}, {config.recipe}"),
        notes="",
        created_at=time.time(),
        dataset_name=about.name,
        records_hash=dataset.records_hash(config.dataset_version),
        dataset_format=dataset.report(config.dataset_version).format,
        dataset_licence=about.licence,
        dataset_hub_id=about.hub_id,
        cleaning=since_reading(dataset.steps(config.dataset_version)),
        run_minutes=home.limits.run_minutes,
        day_minutes=home.limits.day_minutes,
    )
    records = dataset.records_file(config.dataset_version)
    return home.runs.create(config, meta, records=records, environment=environment()).id


def _new_name(home: Home, name: str) -> str:
    """Return the name, with a number where an earlier run has it: runs must be told apart."""
    described, _ = readable(home.runs.all(), RunFolder.meta)
    taken = {meta.name for _, meta in described}
    numbered = (f"{name} {number}" for number in count(2))
    return name if name not in taken else next(each for each in numbered if each not in taken)


def environment() -> dict[str, Any]:
    """Return what, beside the config and the data, a result depends on."""
    return {
        "studio": studio.__version__,
        "code": code_version(),
        "python": platform.python_version(),
        "system": platform.platform(),
        "machine": platform.machine(),
        "packages": {name: importlib.metadata.version(name) for name in PACKAGES},
        "command": Path(sys.argv[0]).name,
    }


@cache
def code_version() -> str:
    """Return a hash over the studio's own code."""
    root = Path(studio.__file__).parent
    whole = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        whole.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()[:12]


def stop(home: Home, run: str) -> None:
    """Leave a stop request that the worker obeys. Raises Refused where there is nothing to stop."""
    folder = home.runs.folder(run)
    status = _status(home, folder)
    if status not in ACTIVE:
        raise Refused(f"This run is {status}; there is nothing to stop.", "See it in the list of runs.")
    folder.requests.ask_stop()


def pause(home: Home, run: str) -> None:
    """Leave a request to save the run and let the next one work. Raises Refused where nothing is to pause."""
    folder = home.runs.folder(run)
    status = _status(home, folder)
    if status not in ACTIVE:
        raise Refused(f"This run is {status}; there is nothing to pause.", "See it in the list of runs.")
    if not folder.requests.stop_asked():
        folder.requests.ask_pause()


def resume(home: Home, run: str) -> None:
    """Queue a run again. One that waits already stays as it is."""
    folder = home.runs.folder(run)
    status = _status(home, folder)
    if status == "queued" and not folder.requests.stop_asked():
        return
    _refuse_resume(status)
    folder.requests.clear_stop()
    if status != "queued":
        limits = home.limits
        _note(folder, run_minutes=limits.run_minutes, day_minutes=limits.day_minutes)
    with told_plainly("The run"):
        # Asked again at the moment of writing: another page may have resumed it and a worker begun, or the
        # worker may have stopped one that waited just before the request was taken back.
        folder.append(RunQueued(resume=True), provided=lambda: resumable(_status(home, folder)))


def resumable(status: Status) -> bool:
    """Return whether a run that stands so can be queued again."""
    return status not in (*ACTIVE, "finished")


def _refuse_resume(status: Status) -> None:
    if status in ("running", "finished"):
        hint = "Start a new run to learn longer." if status == "finished" else "Stop it first."
        raise Refused(f"This run is {status}; there is nothing to resume.", hint)


def stop_job(home: Home, run: str, job: str) -> None:
    """Leave a stop request for an exam or export; one that waits is taken out of the queue."""
    folder = home.runs.folder(run)
    waiting = next((request for request in folder.requests.all() if request.job == job), None)
    known = _progress(folder).jobs.get(job)
    if waiting is None and (known is None or known.status(home.live_worker()) != "running"):
        raise Refused("This exam or export is not under way.", "See the run for what it has.")
    folder.requests.ask_stop(job)
    if known is None:
        # Should the worker have taken it between the two lines, it finds the request to stop.
        folder.requests.remove(job)


def rename(home: Home, run: str, name: str) -> None:
    folder = home.runs.folder(run)
    if not name.strip():
        raise Refused("A run needs a name.", "Write a word or two.")
    _note(folder, name=checked_text(name, "The name", NAME_LENGTH))


def annotate(home: Home, run: str, notes: str) -> None:
    _note(home.runs.folder(run), notes=checked_text(notes, "The note", NOTES_LENGTH))


def _note(folder: RunFolder, **known: str | float) -> None:
    """Write what has changed about a run; what another page writes meanwhile stays."""
    with told_plainly("The change"), turn_to_write(folder.path / "meta.json"):
        folder.write_meta(replace(folder.meta(), **known))


def dependents(home: Home, run: str) -> tuple[str, ...]:
    """Say in words what is deleted with a run."""
    folder = home.runs.folder(run)
    found = []
    if steps := folder.checkpoints.steps():
        saved = "1 saved point" if len(steps) == 1 else f"{len(steps)} saved points"
        found.append(f"{saved} of the tuned model ({_megabytes(folder.path / 'checkpoints')})")
    if (folder.path / "exam.json").exists():
        found.append("its exam")
    exports = folder.path / "exports"
    kinds = sorted(path.stem for path in exports.glob("*.json")) if exports.is_dir() else []
    if kinds:
        found.append(f"its exports ({', '.join(kinds)}: {_megabytes(exports)})")
    if found:
        found.append(f"in all {_megabytes(folder.path)} on this disk")
    return tuple(found)


def _megabytes(folder: Path) -> str:
    return f"{size(folder) / 1e6:,.1f} MB"


def delete(home: Home, run: str) -> None:
    """Delete a run with all that hangs on it. Raises Refused while work on it waits or runs."""
    folder, live = home.runs.folder(run), home.live_worker()
    # The requests first: the worker writes that a job began before it takes the request away.
    waiting, progress = folder.requests.all(), _progress(folder)
    busy = bool(waiting) or any(_active(job, live) for job in progress.jobs.values())
    if progress.status(live) in ACTIVE or busy:
        raise Refused("There is still work going on for this run.", "Stop it first, then delete it.")
    if home.limits.day_minutes:
        home.spent.note(folder.meta().owner, worked(folder.read()[0]).all_spans())
    home.runs.delete(run)
    drop_unused_tokens(home)  # a run that went on after its data set was deleted made them anew


def _active(job: JobProgress, live_worker: str | None) -> bool:
    return job.status(live_worker) == "running"


def _status(home: Home, folder: RunFolder) -> Status:
    return _progress(folder).status(home.live_worker())


def _progress(folder: RunFolder) -> Progress:
    return fold(folder.read()[0])
