"""How fast answers are drawn for reward learning, and what a run takes that learns from them.

    python -m benchmarks.rollouts [--steps 30] [--alone 8]

First 8 questions of the reviews sample with 4 answers of 48 tokens each, drawn together as a step does and
one by one with `generate` of transformers, `--alone` of them; next to nothing ends an answer before its last
token. Then GRPO for so many steps of the same size. Processor seconds stand beside those of the clock, which
a busy machine stretches more.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.ground import Ground, ground, machine
from benchmarks.rewarded import Rewarded, encoded
from studio.core.system import prepare_process

QUESTIONS, ANSWERS, TOKENS = 8, 4, 48


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--alone", type=int, default=8)
    chosen = parser.parse_args()
    prepare_process()
    land = ground("reviews")
    print(f"{machine()}; {QUESTIONS} questions, {ANSWERS} answers to each, {TOKENS} tokens each\n")
    print("| how | answers | seconds | of the processor | tokens/s | tokens/processor second |")
    print("|---|---|---|---|---|---|")
    drawing(land, chosen.alone)
    if chosen.steps:
        learning(land, chosen.steps)


def drawing(land: Ground, alone: int) -> None:
    """Time the drawing of answers, with the model as a run with LoRA holds it."""
    from studio.core.config import RunConfig
    from studio.data.questions import prompt_of
    from studio.engine.preparation import prepare
    from studio.engine.rollouts import Way, sample

    model = prepare(RunConfig("d", "1", objective="grpo"), land.source, land.tokenizer).machinery.model
    prompts = [prompt_of(each) for each in encoded(land, land.training[:QUESTIONS])]
    never = frozenset({land.tokenizer.convert_tokens_to_ids("<|endoftext|>")})
    way = Way(ANSWERS, TOKENS, 1.0, never)

    def together() -> int:
        drawn = sample(model, prompts, way, tokens_at_once=8 * 768)
        return sum(len(each.ids) for group in drawn for each in group)

    together()  # the first call of all prepares much
    works = {
        "one by one, `generate`": (partial(one_by_one, model, prompts, alone), alone),
        "together": (together, QUESTIONS * ANSWERS),
    }
    paces = []
    for name, (work, answers) in works.items():
        seconds, used, tokens = timed(work)
        paces.append((tokens / seconds, tokens / used))
        pace, own = paces[-1]
        print(f"| {name} | {answers} | {seconds:.1f} | {used:.1f} | {pace:.0f} | {own:.0f} |", flush=True)
    (alone_pace, alone_used), (pace, own) = paces
    print(f"\n{pace / alone_pace:.1f} times as fast, {own / alone_used:.1f} times by processor seconds\n")


def one_by_one(model: Any, prompts: Sequence[Sequence[int]], count: int) -> int:
    """Draw so many answers with transformers alone; return their tokens."""
    import torch

    model.eval()
    model.get_base_model().generation_config.eos_token_id = None
    settings = {"do_sample": True, "top_k": 0, "max_new_tokens": TOKENS, "min_new_tokens": TOKENS}
    drawn = 0
    for number in range(count):
        ids = torch.tensor([prompts[number % len(prompts)]])
        with torch.inference_mode():
            written = model.generate(
                input_ids=ids, attention_mask=torch.ones_like(ids), pad_token_id=0, **settings
            )
        drawn += written.shape[1] - ids.shape[1]
    return drawn


def timed(work: Callable[[], int]) -> tuple[float, float, int]:
    """Return seconds of the clock, seconds of the processor, and the tokens that were written."""
    began, used = time.monotonic(), time.process_time()
    tokens = work()
    return time.monotonic() - began, time.process_time() - used, tokens


def learning(land: Ground, steps: int) -> None:
    """Time a run of so many steps, without the checks of held-out questions."""
    knobs = {
        "steps": steps, "batch_size": QUESTIONS, "answers": ANSWERS, "answer_tokens": TOKENS,
        "learning_rate": 1e-4, "length_weight": 1.0, "length_most": 20, "evaluations": 1,
    }  # fmt: skip
    land = replace(land, held_out=())
    began, used = time.monotonic(), time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        run = Rewarded(land, "grpo", knobs, Path(folder)).trained()
    seconds, processor = time.monotonic() - began, time.process_time() - used
    mean = sum(step.measures["answer_tokens"] for step in run.steps) / len(run.steps)
    print(
        f"GRPO, {steps} steps of {QUESTIONS} questions x {ANSWERS} answers of at most {TOKENS} tokens "
        f"({mean:.0f} in the mean): {seconds / 60:.1f} minutes, {processor / 60:.1f} of the processor; "
        f"{max(step.memory_bytes for step in run.steps) / 1e9:.1f} GB"
    )


if __name__ == "__main__":
    main()
