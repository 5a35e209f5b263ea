"""Export for a cluster: this run's settings and rows, and the command that trains them in many processes.

What torchrun starts there is the studio itself, see `engine/processes.py`: no other code has to do the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from heapq import merge
from pathlib import Path
from typing import TYPE_CHECKING

from studio.core.config import RunConfig, to_dict
from studio.core.feedback import turns_of
from studio.core.records import Preference, Rated, Record
from studio.exporters import card
from studio.exporters.code import row_document
from studio.exporters.job import ExportJob
from studio.exporters.origin import STARTER, named_anywhere

if TYPE_CHECKING:
    from studio.engine.sources import ModelSource

TITLE = "For a cluster"
SUMMARY = "Settings, rows and the command to train this run on several graphics cards or machines at once."
SOURCE = "The documentation of torchrun (torch.distributed.run)"
HAS_WEIGHTS = False

RUN, ROWS = "run.json", "rows.jsonl"


@dataclass(frozen=True)
class Config:
    """No settings of its own."""


def refusal(config: RunConfig) -> str:
    """Return "": every run can be trained by many processes."""
    return ""


def write(job: ExportJob, folder: Path) -> None:
    """Write the description of the run, its rows with the part that each is in, and how to start it."""
    description = to_dict(describe(job.config, job.source))
    (folder / RUN).write_text(json.dumps(description, indent=1) + "\n", encoding="utf-8")
    with (folder / ROWS).open("w", encoding="utf-8", newline="\n") as file:
        for row in job.going_on(_rows(job)):
            file.write(json.dumps(row, ensure_ascii=True) + "\n")
    (folder / "README.md").write_text(_readme(job), encoding="utf-8")


def describe(config: RunConfig, source: ModelSource) -> RunConfig:
    """Return the run for the file of rows beside it. Models have the name they have anywhere, never a path of
    this machine; and all rows are used, since only those that were used are written."""
    knobs = {
        name: named_anywhere(value) if name == "teacher" else value for name, value in config.knobs.items()
    }
    return replace(
        config,
        dataset=ROWS,
        dataset_version="",
        model=named_anywhere(config.model),
        revision=source.revision,
        knobs={**knobs, "max_rows": 0},
    )


def _rows(job: ExportJob) -> Iterator[dict[str, object]]:
    """Yield the rows of both parts in the order of the file: so every step has the rows that it had here."""
    parts = ((job.training, "train"), (job.held_out, "test"))
    marked = [[(sourced.row, name, sourced) for sourced in part] for part, name in parts]
    for _, name, sourced in merge(*marked, key=lambda entry: entry[0]):
        yield {**as_it_is_written(sourced.record), "split": name}


def as_it_is_written(record: Record) -> dict[str, object]:
    """Return a record as the columns of a JSON line, as the studio reads them again."""
    match record:
        case Preference(prompt, chosen, rejected, before):
            return {"prompt": turns_of(prompt, before), "chosen": chosen, "rejected": rejected}
        case Rated(prompt, completion, label, before):
            return {"prompt": turns_of(prompt, before), "completion": completion, "label": label}
        case _:
            return row_document(record, chat=False)


def _readme(job: ExportJob) -> str:
    name = named_anywhere(job.config.model)
    if name != job.config.model:
        model = (
            f"It is tuned on `{name}`, a folder or file of the machine where this was exported. Take it "
            f"along and add `--model /where/it/is/{name}`."
        )
    elif name == STARTER:
        model = "It is tuned on the studio's starter model, which `launch.py setup` brings along."
    else:
        model = f"It is tuned on `{name}`, which the studio fetches where it is missing."
    parts = (
        ("## What the studio measured here", card.measured(job)),
        ("## Data", card.data(job)),
        ("## Licences", card.licences(job)),
    )
    told = "\n\n".join(f"{title}\n\n{text}" for title, text in parts)
    return f"{_HOW.format(model=model)}\n{told}\n"


_HOW = f"""# Train this run on a cluster

Copy this folder and the studio's own onto a disk that all machines share, and set the studio up there once
with `python3 launch.py setup`. {{model}}

One machine with several graphics cards, one process for each; in the studio's folder, with this folder's
path for EXPORT:

```sh
.venv/bin/torchrun --nproc_per_node 2 -m studio --home EXPORT/home train EXPORT/{RUN}
```

Several machines: the same command on each of them, with the name of the first one.

```sh
.venv/bin/torchrun --nnodes 2 --nproc_per_node 8 --rdzv-backend c10d --rdzv-endpoint FIRST:29500 \\
    -m studio --home EXPORT/home train EXPORT/{RUN}
```

Without graphics cards it works too. Say then how many cores each process may use, such as
`OMP_NUM_THREADS=8 .venv/bin/torchrun ...`: torchrun gives each only one.

The processes share the rows of every step, so the losses are those of one process up to rounding. The first
one writes the run into `EXPORT/home`; a studio that is opened on that home meanwhile shows it. A run that was
cut off goes on with the same command and `resume RUN` in the place of `train EXPORT/{RUN}`.

`{RUN}` holds every setting; `{ROWS}` the rows in their order, and which of them are held back (`split`).
"""
