"""Send finished files to a repository of the Hugging Face hub, as one commit (path: after the export).

The hub's own client sends them, given files that count what is read of them: so progress is in bytes, and a
stop takes effect within a file. (The client sends such files by Git LFS, not by Xet.) A file that the hub has
already is not sent again. A repository is made private unless it is said otherwise; none is ever opened.
"""

import logging
import math
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from httpx2 import TransportError
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, constants, get_token
from huggingface_hub.utils import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

from studio.core.errors import Refused, StudioError
from studio.core.keys import HUB_TOKEN, Key
from studio.core.words import about, count
from studio.engine.hub_line import AGAIN, Busy, CountedFile, Line, in_words, root_of, use

MARK = "fine-tuning-studio"
"""The tag in the model card by which a repository is known that the studio filled."""
OURS = (
    *("*.safetensors", "*.safetensors.index.json", "*.gguf", "*.onnx", "*.onnx.data", "Modelfile"),
    *("config.json", "generation_config.json", "adapter_config.json", "chat_template.jinja"),
    *("tokenizer*", "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt"),
    *("load_adapter.py", "get_base.py"),
)
"""What decides which model a repository loads: none of an earlier sending may stand beside the new one."""
WAITS_SECONDS = (2.0, 8.0, 30.0)
"""Before the whole is tried again while the hub is busy; it may ask for more."""
LONGEST_WAIT_SECONDS = 300.0
SILENT_SECONDS = 300.0
"""A line on which nothing moved for so long is given up: the library would wait for ever."""
LOOK_SECONDS = 0.1

Progress = Callable[[int, int, str], None]
Pause = Callable[[float], None]
"""Waits so many seconds; raises where somebody asks to stop meanwhile."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """Files of a folder, by their names in it, for a repository `owner/name`. `title` names the commit."""

    folder: Path
    names: Sequence[str]
    title: str
    repository: str
    private: bool = True
    is_space: bool = False
    """The files are a page of its own (a Gradio Space), not a model."""

    @property
    def kind(self) -> str:
        """The hub's word for what the repository holds."""
        return "space" if self.is_space else "model"


@dataclass(frozen=True, slots=True)
class Pushed:
    """What the hub has now: the page's address, its newest commit, who sees it, which files are gone."""

    address: str
    commit: str
    private: bool
    removed: tuple[str, ...]


def page_of(repository: str, *, is_space: bool = False) -> str:
    """Return the address of a repository's page."""
    return f"{constants.ENDPOINT}/{'spaces/' if is_space else ''}{repository}"


def is_signed_in() -> bool:
    """Return whether this machine has a token of the hub; asks nobody."""
    return bool(os.environ.get(HUB_TOKEN)) or Path(constants.HF_TOKEN_PATH).is_file()


def machine_token() -> Key:
    """Return the token of this machine: of the environment, else of `hf auth login`. Raises StudioError."""
    key = Key(get_token() or "")
    if not key:
        raise StudioError(
            "This machine is not signed in to the hub.", "Enter a token, or run `hf auth login` first."
        )
    return key


def push(parcel: Parcel, key: Key, *, progress: Progress, pause: Pause) -> Pushed:
    """Send the files and return what the hub has then; where nothing is new no commit is made.

    Waits and tries again where the hub is busy or the line is cut. Raises StudioError in plain words where it
    cannot be done, and whatever `pause` raises: then no more is sent; large files that arrived stay there.
    """
    for wait in (*WAITS_SECONDS, math.inf):
        try:
            return _attempt(parcel, key, progress, pause)
        except (Busy, TransportError) as error:
            seconds = max(wait, error.wait_seconds) if isinstance(error, Busy) else wait
            told = in_words(error, parcel.repository, key)
            assert told is not None
            if seconds > LONGEST_WAIT_SECONDS:
                raise told from error
            progress(0, 0, f"{told.message} Once more in {about(seconds)}")
            pause(seconds)
    raise AssertionError("the last attempt returns or raises")


