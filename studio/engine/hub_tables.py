"""Fetch a data set from the Hugging Face hub: the Parquet files of one subset and split, and nothing else."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, constants, hf_hub_download
from huggingface_hub.errors import RevisionNotFoundError
from huggingface_hub.hf_api import DatasetInfo

from studio.core.errors import Refused
from studio.engine.hub import check_room, plain_words
from studio.engine.weight_files import Abandoned

CONVERTED = "refs/convert/parquet"
"""Where the hub keeps public data sets of any format as Parquet: SUBSET/SPLIT/0000.parquet."""
MOST_BYTES = 2 * 1000**3
_SHARD = re.compile(r"-\d+-of-\d+(-\w+)?$")
_HINT = "Check the connection, or download the file and add it from this machine."

Shards = Mapping[tuple[str, str], Mapping[str, int]]
"""(subset, split) -> the files with their bytes."""


@dataclass(frozen=True)
class HubTable:
    """`files` are in the order of their rows; `commit` names what they held, `licence` is "" if unknown."""

    files: tuple[Path, ...]
    subset: str
    split: str
    commit: str
    licence: str


@dataclass(frozen=True)
class Watcher:
    """Who looks on while files are fetched: hears (bytes done, bytes in all), and may say to stop."""

    tell: Callable[[int, int], None] = lambda done, total: None
    stopping: Callable[[], bool] = lambda: False


def fetch_table(
    name: str,
    subset: str = "",
    split: str = "",
    *,
    watcher: Watcher | None = None,
    endpoint: str | None = None,
    cache: Path | None = None,
) -> HubTable:
    """Return the files of one subset and split; "" is the usual one, or the only one.

    Raises Refused where they cannot be had, and where the choice is not clear, with what there is; Abandoned
    where the watcher stops it. What was fetched until then stays in the cache, and need not be fetched again.
    """
    with plain_words(name, "", what="data set", hint=_HINT):
        licence, listed = _look(HfApi(endpoint=endpoint), name)
        assert listed.sha is not None
        shards = _shards(listed)
        if not shards:
            raise Refused(
                f"{name} on the hub has no Parquet files, and the hub has not made any of it.",
                "Download its files and add one of them.",
            )
        subset = _chosen(name, "subset", subset, [known for known, _ in shards], usual="default")
        split = _chosen(
            name, "split", split, [one for known, one in shards if known == subset], usual="train"
        )
        files = shards[subset, split]
        _check_room(name, sum(files.values()), cache or Path(constants.HF_HUB_CACHE))
        where = {"revision": listed.sha, "endpoint": endpoint, "cache_dir": cache}
        paths = _downloaded(name, files, _bar(watcher or Watcher(), sum(files.values())), where)
    return HubTable(paths, subset, split, listed.sha, licence)


def _downloaded(name: str, files: Mapping[str, int], bar: Any, where: Mapping[str, Any]) -> tuple[Path, ...]:
    paths = (
        hf_hub_download(name, file, repo_type="dataset", tqdm_class=bar, **where) for file in sorted(files)
    )
    return tuple(map(Path, paths))


def _bar(watcher: Watcher, total: int) -> Any:
    """Return what the hub's library makes and moves as a progress bar for every file; all add up in one.

    Source: the stand-in for a bar that `snapshot_download` itself hands to `hf_hub_download`.
    """
    moved = 0

    def move(step: float | None = 1) -> None:
        nonlocal moved
        moved += int(step or 0)
        watcher.tell(min(moved, total), total)
        if watcher.stopping():
            raise Abandoned

    class Bar:
        def __init__(self, *_: object, initial: float = 0, **__: object) -> None:
            move(initial)  # of an earlier download that broke off

        def __enter__(self) -> "Bar":
            return self

        def __exit__(self, *_: object) -> None:
            self.close()

        def update(self, step: float | None = 1) -> None:
            move(step)

        def update_transfer(self, step: float | None = 1) -> None:
            """Bytes on the wire; those that are written count, in `update`."""

        def set_postfix_str(self, *_: object, **__: object) -> None:
            """Told by nobody."""

        set_transfer_postfix_str = set_postfix_str

        def close(self) -> None:
            """Nothing is drawn."""

    return Bar


def _look(api: HfApi, name: str) -> tuple[str, DatasetInfo]:
    """Return the licence, and what the hub made of the data set; its own files where that is nothing."""
    own = api.dataset_info(name, files_metadata=True)
    licence = own.card_data.get("license") if own.card_data is not None else None
    try:
        listed = api.dataset_info(name, revision=CONVERTED, files_metadata=True)
    except RevisionNotFoundError:
        listed = own
    return licence if isinstance(licence, str) else "", listed


def _shards(info: DatasetInfo) -> Shards:
    found: dict[tuple[str, str], dict[str, int]] = {}
    for file in info.siblings or ():
        if file.rfilename.endswith(".parquet"):
            found.setdefault(_place(file.rfilename), {})[file.rfilename] = file.size or 0
    return found


def _place(path: str) -> tuple[str, str]:
    """Return (subset, split) of SUBSET/SPLIT/0000.parquet or [SUBSET/]SPLIT-00000-of-00001.parquet."""
    *folders, name = path.removesuffix(".parquet").split("/")
    if name.isdigit() and len(folders) >= 2:
        return folders[-2], folders[-1]
    subset = folders[-1] if folders and folders[-1] != "data" else "default"
    return subset, _SHARD.sub("", name)


def _chosen(name: str, what: str, asked: str, known: list[str], *, usual: str) -> str:
    known = list(dict.fromkeys(known))
    if not asked:
        asked = known[0] if len(known) == 1 else usual
    if asked not in known:
        many = f"{name} has several {what}s" if asked == usual else f"{name} has no {what} {asked!r}"
        raise Refused(f"{many}.", f"Choose one of them: {', '.join(known[:20])}.")
    return asked


def _check_room(name: str, needed: int, cache: Path) -> None:
    """Raise Refused before the download where the files are too large to be read, or have no room."""
    if needed > MOST_BYTES:
        raise Refused(
            f"{name} has {needed / 1e9:.1f} GB in this split; {MOST_BYTES / 1e9:.0f} GB is the most.",
            "Choose a smaller subset or split.",
        )
    check_room(name, needed, cache)
