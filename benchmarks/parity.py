"""Every export that holds weights, of every tuning: whether it answers as in the studio, and how large it is.

    python -m benchmarks.parity                              the starter, every tuning and kind
    python -m benchmarks.parity --tunings lora --kinds merged onnx

A few steps on the support sample, so that the weights are tuned ones; then each export as a person asks for
it, by the worker. Prints a Markdown table: the parity test of the export itself, the size that was told
before beside the true one, the seconds, and the most memory that the process held while it was made.
"""

import argparse

from benchmarks.exported import ended, studio_with_rows, trained
from benchmarks.ground import machine
from studio.core.system import peak_memory_bytes, prepare_process, reset_peak_memory
from studio.core.words import size
from studio.engine.tunings import TUNINGS
from studio.exporters import EXPORTERS
from studio.exporters.job import LARGEST_LOGIT_DIFFERENCE
from studio.services.studio import Studio

KINDS = [kind for kind, exporter in EXPORTERS.items() if exporter.HAS_WEIGHTS]
HEAD = (
    "| tuning | export | answers equal | largest logit difference | told | files | seconds | peak memory |\n"
    "|---|---|---|---|---|---|---|---|"
)


def main() -> None:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--tunings", nargs="+", choices=list(TUNINGS), default=list(TUNINGS))
    reader.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    reader.add_argument("--model", default="starter")
    reader.add_argument("--steps", type=int, default=4)
    reader.add_argument("--rows", type=int, default=40)
    asked = reader.parse_args()
    prepare_process()
    print(f"{machine()}; a logit may differ by {LARGEST_LOGIT_DIFFERENCE:g}\n\n{HEAD}", flush=True)
    with studio_with_rows(asked.rows) as (studio, dataset):
        for tuning in asked.tunings:
            run = trained(studio, dataset, tuning, model=asked.model, steps=asked.steps)
            for kind in asked.kinds:
                print(_line(studio, run, tuning, kind), flush=True)
            studio.delete_run(run)


def _line(studio: Studio, run: str, tuning: str, kind: str) -> str:
    told = studio.export_sizes(run).get(kind)
    if told is None:
        return f"| `{tuning}` | `{kind}` | {EXPORTERS[kind].refusal(studio.run(run).config)} |  |  |  |  |  |"
    reset_peak_memory()
    status, seconds = ended(studio, run, studio.start_export(run, kind))
    made = next((each for each in studio.exports(run) if each.kind == kind), None)
    if made is None or made.parity is None:
        return f"| `{tuning}` | `{kind}` | {status} |  | {size(told)} |  | {seconds:.0f} |  |"
    parity, files = made.parity, sum(file.bytes for file in made.files)
    return (
        f"| `{tuning}` | `{kind}` | {parity.equal_answers} of {parity.prompts} "
        f"| {parity.max_logit_difference:.1g} | {size(told)} | {size(files)} | {seconds:.0f} "
        f"| {size(peak_memory_bytes())} |"
    )


if __name__ == "__main__":
    main()
