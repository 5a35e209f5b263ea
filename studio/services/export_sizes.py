"""How large each export of a run will be: told before it is made, and asked of the disk."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from studio.core.config import DataSettings
from studio.core.errors import StudioError
from studio.core.progress import fold
from studio.engine.sources import ModelSource, source_here
from studio.engine.tunings import tuning_named
from studio.engine.weight_files import weight_files
from studio.exporters import EXPORTERS, exporter_named
from studio.exporters.job import Amounts
from studio.exporters.sizes import expected_bytes, needed_bytes
from studio.services.export_settings import Settings, own_settings
from studio.store.home import Home
from studio.store.records import RecordFile
from studio.store.runs import RunFolder

TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja")
"""What `save_pretrained` of a tokenizer writes; the template stands in a file of its own."""


def sizes(home: Home, run: str, settings: Settings) -> Mapping[str, int]:
    """Return about how many bytes each kind will take that this run can be handed over as.

    `settings` may be of several kinds: each takes its own of them, and its defaults for the rest. Raises
    StudioError where something of the run is damaged.
    """
    folder = home.runs.folder(run)
    amounts, config = _amounts(folder), folder.config()
    if amounts is None:
        return {}
    return {
        kind: expected_bytes(exporter, amounts, own_settings(exporter, settings))
        for kind, exporter in EXPORTERS.items()
        if not exporter.refusal(config)
    }


def room(folder: RunFolder, kind: str, settings: Any) -> int:
    """Return about how many bytes must be free for an export; 0 where nothing can be said."""
    amounts = _amounts(folder)
    return needed_bytes(exporter_named(kind), amounts, settings) if amounts else 0


def _amounts(folder: RunFolder) -> Amounts | None:
    """Return what sizes follow from; None where the start stood in a damaged line, a warning already."""
    started = fold(folder.read()[0]).started
    if started is None:
        return None
    rows, held_out = _rows_bytes(folder, started.training_rows, started.held_out_rows)
    return Amounts(
        trained_parameters=started.trainable_parameters,
        all_parameters=started.total_parameters,
        tokenizer_bytes=_tokenizer_bytes(folder),
        rows_bytes=rows,
        held_out_rows_bytes=held_out,
        base_bytes=_base_bytes(folder),
    )


def _rows_bytes(folder: RunFolder, training: int, held_out: int) -> tuple[int, int]:
    """Return the bytes of the rows that were used, and of those among them that were held back."""
    try:
        kept = folder.records_file.stat().st_size
    except OSError as error:
        raise StudioError(
            f"The rows of this run cannot be read: {error.strerror or error}.",
            "Bring the run's folder back from a copy.",
        ) from error
    used = training + held_out
    there = _count(folder.records_file, kept) if folder.config().part(DataSettings).max_rows else used
    rows = kept * used // max(there, 1)
    return rows, rows * held_out // max(used, 1)


@lru_cache(maxsize=32)
def _count(records: Path, kept_bytes: int) -> int:
    """Return how many rows the file has; it is read once for that, since it never changes."""
    return len(RecordFile(records))


def _tokenizer_bytes(folder: RunFolder) -> int:
    """Return what the base's tokenizer takes; 0 where the base is no longer on this machine."""
    source = _source(folder)
    files = (source.path / name for name in TOKENIZER_FILES) if source else ()
    return sum(file.stat().st_size for file in files if file.is_file())


def _base_bytes(folder: RunFolder) -> int:
    """Return what the weights of a base take that stay apart from what was learned; 0 where they do not."""
    source = None if tuning_named(folder.config().tuning).MERGES else _source(folder)
    return sum(file.stat().st_size for file in weight_files(source.path)) if source else 0


def _source(folder: RunFolder) -> ModelSource | None:
    known = folder.source()
    return source_here(known.model, known.revision) if known else None
