"""Data sets of the Hugging Face hub: named as `hf:owner/name[/subset][@split]`, fetched, read like a file."""

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from studio.core.errors import Refused
from studio.core.report import DatasetReport
from studio.data.readers import outright
from studio.data.shards import joined
from studio.engine.hub_tables import Watcher, fetch_table
from studio.services.intake import NAME_LENGTH, arrival_of, check
from studio.store.incoming import Arrival

SCHEME = "hf:"
_ADDRESS = re.compile(r"hf:(?P<id>[^/@]+/[^/@]+)(?:/(?P<subset>[^/@]+))?(?:@(?P<split>[^/@]+))?")


@dataclass(frozen=True)
class HubName:
    """Empty: the only subset or the one named "default"; the split named "train" or the only one."""

    id: str
    subset: str = ""
    split: str = ""


def is_address(text: str) -> bool:
    return text.startswith(SCHEME)


def name_of(address: str) -> HubName:
    """Read an address. Raises Refused where it is none."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise Refused(
            f"{address!r} is no data set of the hub.", "Write hf:owner/name, hf:owner/name/subset@split."
        )
    return HubName(found["id"], found["subset"] or "", found["split"] or "")


def address_of(name: str, subset: str = "", split: str = "") -> str:
    """Return the address of what a person named in three fields. Raises Refused where that is none."""
    name, subset, split = name.strip(), subset.strip(), split.strip()
    address = f"{SCHEME}{name}" + (f"/{subset}" if subset else "") + (f"@{split}" if split else "")
    if name_of(address) != HubName(name, subset, split):
        raise Refused(f"{address!r} is no data set of the hub.", "Write its name as there: owner/name.")
    return address


def expected(address: str) -> Arrival:
    """Return what is known of a data set of the hub before it is fetched."""
    return Arrival(name=address, title=address.removeprefix(SCHEME)[:NAME_LENGTH], address=address)


def refuse_outright(place: Path) -> None:
    """Raise Refused for what nobody need open: no file and no address, too large, of a wrong ending."""
    if is_address(str(place)):
        name_of(str(place))
    else:
        outright.refuse_outright(place, place.name)


def check_named(place: Path, mapping: Mapping[str, str] | None) -> DatasetReport:
    """Look at a file, or at a data set of the hub by its address, and keep nothing."""
    if not is_address(str(place)):
        return check(place, place.name, mapping)
    with fetched(name_of(str(place)), mapping) as (path, arrival):
        return check(path, arrival.name, mapping)


@contextmanager
def named(place: Path, mapping: Mapping[str, str] | None) -> Iterator[tuple[Path, Arrival]]:
    """Yield a file with what is known of it: one of this machine, or the hub's by its address."""
    if is_address(str(place)):
        with fetched(name_of(str(place)), mapping) as found:
            yield found
        return
    yield place, arrival_of(place.name, mapping)


@contextmanager
def fetched(
    name: HubName, mapping: Mapping[str, str] | None = None, watcher: Watcher | None = None
) -> Iterator[tuple[Path, Arrival]]:
    """Yield a table with what is known of it; it may go away afterwards. Takes as long as the download.

    Raises Refused, with the subsets and splits there are, where the name fits none; Abandoned where the
    watcher stops it.
    """
    table = fetch_table(name.id, name.subset, name.split, watcher=watcher)
    file_name = f"{name.id.rpartition('/')[2]} {table.subset} {table.split}.parquet"
    title = f"{name.id} ({table.subset}, {table.split})"
    with tempfile.TemporaryDirectory(prefix="studio-hub-") as folder:
        path = joined(table.files, Path(folder) / "table.parquet")
        yield (
            path,
            Arrival(
                file_name,
                title[:NAME_LENGTH],
                dict(mapping or {}),
                licence=table.licence,
                hub_id=name.id,
            ),
        )
