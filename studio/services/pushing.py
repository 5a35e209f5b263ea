"""A finished export is sent to the Hugging Face hub: asked for by a person, done by the worker, and noted.

What is sent is the export itself, checked again against its hashes, and never another copy. A token that was
entered stays in this process and is written nowhere: another one that takes the job up says so.
"""

import json
import re
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from studio.core.errors import Refused, StudioError
from studio.core.keys import Key
from studio.core.progress import fold
from studio.core.shapes import shaped
from studio.engine import hub_push
from studio.engine.hub_line import TOKENS_PAGE
from studio.engine.hub_push import Parcel
from studio.exporters import EXPORTERS
from studio.services import exports
from studio.services.jobs import Progress, ShouldStop, run_job
from studio.services.judge_address import refuse_open_key
from studio.services.keys import Keys
from studio.services.queue import Task
from studio.services.training import Signals
from studio.services.waiting import Stopped, pause
from studio.store.files import read_as, told_plainly, write_json
from studio.store.home import Home
from studio.store.owned import ME
from studio.store.runs import RunFolder

KIND = "export hub"
SENT = "pushed.json"
SPACE = "space"
"""The kind of export that is no model at the hub, but a page of its own."""
OFFERED = tuple(kind for kind, exporter in EXPORTERS.items() if exporter.HAS_WEIGHTS)
"""The exports that can be sent: each has a card."""
_PART = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9])?"
_NAME = re.compile(rf"({_PART})/({_PART})")
_PAGE = re.compile(r"^https?:/{1,2}(www\.)?huggingface\.co/(spaces/)?")
_HINT = "Delete this file; what is at the hub stays there."


@dataclass(frozen=True, slots=True)
class Push:
    """What is sent where: the export of the kind `of`, to the repository `owner/name`."""

    of: str
    repository: str
    private: bool = True


@dataclass(frozen=True, slots=True)
class Sent:
    """An export that is at the hub: where, who sees it, and of which step its weights are."""

    of: str
    repository: str
    private: bool
    address: str
    commit: str
    step: int
    at: float
    removed: tuple[str, ...] = ()
    """Files of an earlier sending that were taken away; the hub keeps them in its history."""


def checked_repository(text: str) -> str:
    """Return `owner/name`, also of the address of a page at the hub. Raises Refused where it is none."""
    name = _PAGE.sub("", text.strip()).strip("/")
    found = _NAME.fullmatch(name)
    if found is None or "--" in name or ".." in name or name.endswith(".git"):
        raise Refused(
            f"{text.strip()!r} is no name at the hub.",
            "Write your name there, a slash, and what the model shall be called: your-name/my-model. "
            "Letters, digits, dots, - and _ may be in it.",
        )
    return name


def start(home: Home, keys: Keys, run: str, push: Push, key: Key) -> tuple[str, ...]:
    """Queue what sends an export, after what makes it where none is there of the best point; return the jobs.

    An empty `key` is the token of the machine that does the work. Raises Refused where it cannot be sent so.
    """
    folder = home.runs.folder(run)
    if push.of not in OFFERED:
        raise Refused(f"An export {push.of!r} is not sent to the hub.", f"Choose of: {', '.join(OFFERED)}.")
    push = Push(push.of, checked_repository(push.repository), push.private)
    refuse_open_key(hub_push.page_of(push.repository), key)
    if key and not home.held and (holder := home.holder()) is not None:
        raise Refused(
            f"Another process of the studio ({holder.process}) does the work of this home, and is not told "
            "a token that was entered here.",
            "Send it in that studio, or close it first.",
        )
    _refuse_no_token(home, key)
    _refuse_second(home, folder, push)
    making = (
        () if _is_made(home, run, push.of) else (exports.start(home, run, push.of, target=None, settings={}),)
    )
    # The ticket stands beside its place in one wish: no token can reach a place it was not entered for.
    wish = json.dumps({**asdict(push), "ticket": keys.put(key)})
    # A moment later than what makes the export: the queue does first what was asked for first.
    return (*making, folder.requests.add(KIND, time.time() + 0.001, wishes=(wish,)))


