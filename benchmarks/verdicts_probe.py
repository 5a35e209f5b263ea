"""Are the probe's lights right? Tiny models that are known to have forgotten, fitted or memorised, or not.

    python -m benchmarks.verdicts_probe [--seeds N]

A model of two small layers first learns English letters from the help texts of a sample. It is then tuned in
ways whose outcome is known by construction, and the truth is measured apart from the probe: the perplexity on
140 general texts that the probe does not see, greedy continuations written out, the loss on 150 fresh rows.
A harmless model that is amber or red is a false alarm, a harmed one that is green is a miss; lights that say
there was too little to tell are counted apart.
"""

import argparse
import math
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.ground import machine
from benchmarks.verdicts_probe_models import ROWS, WAYS, Scene, Tuned, scene, texts, tune
from studio.core.system import prepare_process

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from studio.core.examples import Example

SEEN_TEXTS = 60
HARMLESS, HARMFUL = 1.05, 1.60
"""True ratios of perplexities up to which nothing was forgotten, and from which on much was."""


def lit(found: Scene, tuned: Tuned) -> dict[str, str]:
    """Return the colours that the probe shows."""
    from studio.data.probe_texts import general_texts
    from studio.engine.objectives import chat
    from studio.evaluation.lights import forgotten, memorised, overfitted
    from studio.evaluation.probe import ProbeJob, halves, sit
    from studio.evaluation.probe_results import Row, Turn, by_heart, fit, retained

    def subject(model: "PreTrainedModel"):
        @contextmanager
        def given() -> "Iterator[PreTrainedModel]":
            yield model

        return given

    job = ProbeJob(
        base=subject(found.base), tuned=subject(tuned.model), objective=chat, tokenizer=found.tokenizer,
        texts=texts(found, general_texts()[::3][:SEEN_TEXTS]), instructions=(), asked=(), training=tuned.rows,
        held_out=tuned.fresh[:ROWS], weights="", step=1,
    )  # fmt: skip
    sat = sit(job, progress=lambda done, total, words: None, should_stop=lambda: False)
    assert sat is not None
    training, held_out = (
        {arm: [Row(*each) for each in sat.notes.all(arm, kind)] for arm in ("base", "tuned")}
        for kind in ("training", "held_out")
    )
    heart = by_heart(training, held_out, [halves(each, found.tokenizer) for each in tuned.rows])
    fitting = fit(training, held_out, Turn(1, 1, turned=False), seed=0)
    reading = retained(sat.notes.all("tuned", "text"), seed=0)
    assert heart is not None
    assert fitting is not None
    assert reading is not None
    lights = {"texts": forgotten(reading), "fit": overfitted(fitting), "by_heart": memorised(heart)}
    return {name: light.colour for name, light in lights.items()}


def truth(found: Scene, tuned: Tuned) -> dict[str, bool | None]:
    """Return whether each ill is there; None where it lies in between."""
    from studio.data.probe_texts import general_texts

    everything = general_texts()
    seen = set(everything[::3][:SEEN_TEXTS])
    unseen = texts(found, [text for text in everything if text not in seen])
    ratio = math.exp(loss(tuned.model, unseen) - loss(found.base, unseen))
    gap = loss(tuned.model, tuned.fresh) - loss(tuned.model, tuned.rows)
    gap -= loss(found.base, tuned.fresh) - loss(found.base, tuned.rows)
    said = sum(continues(tuned.model, row) for row in tuned.rows) / len(tuned.rows)
    return {
        "texts": _between(ratio, HARMLESS, HARMFUL),
        "fit": _between(gap / loss(tuned.model, tuned.fresh), 0.03, 0.5),
        "by_heart": _between(said, 0.0, 0.5),
    }


def _between(value: float, well: float, ill: float) -> bool | None:
    return False if value <= well else True if value >= ill else None


def loss(model: "PreTrainedModel", examples: "Sequence[Example]") -> float:
    """Return nats per learned token by transformers' own loss."""
    import torch

    nats = tokens = 0.0
    with torch.no_grad():
        for example in examples:
            found = model(input_ids=torch.tensor([example.input_ids]), labels=torch.tensor([example.labels]))
            nats += float(found.loss) * example.trained_tokens
            tokens += example.trained_tokens
    return nats / tokens


def continues(model: "PreTrainedModel", example: "Example") -> bool:
    """Return whether the model writes the second half of an answer when it is given the first."""
    import torch

    learned = [place for place, label in enumerate(example.labels) if place and label != -100]
    middle = learned[(len(learned) + 1) // 2]
    rest = example.input_ids[middle : learned[-1] + 1]
    written = model.generate(
        torch.tensor([example.input_ids[:middle]]), do_sample=False, max_new_tokens=len(rest), eos_token_id=-1
    )
    return tuple(written[0, middle:].tolist()) == rest


def main() -> None:
    typed = argparse.ArgumentParser(description="Are the probe's lights right?")
    typed.add_argument("--seeds", type=int, default=10)
    seeds, started = typed.parse_args().seeds, time.monotonic()
    tally: Counter[tuple[str, str]] = Counter()
    prepare_process()
    import torch

    torch.set_num_threads(1)  # layers this small gain nothing from a second core
    with tempfile.TemporaryDirectory() as folder:
        found = scene(Path(folder))
        for way, what in WAYS.items():
            print(f"{way}: {what}", flush=True)
            for seed in range(seeds):
                tuned = tune(found, way, seed)
                shown, true = lit(found, tuned), truth(found, tuned)
                tally.update((part, f"{true[part]} {shown[part]}") for part in shown)
                print("  " + "  ".join(f"{part} {true[part]}: {shown[part]}" for part in shown), flush=True)
    for part in ("texts", "fit", "by_heart"):
        colours = ("green", "amber", "red", "unknown")
        well = {colour: tally[part, f"False {colour}"] for colour in colours}
        ill = {colour: tally[part, f"True {colour}"] for colour in colours}
        alarms, misses = well["amber"] + well["red"], ill["green"]
        print(
            f"{part}: false alarms {alarms} of {sum(well.values())}, misses {misses} of {sum(ill.values())} "
            f"(of these harmed ones {ill['red']} red, {ill['amber']} amber); too little to tell: "
            f"{well['unknown']} harmless ones, {ill['unknown']} harmed ones"
        )
    print(f"{machine()}, {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
