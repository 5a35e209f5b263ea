"""Fetch a model from the Hugging Face hub: weights as safetensors only, refusals in one plain sentence."""

import fnmatch
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from huggingface_hub import HfApi, constants, snapshot_download
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.hf_api import ModelInfo

from studio.core.errors import Refused
from studio.core.limits import MEGABYTE, read_limits
from studio.core.words import size
from studio.engine.weight_files import Abandoned, never

WANTED = (
    "config.json",
    "generation_config.json",
    "model*.safetensors",
    "model.safetensors.index.json",
    "tokenizer.json",
    "tokenizer.model",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "chat_template.jinja",
    "vocab.json",
    "merges.txt",
    "README.md",
)
"""No pickled weights, no Python, no adapter configuration that would lead to another model."""

_COMMIT = re.compile(r"[0-9a-f]{40}")
_STARTER_HINT = 'Check the connection, or choose "starter", which needs no hub.'


@dataclass(frozen=True, slots=True)
class Fetched:
    folder: Path
    commit: str
    """The resolved commit: the same run can be repeated although the model's page changes."""


def fetch(
    model: str,
    revision: str = "",
    *,
    endpoint: str | None = None,
    cache: Path | None = None,
    stopping: Callable[[], bool] = never,
) -> Fetched:
    """Return the model's files, from the hub or, without a network, from an earlier download.

    A commit never changes: where it is here already, the hub is not asked. `endpoint` None is HF_ENDPOINT or
    the hub itself. Raises Refused where the model cannot be had, Abandoned where `stopping` says so between
    two files.
    """
    if _COMMIT.fullmatch(revision) and (known := earlier_download(model, revision, cache)) is not None:
        return known
    with plain_words(model, revision):
        try:
            info = HfApi(endpoint=endpoint).model_info(model, revision=revision or None, files_metadata=True)
        except (httpx2.TransportError, OfflineModeIsEnabled):
            return _earlier_download(model, revision, cache)
        assert info.sha is not None
        _check(info, model, cache or Path(constants.HF_HUB_CACHE))
        folder = ""
        for names in (*([name] for name in _weights(info)), list(WANTED)):
            if stopping():
                raise Abandoned
            folder = snapshot_download(
                model, revision=info.sha, endpoint=endpoint, cache_dir=cache, allow_patterns=names
            )
    if revision != info.sha:
        _remember(model, revision or "main", commit=info.sha, cache=cache)
    return Fetched(Path(folder), info.sha)


def earlier_download(model: str, revision: str, cache: Path | None = None) -> Fetched | None:
    """Return what an earlier download left, whole; None where there is none. Touches no network."""
    try:
        found = _earlier_download(model, revision, cache)
    except (LocalEntryNotFoundError, HFValidationError):
        return None
    return found if _has_weights(found.folder) else None


def _has_weights(folder: Path) -> bool:
    """Return whether all weights are here: other programs may have fetched the configuration alone."""
    index = folder / "model.safetensors.index.json"
    names = {"model.safetensors"}
    if index.exists():
        names = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
    return all((folder / name).exists() for name in names)


def _weights(info: ModelInfo) -> list[str]:
    names = (file.rfilename for file in info.siblings or ())
    return [name for name in names if fnmatch.fnmatch(name, "model*.safetensors")]


def _earlier_download(model: str, revision: str, cache: Path | None) -> Fetched:
    folder = Path(
        snapshot_download(
            model,
            revision=revision or None,
            cache_dir=cache,
            local_files_only=True,
            allow_patterns=list(WANTED),
        )
    )
    return Fetched(folder, folder.name)


def _remember(model: str, revision: str, *, commit: str, cache: Path | None) -> None:
    """Note in the hub cache which commit a branch stood for: a start without a network asks it."""
    owner_and_name = model.replace("/", "--")
    reference = Path(cache or constants.HF_HUB_CACHE) / f"models--{owner_and_name}" / "refs" / revision
    reference.parent.mkdir(parents=True, exist_ok=True)
    reference.write_text(commit)


def _check(info: ModelInfo, model: str, cache: Path) -> None:
    """Raise Refused before the download where the files would be of no use or have no room."""
    names = [file.rfilename for file in info.siblings or ()]
    if "config.json" not in names:
        kind = (
            "an adapter, not a whole model" if "adapter_config.json" in names else "not a transformers model"
        )
        raise Refused(
            f"{model} on the hub is {kind}: it has no config.json.", "Choose a model in that format."
        )
    if not _weights(info):
        raise Refused(
            f"{model} has no weights as safetensors; other formats can carry programs and are not read.",
            "Choose a model that has a model.safetensors file.",
        )
    needed = sum(
        file.size or 0
        for file in info.siblings or ()
        if any(fnmatch.fnmatch(file.rfilename, pattern) for pattern in WANTED)
    )
    _check_allowed(model, needed)
    check_room(model, needed, cache)


def _check_allowed(model: str, needed_bytes: int) -> None:
    """Raise Refused where no model so large may be fetched here: it stays, whoever asked for it."""
    most = read_limits(os.environ).model_mb * MEGABYTE
    if 0 < most < needed_bytes:
        raise Refused(
            f"{model} takes {size(needed_bytes)}, and a model that is fetched may take {size(most)} here.",
            "Choose a smaller one; the starter is here already.",
        )


def check_room(name: str, needed_bytes: int, cache: Path) -> None:
    """Raise Refused before a download that the disk of the hub's cache cannot hold."""
    cache.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(cache).free
    if needed_bytes > free:
        raise Refused(
            f"{name} takes {needed_bytes / 1e9:.1f} GB of disk and {free / 1e9:.1f} GB are free.",
            "Free some space, or set HF_HOME to a folder on another disk.",
        )


@contextmanager
def plain_words(
    model: str, revision: str, *, what: str = "model", hint: str = _STARTER_HINT
) -> Iterator[None]:
    """Translate what the hub and the network can answer; `what` it was asked for, `hint` what else helps."""
    try:
        yield
    except GatedRepoError as error:
        raise Refused(
            f"{model} is gated: its owner wants you to accept terms first.",
            f"Accept them on the {what}'s page, sign in with `hf auth login`, and try again.",
        ) from error
    except (RepositoryNotFoundError, HFValidationError) as error:
        raise Refused(
            f"There is no {what} named {model!r} on the hub, or it is private.",
            "Check the spelling (owner/name); for a private one sign in with `hf auth login`.",
        ) from error
    except RevisionNotFoundError as error:
        raise Refused(
            f"{model} has no revision {revision!r}.", f"Use a branch, tag or commit of the {what}."
        ) from error
    except LocalEntryNotFoundError as error:
        raise Refused(
            f"The hub could not be reached, and {model} was not downloaded before.", hint
        ) from error
    except HfHubHTTPError as error:
        raise Refused(_refusal(model, error.response.status_code), hint) from error
    except (httpx2.HTTPError, OSError) as error:
        said = re.sub(r"\s+", " ", str(error))[:200]
        raise Refused(
            f"The download of {model} broke off: {said}.",
            "Try again: what was complete is kept. " + hint,
        ) from error


def _refusal(model: str, status: int) -> str:
    if status in (401, 403):
        return f"The hub does not let you have {model} (answer {status})."
    if status == 429:
        return (
            f"The hub asks for patience before it gives out {model} (answer {status}); try in some minutes."
        )
    return f"The hub has trouble of its own and did not give out {model} (answer {status})."
