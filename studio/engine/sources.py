"""Where a model comes from: the starter, a folder, a GGUF file or the hub, each of them files in a folder."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import ModelCard

from studio.core.errors import Refused
from studio.engine import hub, starter
from studio.engine.converted import Progress, cache_folder, converted_here, licence_of
from studio.engine.gguf_file import ensure_converted
from studio.engine.weight_files import hash_weight_files, never, weight_files

GGUF = ".gguf"
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")


@dataclass(frozen=True, slots=True)
class ModelSource:
    """Where a model's files lie. `weights_hash` is over the weight files: the same weights, the same hash.

    With `labels` it is meant with a new head that sorts texts into these, in this order; else as it is.
    """

    id: str
    path: Path
    revision: str
    """The hub's resolved commit; empty for the starter and for folders."""
    weights_hash: str
    licence: str
    labels: tuple[str, ...] = ()


def resolve(
    model: str,
    revision: str = "",
    *,
    progress: Progress = print,
    stopping: Callable[[], bool] = never,
) -> ModelSource:
    """Return the files of a model: `starter`, a folder, a GGUF file, or a hub id.

    Raises Refused in plain words, and Abandoned where `stopping` says so between two files.
    """
    if model == "starter":
        folder = starter.ensure_starter(progress)
        return ModelSource("starter", folder, "", hash_weight_files(folder, stopping), starter.LICENCE)
    if os.path.isdir(model):  # Path.is_dir would raise on a name that is too long
        return from_folder(Path(model), stopping=stopping)
    if model.lower().endswith(GGUF):
        return _from_gguf(Path(model), progress, stopping)
    _check_hub_id(model)
    fetched = hub.fetch(model, revision, stopping=stopping)
    return from_folder(fetched.folder, id=model, revision=fetched.commit, stopping=stopping)


def source_here(model: str, revision: str = "") -> ModelSource | None:
    """Return a model where its files lie on this machine, unhashed; None where they would have to be fetched.

    Touches no network.
    """
    commit = ""
    folder: Path | None = Path(model)
    if model == "starter":
        folder = cache_folder() / starter.FOLDER_NAME if starter.starter_is_ready() else None
    elif model.lower().endswith(GGUF):
        folder = converted_here(Path(model)) if os.path.isfile(model) else None
    elif not os.path.isdir(model):
        fetched = hub.earlier_download(model, revision) if _HUB_ID.fullmatch(model) else None
        folder, commit = (fetched.folder, fetched.commit) if fetched else (None, "")
    if folder is None or not (folder / "config.json").is_file():
        return None
    return ModelSource(model, folder, commit, "", "")


def _check_hub_id(model: str) -> None:
    if not _HUB_ID.fullmatch(model):
        raise Refused(
            f"There is no folder {model!r}, and it is not the name of a model on the hub.",
            'Give "starter", a hub name such as owner/name, a GGUF file, or a folder that holds a model.',
        )


def _from_gguf(gguf: Path, progress: Progress, stopping: Callable[[], bool]) -> ModelSource:
    if not gguf.is_file():
        raise Refused(f"There is no file {str(gguf)!r}.", "Check the spelling, or give the whole path.")
    folder = ensure_converted(gguf, progress)
    return ModelSource(
        str(gguf.resolve()), folder, "", hash_weight_files(folder, stopping), licence_of(folder)
    )


def from_folder(
    folder: Path, *, id: str = "", revision: str = "", stopping: Callable[[], bool] = never
) -> ModelSource:
    """Return the model that a folder holds. Raises Refused where it holds none that can be read safely."""
    files = weight_files(folder)
    if not (folder / "config.json").exists() or not files:
        raise Refused(_why_no_model(folder), "Choose a folder with config.json and model.safetensors.")
    if (folder / "adapter_config.json").exists():
        raise Refused(
            f"The folder {folder.name} holds an adapter beside a model, and it is unclear which is meant.",
            "Choose a folder with the model alone.",
        )
    weights_hash = hash_weight_files(folder, stopping)
    return ModelSource(id or str(folder.resolve()), folder, revision, weights_hash, _licence(folder))


def _why_no_model(folder: Path) -> str:
    if (folder / "adapter_config.json").exists():
        return f"The folder {folder.name} holds an adapter, not a whole model."
    if any(folder.glob("*.bin")) or any(folder.glob("*.pt")) or any(folder.glob("*.pth")):
        return f"The folder {folder.name} has weights only in a pickled format, which can carry programs."
    return f"The folder {folder.name} holds no model."


def _licence(folder: Path) -> str:
    """Return the licence that the model's card names; empty where it names none."""
    card = folder / "README.md"
    if not card.exists():
        return ""
    try:
        return str(ModelCard.load(card, ignore_metadata_errors=True).data.license or "")
    except ValueError:
        return ""
