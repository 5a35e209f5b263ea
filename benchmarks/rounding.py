"""What each form of numbers of a GGUF file changes: by transformers, and by llama.cpp where it is installed.

    python -m benchmarks.rounding                            the starter, tuned with LoRA, every form
    python -m benchmarks.rounding --forms f16 q8_0 --steps 60

Prints a Markdown table. The bounds of the tick are in studio/exporters/llama/bounds.py.
"""

import argparse

from benchmarks.exported import ended, studio_with_rows, trained
from benchmarks.ground import machine
from studio.core.system import prepare_process
from studio.core.words import size
from studio.exporters.gguf import BITS
from studio.exporters.llama.bounds import LARGEST_DIVERGENCE, LEAST_SAME
from studio.services.studio import Studio

HEAD = (
    "| numbers | file | answers equal | same next word likeliest | divergence, nats "
    "| largest logit difference | seconds | tick | also |\n|---|---|---|---|---|---|---|---|---|"
)


def main() -> None:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--forms", nargs="+", choices=list(BITS), default=list(BITS))
    reader.add_argument("--model", default="starter")
    reader.add_argument("--steps", type=int, default=30)
    reader.add_argument("--rows", type=int, default=80)
    asked = reader.parse_args()
    prepare_process()
    print(
        f"{machine()}; the tick up to {LARGEST_DIVERGENCE:g} nats and from {LEAST_SAME:.0%}\n\n{HEAD}",
        flush=True,
    )
    with studio_with_rows(asked.rows) as (studio, dataset):
        run = trained(studio, dataset, "lora", model=asked.model, steps=asked.steps)
        for form in asked.forms:
            print(_line(studio, run, form), flush=True)


def _line(studio: Studio, run: str, form: str) -> str:
    status, seconds = ended(studio, run, studio.start_export(run, "gguf", settings={"gguf_type": form}))
    made = next((each for each in studio.exports(run) if each.kind == "gguf"), None)
    if status != "finished" or made is None or made.parity is None:
        said = next((each.message for each in studio.run(run).jobs[::-1]), "")
        return f"| `{form}` | {status}: {said} | | | | | {seconds:.0f} | | |"
    parity, whole = made.parity, next(each.bytes for each in made.files if each.name.endswith(".gguf"))
    return (
        f"| `{form}` | {size(whole)} | {parity.equal_answers} of {parity.prompts} | {parity.same_next:.1%} "
        f"| {parity.divergence:.2g} | {parity.max_logit_difference:.2g} | {seconds:.0f} "
        f"| {'yes' if parity.passed else 'no'} | {parity.also} |"
    )


if __name__ == "__main__":
    main()
