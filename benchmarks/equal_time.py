"""What is learned in equal time with default settings: the studio, trl and LLaMA-Factory, on three sets.

    python -m benchmarks.equal_time                                         three samples
    python -m benchmarks.equal_time --samples support --seconds 20

The studio trains with its recipe `balanced`; the wall time it takes, from the first step on and its looks at
the held-out rows included, is what each of the others is given; `--seconds` gives all three as much. Loading
is left out for everybody. `trl`: SFTTrainer with the defaults of its SFTConfig and of peft's LoraConfig (but
`use_cpu`, without which it refuses a machine like this). `llama-factory`: the settings of LLaMA-Factory's
published LoRA example (github.com/hiyouga/LLaMA-Factory, examples/train_lora/llama3_lora_sft.yaml; alpha is
twice the rank, its default), run by trl's trainer. Their schedules are those of whole runs, as defaults have
them. All learn from the same rows; the loss is nats per token of the answers of the same held-out rows, by
one function in 32 bits with plain transformers. The studio hands over its best point, the others their last.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.ground import WHOLE_TOKENS, answer_loss, ground, in_its_own_process, machine
from benchmarks.training import as_turns
from studio.core.events import Event, RunStarted
from studio.core.recipes import RECIPES
from studio.core.system import prepare_process

if TYPE_CHECKING:
    from torch import nn

    from benchmarks.ground import Ground
    from studio.core.config import RunConfig

NO_LIMIT = 0.0
NAMES = {
    "studio": "the studio, `balanced`",
    "trl": "trl's SFTTrainer, its defaults",
    "llama-factory": "LLaMA-Factory's example settings, run by trl",
}
LLAMA_FACTORY = {
    "per_device_train_batch_size": 1,
    "gradient_accumulation_steps": 8,
    "learning_rate": 1e-4,
    "num_train_epochs": 3.0,
    "lr_scheduler_type": "cosine",
    "warmup_steps": 0.1,  # a share of all steps
    "max_length": 2048,
    "bf16": True,
}
LLAMA_FACTORY_ADAPTER = {"r": 8, "lora_alpha": 16, "target_modules": "all-linear"}
HEAD = "| set | contestant | seconds | steps | held-out loss before | after |\n|---|---|---|---|---|---|"


@dataclass(frozen=True)
class Outcome:
    """What one contestant came to. `planned`: the steps of its whole schedule."""

    seconds: float
    steps: int
    planned: int
    before: float
    after: float


def main() -> None:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--samples", nargs="+", default=["support", "legal", "medical"])
    reader.add_argument("--seconds", type=float, default=NO_LIMIT, help="0: as long as the studio's run")
    reader.add_argument("--one", choices=CONTESTANTS, help=argparse.SUPPRESS)
    asked = reader.parse_args()
    if asked.one:
        if asked.one == "studio":
            prepare_process()  # as the studio itself starts
        print(json.dumps(asdict(measure(asked.one, asked.samples[0], asked.seconds))))
        return
    print(f"{machine()}\n\n{HEAD}", flush=True)
    for sample in asked.samples:
        _compare(sample, asked.seconds)


def _compare(sample: str, seconds: float) -> None:
    for name in CONTESTANTS:
        words = ["--one", name, "--samples", sample, "--seconds", str(seconds)]
        found = Outcome(**in_its_own_process("benchmarks.equal_time", words))
        seconds = seconds or found.seconds  # the studio is the first
        print(
            f"| `{sample}` | {NAMES[name]} | {found.seconds:.0f} | {found.steps} of {found.planned} "
            f"| {found.before:.3f} | {found.after:.3f} |",
            flush=True,
        )


def measure(name: str, sample: str, seconds: float) -> Outcome:
    """Train one contestant for so long, and measure the untouched and its model on the held-out rows."""
    import torch

    from studio.engine.models import load_model

    rows = ground(sample)
    held_out = rows.examples(rows.held_out, WHOLE_TOKENS)
    model, took, steps, planned = CONTESTANTS[name](rows, seconds)
    untouched = load_model(rows.source, dtype=torch.float32, device="cpu")
    return Outcome(took, steps, planned, answer_loss(untouched, held_out), answer_loss(model, held_out))


Trained = tuple["nn.Module", float, int, int]
"""A model, the seconds and steps it took, and the steps that were planned."""


def with_the_studio(rows: Ground, seconds: float) -> Trained:
    from studio.core.config import DataSettings, Optimisation, RunConfig
    from studio.engine.job import TrainingJob
    from studio.engine.loop import train
    from studio.engine.schedule import plan_steps
    from studio.store.checkpoints import Checkpoints

    config = RunConfig("benchmark", "1", knobs=RECIPES["balanced"].knobs)
    data, began = config.part(DataSettings), 0.0
    training = rows.examples(rows.training, data.max_length)
    held_out = rows.examples(rows.held_out, data.max_length)

    def emit(event: Event) -> None:
        nonlocal began, ending
        ending = event
        if isinstance(event, RunStarted):
            began = time.monotonic()

    def over() -> bool:
        return bool(seconds) and time.monotonic() - began >= seconds

    ending: Event | None = None
    with tempfile.TemporaryDirectory() as folder:
        store = Checkpoints(Path(folder))
        job = TrainingJob(config, rows.source, rows.tokenizer, training, held_out, store, "benchmark")
        train(job, emit, over)
        took = time.monotonic() - began
        model = _best_point(config, rows, store)
    return model, took, ending.step, plan_steps(config.part(Optimisation), len(training)).steps


def _best_point(config: RunConfig, rows: Ground, store: Any) -> nn.Module:
    """Return the model that the studio hands over; without a look yet the last, or the untouched."""
    import torch

    from studio.engine.models import load_model
    from studio.engine.tuned import load_tuned
    from studio.engine.tunings import tuning_named

    kept = store.best() or store.newest()
    if kept is None:
        return load_model(rows.source, dtype=torch.float32, device="cpu")
    return load_tuned(
        rows.source,
        config.tuning,
        settings=config.part(tuning_named(config.tuning).Config),
        checkpoint=kept[1],
        dtype=torch.float32,
        device="cpu",
    )


def with_trl(rows: Ground, seconds: float) -> Trained:
    return _by_sft_trainer(rows, seconds, {}, {})


def with_llama_factory(rows: Ground, seconds: float) -> Trained:
    return _by_sft_trainer(rows, seconds, LLAMA_FACTORY, LLAMA_FACTORY_ADAPTER)


def _by_sft_trainer(
    rows: Ground, seconds: float, settings: dict[str, Any], adapter: dict[str, Any]
) -> Trained:
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import TrainerCallback
    from trl import SFTConfig, SFTTrainer

    from studio.core.records import question_and_answer

    class Stop(TrainerCallback):
        def on_train_begin(self, *_: Any, **__: Any) -> None:
            self.began = time.monotonic()

        def on_step_end(self, _: Any, __: Any, control: Any, **___: Any) -> None:
            over = bool(seconds) and time.monotonic() - self.began >= seconds
            control.should_training_stop = control.should_training_stop or over

    data = Dataset.from_list([as_turns(*question_and_answer(each.record)) for each in rows.training])
    stop = Stop()
    with tempfile.TemporaryDirectory() as folder:
        trainer = SFTTrainer(
            model=str(rows.source.path),
            args=SFTConfig(
                folder, use_cpu=True, save_strategy="no", report_to="none", disable_tqdm=True, **settings
            ),
            train_dataset=data,
            peft_config=LoraConfig(task_type="CAUSAL_LM", **adapter),
            callbacks=[stop],
        )
        trainer.train()
        took = time.monotonic() - stop.began
    return trainer.model, took, trainer.state.global_step, trainer.state.max_steps


CONTESTANTS: dict[str, Callable[[Ground, float], Trained]] = {
    "studio": with_the_studio,
    "trl": with_trl,
    "llama-factory": with_llama_factory,
}


if __name__ == "__main__":
    main()
