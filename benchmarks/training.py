"""LoRA on the starter model: the studio's loop beside trl's SFTTrainer, one after the other in one run.

    python -m benchmarks.training [--rows 64] [--only studio trl ...]

Every contestant has a process of its own, the same rows of the `support` sample, 512 tokens at most,
batches of 8, rank 16 on all projections and one step size. `trl` keeps its other defaults (but `use_cpu`,
without which it refuses a machine like this); `trl-fp32` takes products in 32 bits, as on processors
without bfloat16; `trl-tuned` has 16-bit products, no checkpointing and rows of like length together, as a
careful person would set it by hand. Tokens are real input tokens, no padding; seconds are those of all
steps, the first included, loading left out. Beside them stands how many operations of its matrix products the
studio's loop does in a second, and how many this machine does at best: square bfloat16 matrices in torch.mm.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from studio.core import system

MAX_LENGTH, BATCH, RATE, RANK, ALPHA = 512, 8, 1e-3, 16, 32
NAMES = {
    "studio": "the studio's loop",
    "trl": "trl's SFTTrainer, its defaults",
    "trl-fp32": "the same with bf16=False",
    "trl-tuned": "trl's SFTTrainer, tuned by hand",
}


@dataclass(frozen=True)
class Result:
    """What one contestant measured. `loss_*`: nats per trained token of the first and the last step."""

    tokens: int
    seconds: float
    peak_memory_bytes: int
    loss_first: float
    loss_last: float
    operations: float = 0.0
    """Multiplications and additions of all needed products of matrices; 0 where they were not counted."""
    matrix_rate: float = 0.0
    """Operations a second of bfloat16 products at best."""

    @property
    def tokens_per_second(self) -> float:
        return self.tokens / self.seconds


def pairs(rows: int) -> list[tuple[str, str]]:
    """Return the first questions and answers of the sample."""
    from studio.data.samples import SAMPLES

    with SAMPLES["support"].path.open(encoding="utf-8") as file:
        documents = [json.loads(line) for line in file][:rows]
    return [(document["question"], document["answer"]) for document in documents]


def with_the_studio(rows: int) -> Result:
    from studio.core.config import RunConfig
    from studio.core.records import Completion
    from studio.data.templates import ChatTemplate
    from studio.engine.batches import rows_of_step, steps_per_epoch
    from studio.engine.models import load_tokenizer
    from studio.engine.objectives import objective_named
    from studio.engine.preparation import prepare
    from studio.engine.sources import resolve
    from studio.engine.steps import take_step

    source = resolve("starter")
    tokenizer = load_tokenizer(source)
    template, objective = ChatTemplate(tokenizer), objective_named("chat")
    examples = [
        objective.encode(Completion(question, answer), template, max_length=MAX_LENGTH, row=row)
        for row, (question, answer) in enumerate(pairs(rows), 1)
    ]
    knobs = {"learning_rate": RATE, "batch_size": BATCH, "rank": RANK, "alpha": float(ALPHA)}
    prepared = prepare(RunConfig("benchmark", "1", knobs=knobs), source, tokenizer)
    tokens, learned, losses, began = 0, 0, [], time.perf_counter()
    for step in range(steps_per_epoch(rows, BATCH)):
        chosen = rows_of_step(step, rows=rows, batch_size=BATCH, seed=0)
        result = take_step(
            prepared.machinery,
            [examples[row] for row in chosen],
            learning_rate=RATE,
            clip=1.0,
            token_budget=prepared.token_budget,
            between=lambda: None,
        )
        tokens, learned = tokens + result.tokens, learned + result.trained_tokens
        losses.append(result.loss)
    seconds, peak = time.perf_counter() - began, system.peak_memory_bytes()
    done = operations(prepared.machinery.model, tokens, learned)
    return Result(tokens, seconds, peak, losses[0], losses[-1], done, matrix_rate())


def operations(model: Any, tokens: int, learned: int) -> float:
    """Return the operations of the products that LoRA needs.

    Forward and back to the inputs through each frozen matrix, and to its own weights, too, through each of
    the add-on's; the head at learned places only.
    """
    head = model.get_output_embeddings().weight
    frozen = added = 0
    for weight in model.parameters():
        if weight.ndim == 2 and weight is not head:
            frozen, added = frozen + weight.numel(), added + weight.numel() * weight.requires_grad
    return tokens * (4.0 * frozen + 2.0 * added) + learned * 4.0 * head.numel()


def matrix_rate(side: int = 2048, rounds: int = 20) -> float:
    """Return the operations a second of square bfloat16 products, the best of some rounds."""
    import torch

    left, right = (torch.randn(side, side, dtype=torch.bfloat16) for _ in range(2))
    best = float("inf")
    for _ in range(rounds):
        began = time.perf_counter()
        torch.mm(left, right)
        best = min(best, time.perf_counter() - began)
    return 2.0 * side**3 / best


def as_turns(question: str, answer: str) -> dict[str, list[dict[str, str]]]:
    """Return a row in the form of which trl learns the answer and not the question."""
    return {
        "prompt": [{"role": "user", "content": question}],
        "completion": [{"role": "assistant", "content": answer}],
    }


def with_trl(rows: int, **settings: object) -> Result:
    from datasets import Dataset
    from peft import LoraConfig
    from trl import SFTConfig, SFTTrainer

    from studio.engine.starter import ensure_starter

    data = Dataset.from_list([as_turns(question, answer) for question, answer in pairs(rows)])
    with tempfile.TemporaryDirectory() as folder:
        arguments = SFTConfig(
            folder,
            max_length=MAX_LENGTH,
            per_device_train_batch_size=BATCH,
            num_train_epochs=1,
            learning_rate=RATE,
            use_cpu=True,
            lr_scheduler_type="constant",
            logging_steps=1,
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            **settings,
        )
        adapter = LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules="all-linear", task_type="CAUSAL_LM")
        trainer = SFTTrainer(
            model=str(ensure_starter()), args=arguments, train_dataset=data, peft_config=adapter
        )
        tokens = sum(len(row["input_ids"]) for row in trainer.train_dataset)
        began = time.perf_counter()
        trainer.train()
        seconds = time.perf_counter() - began
        losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    return Result(tokens, seconds, system.peak_memory_bytes(), losses[0], losses[-1])


def with_trl_tuned(rows: int) -> Result:
    return with_trl(rows, bf16=True, gradient_checkpointing=False, train_sampling_strategy="group_by_length")


def with_trl_in_32_bits(rows: int) -> Result:
    return with_trl(rows, bf16=False)


CONTESTANTS: dict[str, Callable[[int], Result]] = {
    "studio": with_the_studio,
    "trl": with_trl,
    "trl-fp32": with_trl_in_32_bits,
    "trl-tuned": with_trl_tuned,
}


def in_its_own_process(name: str, rows: int) -> Result:
    command = [sys.executable, "-m", "benchmarks.training", "--rows", str(rows), "--one", name]
    root = Path(__file__).parents[1]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=root)
    return Result(**json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=64)
    parser.add_argument("--only", nargs="+", choices=CONTESTANTS, default=list(CONTESTANTS))
    parser.add_argument("--one", choices=CONTESTANTS, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        if chosen.one == "studio":
            system.prepare_process()  # as the studio itself starts
        print(json.dumps(asdict(CONTESTANTS[chosen.one](chosen.rows))))
        return
    results = {name: in_its_own_process(name, chosen.rows) for name in chosen.only}
    machine = f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores"
    print(f"{machine}; {chosen.rows} rows, one round\n")
    print("| contestant | tokens/s | against trl | peak memory | loss, first and last step | tokens |")
    print("|---|---|---|---|---|---|")
    for name, result in results.items():
        trl = results.get("trl", result).tokens_per_second
        print(
            f"| {NAMES[name]} | {result.tokens_per_second:.0f} | {result.tokens_per_second / trl:.1f} x "
            f"| {result.peak_memory_bytes / 1e9:.1f} GB | {result.loss_first:.3f}, {result.loss_last:.3f} "
            f"| {result.tokens:,} |"
        )
    for name, result in results.items():
        if result.operations:
            rate = result.operations / result.seconds
            share, most = rate / result.matrix_rate, result.matrix_rate / 1e9
            print(
                f"\n{NAMES[name]}: {rate / 1e9:.0f} billion operations of matrix products a second, "
                f"{share:.0%} of the {most:.0f} that torch.mm does at best"
            )


if __name__ == "__main__":
    main()
