"""Whether reward learning raises the reward of held-out questions, and whether chance alone seems to.

    python -m benchmarks.rewards [--objective grpo] [--steps 30] [--random]

The starter model is asked whether a review is positive or negative, in one word. Half of the reward is
for being one word (rewards/length.py), half for being the right one (rewards/exact.py): the untouched
model hardly ever gives one word, and of a reward that is nearly always 0 nothing is learned. Held-out
questions are answered greedily before the first and after the last step, and the rise is told with twice
its standard error, on the same questions. `--random` pays each answer by the toss of a coin that has
nothing to do with it: such a run must show no verdict *better*.
"""

import argparse
import random
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from benchmarks.ground import ground, machine
from benchmarks.rewarded import Rewarded
from studio.core.reward_verdict import SURE, rise_of
from studio.core.system import prepare_process

LAST_STEPS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--objective", default="grpo")
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--questions", type=int, default=8, help="of each step")
    parser.add_argument("--answers", type=int, default=4)
    parser.add_argument("--rate", type=float, default=3e-4)
    parser.add_argument("--letters", type=int, default=80, help="a review has at most so many")
    parser.add_argument("--held-out", type=int, default=96)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--random", action="store_true")
    asked = parser.parse_args()
    prepare_process()
    land = ground("reviews")
    short = [
        tuple(each for each in part if len(each.record.text) <= asked.letters)
        for part in (land.training, land.held_out)
    ]
    land = replace(land, training=short[0], held_out=short[1][: asked.held_out])
    knobs = {
        "steps": asked.steps, "batch_size": asked.questions, "answers": asked.answers, "answer_tokens": 6,
        "learning_rate": asked.rate, "reward_kl": 0.02, "evaluations": 1, "exact_weight": 0.5,
        "length_weight": 0.5, "length_least": 1, "length_most": 1,
        "seed": asked.seed,
    }  # fmt: skip
    coin = random.Random(asked.seed)
    toss = (lambda given: float(coin.random() < 0.5)) if asked.random else None
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        run = Rewarded(land, asked.objective, knobs, Path(folder), toss).trained()
    told(asked, run, time.monotonic() - began)


def told(asked: argparse.Namespace, run: Rewarded, seconds: float) -> None:
    """Print what came out."""
    what = "a coin" if asked.random else "the right word"
    print(
        f"{machine()}; {asked.objective} on {what}, {asked.steps} steps of {asked.questions} questions x "
        f"{asked.answers} answers, rate {asked.rate:g}, seed {asked.seed}: {seconds / 60:.1f} minutes"
    )
    for first, last in ((0, LAST_STEPS), (-LAST_STEPS, None)):
        some = run.steps[first:last]
        means = {
            name: sum(step.measures[name] for step in some) / len(some)
            for name in ("reward", "kl", "entropy", "answer_tokens")
        }
        print(
            f"steps {some[0].step} to {some[-1].step}: "
            + ", ".join(f"{name} {mean:.3f}" for name, mean in means.items())
        )
    rise = rise_of(run.checks)
    assert rise is not None
    low, high = rise.by - SURE * rise.standard_error, rise.by + SURE * rise.standard_error
    print(
        f"{rise.best.rows} held-out questions: reward {-rise.before.loss:.3f} -> {-rise.best.loss:.3f}, "
        f"by {rise.by:+.3f} [{low:+.3f}, {high:+.3f}]; {'better' if rise.sure else 'no verdict better'}"
    )


if __name__ == "__main__":
    main()
