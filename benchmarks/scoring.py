"""Scoring many answers with every metric of texts, each with its 95 % interval.

    python -m benchmarks.scoring
    python -m benchmarks.scoring --answers 10000 --words 50

The expected answers are parts of the support sample's; an answer is the same text with words of another one
in the place of some, so that metrics have something to count. All metrics share the 10,000 resamples, as in
the exam. Processor seconds stand beside those of the clock, which a busy machine stretches more.
"""

import argparse
import os
import platform
import random
import time

from benchmarks.training import pairs
from studio.core.system import prepare_process
from studio.evaluation.intervals import RESAMPLES, Measured, bootstrap_all, score
from studio.evaluation.metrics import METRICS, metric_named
from studio.evaluation.metrics.row_metric import RowMetric
from studio.evaluation.metrics.text_metric import TextMetric

CHANGED = 0.3
"""So many words of an answer are not those of the expected one."""


def main() -> None:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--answers", type=int, default=10_000)
    reader.add_argument("--words", type=int, default=50, help="an expected answer has at most so many")
    asked = reader.parse_args()
    prepare_process()
    answers, expected = made_up(asked.answers, asked.words)
    words = sum(len(answer.split()) for answer in answers) / len(answers)
    print(f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores")
    print(f"{len(answers):,} answers of {words:.0f} words on average, {RESAMPLES:,} resamples\n")
    print("| what | value | interval | seconds | of the processor |\n|---|---|---|---|---|")
    began, used = time.monotonic(), time.process_time()
    measured, taken = {}, {}
    for name in (name for name, metric in METRICS.items() if _of_texts(metric)):
        metric, start, start_used = metric_named(name), time.monotonic(), time.process_time()
        measured[name] = Measured(metric.parts(answers, expected), metric.finish)
        taken[name] = (time.monotonic() - start, time.process_time() - start_used)
    start, start_used = time.monotonic(), time.process_time()
    for name, draws in bootstrap_all(measured, seed=0).items():
        found = score(draws)
        row = f"| `{name}` | {found.value:.4g} | {found.low:.4g} to {found.high:.4g} "
        print(row + f"| {taken[name][0]:.1f} | {taken[name][1]:.1f} |")
    print(f"| all resamples | | | {time.monotonic() - start:.1f} | {time.process_time() - start_used:.1f} |")
    print(f"| together | | | {time.monotonic() - began:.1f} | {time.process_time() - used:.1f} |")


def _of_texts(metric: type[RowMetric]) -> bool:
    """Labels are no texts: an answer is looked through for each of them, and here all would be different."""
    return issubclass(metric, TextMetric) and metric.needs == "answers"


def made_up(count: int, words: int) -> tuple[list[str], list[str]]:
    """Return answers and expected ones, always the same."""
    texts = [answer.split() for _, answer in pairs(10_000)]
    draw = random.Random(0)
    answers, expected = [], []
    for number in range(count):
        whole = texts[number % len(texts)]
        start = draw.randrange(max(1, len(whole) - words))
        right = whole[start : start + draw.randint(words // 2, words)]
        other = draw.choice(texts)
        written = [draw.choice(other) if draw.random() < CHANGED else word for word in right]
        answers.append(" ".join(written))
        expected.append(" ".join(right))
    return answers, expected


if __name__ == "__main__":
    main()