def _attempt(parcel: Parcel, key: Key, progress: Progress, pause: Pause) -> Pushed:
    """Send from a thread of its own: the library cannot be told to stop, and waits for ever on a dead line.

    Raises Busy and TransportError where it may go better later.
    """
    line = Line()
    results: list[Pushed | Exception] = []
    thread = threading.Thread(
        target=lambda: results.append(_sent(parcel, key, line)), name="studio-hub", daemon=True
    )
    thread.start()
    try:
        while thread.is_alive():
            progress(line.done, line.total, line.message)
            if not line.committing:
                pause(0.0)
            if time.monotonic() - line.heard_at > SILENT_SECONDS:
                raise StudioError(
                    f"Nothing moved on the line to the hub for {about(SILENT_SECONDS)}.",
                    f"Check the connection. {AGAIN}",
                )
            thread.join(LOOK_SECONDS)
    finally:
        line.ended.set()
    (result,) = results
    if isinstance(result, Exception):
        raise result
    return result


def _sent(parcel: Parcel, key: Key, line: Line) -> Pushed | Exception:
    """Return what came of a sending, or what went wrong: who waits for this thread raises it."""

    use(line)
    try:
        with _quiet(), ExitStack() as opened:
            return _send(parcel, HfApi(token=key.reveal()), line, opened)
    except Exception as error:
        found = root_of(error)
        if isinstance(found, Busy | TransportError):
            return found
        return in_words(found, parcel.repository, key) or error


def _send(parcel: Parcel, api: HfApi, line: Line, opened: ExitStack) -> Pushed:
    line.say("Making room at the hub")
    api.create_repo(
        parcel.repository,
        repo_type=parcel.kind,
        private=parcel.private,
        space_sdk="gradio" if parcel.is_space else None,
        exist_ok=True,
    )
    private, before = _what_is_there(parcel, api)
    additions = []
    for name in parcel.names:
        path = parcel.folder / name
        line.say(f"Reading {name}", path.stat().st_size)
        addition = CommitOperationAdd(name, opened.enter_context(CountedFile(path, line)))
        line.say(f"Sending {name}", path.stat().st_size)
        api.preupload_lfs_files(
            parcel.repository, [addition], repo_type=parcel.kind, free_memory=False, num_threads=1
        )
        additions.append(addition)
    removed = tuple(name for name in before if name not in parcel.names and _is_ours(name))
    line.say("Putting the files in place at the hub")
    line.committing = True
    made = api.create_commit(
        parcel.repository,
        [*additions, *(CommitOperationDelete(name) for name in removed)],
        repo_type=parcel.kind,
        commit_message=parcel.title,
    )
    page = page_of(parcel.repository, is_space=parcel.is_space)
    return Pushed(page, made.oid, private, removed)


def _what_is_there(parcel: Parcel, api: HfApi) -> tuple[bool, tuple[str, ...]]:
    """Return who sees a repository, and its files. Raises Refused where it is not the one that is meant."""
    info = api.repo_info(parcel.repository, repo_type=parcel.kind)
    names = tuple(file.rfilename for file in info.siblings or ())
    strange = [name for name in names if _is_ours(name)]
    if strange and MARK not in (info.tags or ()):
        raise Refused(
            f"{parcel.repository} holds a model already that did not come from this studio "
            f"({strange[0]} and {count(len(strange) - 1, 'more file')}).",
            "Choose another name, so that nothing of yours is replaced.",
        )
    if parcel.private and not info.private:
        raise Refused(
            f"{parcel.repository} is at the hub already, and everyone can see it.",
            "Make it private in its settings there, choose another name, or say that everyone may see it.",
        )
    return bool(info.private), names


def _is_ours(name: str) -> bool:
    """Return whether a name is one that exports have, in a Space also in its folders."""
    own = name.removeprefix("model/").removeprefix("base/")
    return "/" not in own and any(fnmatch(own, pattern) for pattern in OURS)


@contextmanager
def _quiet() -> Iterator[None]:
    """Let the library write nothing on the terminal meanwhile: what it does is told as progress."""
    log = logging.getLogger("huggingface_hub")
    level, draws_bars = log.level, not are_progress_bars_disabled()
    log.setLevel(logging.ERROR)
    disable_progress_bars()
    try:
        yield
    finally:
        log.setLevel(level)
        if draws_bars:
            enable_progress_bars()