def _refuse_no_token(home: Home, key: Key) -> None:
    """Raise Refused where no token was entered and the machine has none, or one that is somebody else's."""
    hint = f"Enter one that may write: {TOKENS_PAGE}."
    if not key and home.owner != ME:
        raise Refused("A token is needed: the one of this machine is its owner's.", hint)
    if not key and not hub_push.is_signed_in():
        raise Refused("A token of the hub is needed.", hint)


def _is_made(home: Home, run: str, kind: str) -> bool:
    return any(view.kind == kind and not view.earlier for view in exports.views(home, run))


def _refuse_second(home: Home, folder: RunFolder, push: Push) -> None:
    """Raise Refused beside a sending under way, and beside another one that waits."""
    waiting = [_wish(request.wishes)[0] for request in folder.requests.all() if request.kind == KIND]
    if any(other != push for other in waiting):
        raise Refused(
            f"Something else waits to be sent to {waiting[0].repository}.", "Wait until it is, or stop it."
        )
    jobs, live = fold(folder.read()[0]).jobs.values(), home.live_worker()
    if any(job.started.kind == KIND and job.status(live) == "running" for job in jobs):
        raise Refused("This run is being sent to the hub now.", "Wait until it is there, or stop it.")


def _wish(wishes: tuple[str, ...]) -> tuple[Push, str]:
    """Return what is sent where, and the ticket of its token. The newest wish counts."""
    try:
        wish = json.loads(wishes[-1])
        ticket = wish.pop("ticket")
        return shaped(Push, wish), ticket
    except (IndexError, ValueError, KeyError, TypeError) as error:
        raise StudioError("The request does not say what is sent.", "Stop it, and send again.") from error


def hold(home: Home, keys: Keys, task: Task, signals: Signals) -> None:
    """Send what was asked for."""
    run_job(task, signals, partial(_send, home, keys, task))


def _send(home: Home, keys: Keys, task: Task, progress: Progress, should_stop: ShouldStop) -> bool:
    folder, (push, ticket) = task.folder, _wish(task.wishes)
    key = keys.take(ticket) if ticket else hub_push.machine_token()
    if not key:
        raise StudioError(
            "The token is not known to this process: it is never written down.",
            "Enter it again and send again: files that have arrived are not sent twice.",
        )
    progress(0, 0, "Checking the files")
    found = exports.sound(folder, push.of)
    parcel = Parcel(
        folder=Path(found.path),
        names=[file.name for file in found.files],
        title=f"{EXPORTERS[push.of].TITLE}, weights of step {found.step}",
        repository=push.repository,
        private=push.private,
        is_space=push.of == SPACE,
    )
    try:
        made = hub_push.push(parcel, key, progress=progress, pause=partial(pause, should_stop))
    except Stopped:
        return False
    sent = Sent(
        push.of,
        push.repository,
        made.private,
        made.address,
        made.commit,
        found.step,
        time.time(),
        made.removed,
    )
    _note(folder, sent)
    return True


def _note(folder: RunFolder, sent: Sent) -> None:
    """Keep the newest sending to each repository."""
    kept = [each for each in views(folder) if each.address != sent.address]
    with told_plainly("What was sent"):
        write_json(folder.path / SENT, {"version": 1, "sent": [asdict(each) for each in (*kept, sent)]})


def views(folder: RunFolder) -> Sequence[Sent]:
    """Return what of a run is at the hub, the newest last. Raises StudioError on a damaged file."""
    path = folder.path / SENT
    return read_as(_sent_from, path, hint=_HINT) if path.exists() else ()


def _sent_from(document: dict[str, object]) -> Sequence[Sent]:
    entries = document["sent"]
    assert isinstance(entries, list)
    return tuple(shaped(Sent, {**entry, "removed": tuple(entry["removed"])}) for entry in entries)
