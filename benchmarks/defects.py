"""What the checks find of the defects that a seeded script plants, and what they name that is none.

    python -m benchmarks.defects [--rounds 5] [--checks NAME ...] [--jobs 1] [--labelled FOLDER]

Defects are planted at 0, 0.5, 2 and 10 % of the rows into the four shipped samples and a made-up set, the
rows are written to a file, and the file is read and checked as the studio does it. Scores are pooled over
sets, rates and rounds. A clean row that was named before anything was planted counts as neither; the table
says how many there are. Ends with 1 where a target of the issue is missed.
"""

import argparse
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

from benchmarks.defects_cases import MEASURES, results_of
from benchmarks.defects_labelled import labelled_results
from benchmarks.defects_measures import HEADER, Line, Remark


def chosen(checks: Sequence[str]) -> list[str]:
    """Return the names of what is measured of some checks; of all where none is named."""
    return [name for name, measure in MEASURES.items() if not checks or measure.check in checks]


def results(names: Sequence[str], rounds: int, jobs: int) -> Iterator[Line | Remark]:
    """Measure each in a process of its own, so that what one leaves in memory is none of the next one's."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["benchmarks.defects_cases"])
    with ProcessPoolExecutor(jobs, mp_context=context, max_tasks_per_child=1) as processes:
        for found in processes.map(results_of, names, repeat(rounds)):
            yield from found


def show(found: Iterator[Line | Remark]) -> list[str]:
    """Print the table, ready to be pasted, and what it has no column for; return what is missed."""
    remarks, missed = [], []
    print(HEADER)
    for result in found:
        missed += result.missed
        if isinstance(result, Remark):
            remarks.append(result)
        else:
            print(result.markdown(), flush=True)
    print()
    for remark in remarks:
        print(f"- {remark.said}")
    return missed


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    checks = sorted({measure.check for measure in MEASURES.values()})
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--checks", nargs="+", default=(), choices=checks, metavar="NAME", help=", ".join(checks)
    )
    parser.add_argument("--jobs", type=int, default=1, help="how many are measured beside each other")
    parser.add_argument("--labelled", type=Path, help="a folder with more real labelled sets")
    return parser.parse_args()


def main() -> None:
    options = _options()
    rounds = options.rounds
    print(f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores; {rounds} rounds\n")
    missed = show(results(chosen(options.checks), rounds, options.jobs))
    if options.labelled:
        print("\nReal labelled sets that are not shipped:\n")
        missed += show(labelled_results(options.labelled, rounds))
    if missed:
        sys.exit("Missed: " + "; ".join(missed))


if __name__ == "__main__":
    main()
