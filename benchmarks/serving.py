"""Many people, many add-ons, one model: what the server makes of it.

    python -m benchmarks.serving [--tokens 64]

Runs of LoRA (rank 16, all projections) on the starter: one trained in four steps, the others like it with
random weights. They are loaded as `serve` loads them, in a process of its own for one of them and another for
all. Tokens a second of one client and of eight at once through the server's decoder, with one add-on and with
eight different ones; what it costs that the next answer is of another add-on, where that is in memory and
where its file is read; the memory of both processes after everybody was asked, eight at once.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.ground import ROOT, machine
from studio.core.records import Message
from studio.core.system import (
    give_back_memory,
    keep_no_large_blocks,
    prepare_process,
    process_memory_bytes,
)

QUESTIONS = (
    "How do I change the wallpaper of my desktop?",
    "What is a virtual private network good for?",
    "My printer does nothing. What can I try?",
    "How can I make the text on the screen larger?",
    "Where do I see how full the disk is?",
    "How do I add a second keyboard layout?",
    "Can the computer lock itself when I leave?",
    "How do I share a folder with a colleague?",
)
MANY, TOGETHER, ROUNDS = 32, len(QUESTIONS), 9


def main() -> None:
    reader = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    reader.add_argument("--tokens", type=int, default=64)
    reader.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    reader.add_argument("--runs", nargs="+", help=argparse.SUPPRESS)
    asked = reader.parse_args()
    prepare_process()
    if asked.home:
        keep_no_large_blocks()  # as the verb does
        print(json.dumps(measured(asked.home, asked.runs, asked.tokens)))
        return
    from benchmarks.exported import studio_with_rows, trained

    print(f"{machine()}; {asked.tokens} tokens an answer\n")
    with studio_with_rows(40) as (studio, dataset):
        run = trained(studio, dataset, "lora", model="starter", steps=4)
        home = studio._home.path
        runs = [run, *(like(home, run, seed) for seed in range(1, MANY))]
        one, many = (_in_own_process(home, names, asked.tokens) for names in (runs[:1], runs))
    report(one, many)


def report(one: dict[str, Any], many: dict[str, Any]) -> None:
    alone = many["alone"]
    print(f"one client: {alone:.0f} tokens/s")
    for name, told in (("same", "one add-on"), ("different", "eight add-ons")):
        print(f"eight clients, {told}: {many[name]:.0f} tokens/s, {many[name] / alone:.1f} times")
    for name, told in (("switched", "in memory"), ("read", "read from its file")):
        print(f"another add-on for the next answer, {told}: {many[name] * 1000:.1f} ms more")
    print(f"reading one takes {many['reading'] * 1000:.1f} ms")
    print(f"an add-on takes {one['add_ons'] / 1e6:.1f} MB, all that are kept {many['add_ons'] / 1e6:.0f} MB")
    for name, told in (("busy", "at work"), ("memory", "once nobody has asked for a while")):
        times = many[name] / one[name]
        print(f"memory {told}: with one add-on {one[name] / 1e9:.2f} GB, with {MANY} ", end="")
        print(f"{many[name] / 1e9:.2f} GB, {times:.2f} times")


def like(home: Path, run: str, seed: int) -> str:
    """Make another run of the same base and settings with random weights; return its id."""
    import torch
    from safetensors.torch import save_file

    from studio.engine.checkpoints import WEIGHTS, read_weights
    from studio.services.jobs import best_checkpoint
    from studio.store.files import new_id
    from studio.store.home import Home

    first = Home(home).runs.folder(run)
    step, checkpoint = best_checkpoint(first)
    other = f"{run[:16]}{new_id()}"
    shutil.copytree(first.path, home / "runs" / other, ignore=shutil.ignore_patterns("checkpoints"))
    generator = torch.Generator().manual_seed(seed)
    weights = {
        name: torch.randn(tensor.shape, generator=generator) * 0.01
        for name, tensor in read_weights(checkpoint).items()
    }

    def write(folder: Path) -> None:
        (folder / WEIGHTS).parent.mkdir()
        save_file(weights, folder / WEIGHTS)

    Home(home).runs.folder(other).checkpoints.save(step, write, eval_loss=1.0)
    return other


def _in_own_process(home: Path, runs: Sequence[str], tokens: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.serving", "--home", str(home), "--tokens", str(tokens)]
    done = subprocess.run(
        [*command, "--runs", *runs], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def measured(home: Path, runs: Sequence[str], tokens: int) -> dict[str, Any]:
    """Return what a server of these runs does and takes; where there is one run, it answers for all."""
    from studio.serving.cast import cast
    from studio.store.home import Home

    whole = cast(Home(home), runs, with_documents=False, tell=lambda line: None)
    voices = Voices([whole.speakers[run] for run in runs])
    voices.answered(1, [0], 8)  # the first products prepare what the later ones use
    found = {
        "alone": statistics.mean(voices.answered(1, [0], tokens, at) for at in range(TOGETHER)),
        "same": voices.answered(TOGETHER, [0], tokens),
        "different": voices.answered(TOGETHER, range(min(TOGETHER, len(runs))), tokens),
    }
    if len(runs) > ROUNDS:
        voices.switched()  # reads them
        found["switched"] = voices.switched()
        voices.everybody()
        found["read"], found["reading"] = voices.switched(), voices.reading()
    voices.everybody()
    found["add_ons"], found["busy"] = voices.shelf.bytes(), process_memory_bytes()
    give_back_memory()  # as the server does once nobody has asked for a while
    return found | {"memory": process_memory_bytes()}


class Voices:
    """Runs on one base, each asked through the decoder that they share."""

    def __init__(self, speakers: Sequence[Any]) -> None:
        self._speakers, self._decoder = speakers, speakers[0].decoder
        self.shelf = self._decoder.shelf
        template = speakers[0].gathered.template
        from studio.data.tokens import encode_prompt

        self._prompts = [encode_prompt([Message("user", question)], template) for question in QUESTIONS]

    def answered(self, clients: int, who: Sequence[int], tokens: int, first: int = 0) -> float:
        """Return the tokens a second of answers of this length to so many at once, reading included.

        The clients take turns with `who` they ask; the first of them puts question number `first`.
        """
        began = time.perf_counter()
        places = range(clients)
        self._decoder.join([self._seat(first + at, who[at % len(who)], tokens) for at in places])
        while len(self._decoder):
            self._decoder.step()
        return clients * tokens / (time.perf_counter() - began)

    def _seat(self, question: int, who: int, tokens: int) -> Any:
        from studio.engine.decoding import Seat

        return Seat(self._prompts[question], _taking(tokens), self._speakers[who].add_on)

    def everybody(self) -> None:
        """Ask all, eight at once; the same load where there is only one."""
        for first in range(0, MANY, TOGETHER):
            places = range(first, first + TOGETHER)
            self.answered(TOGETHER, [place % len(self._speakers) for place in places], 8)

    def switched(self) -> float:
        """Return how much longer the first token takes with another add-on than with the same again, seconds.

        Asked are always the same ones: the first time after all were asked they are no longer in memory.
        """
        more = []
        for who in range(1, ROUNDS + 1):
            self._first_token(0)
            again = self._first_token(0)
            more.append(self._first_token(who) - again)
        return statistics.median(more)

    def reading(self) -> float:
        """Return how long it takes to read an add-on, seconds: of those that `switched` does not ask."""
        seconds = []
        for who in range(ROUNDS + 1, 2 * ROUNDS + 1):
            began = time.perf_counter()
            self.shelf.fetch(self._speakers[who].add_on)
            seconds.append(time.perf_counter() - began)
        return statistics.median(seconds)

    def _first_token(self, who: int) -> float:
        began = time.perf_counter()
        self._decoder.join([self._seat(0, who, 1)])
        return time.perf_counter() - began


def _taking(tokens: int) -> Callable[[int], bool]:
    left = iter(range(tokens - 1, -1, -1))
    return lambda token: next(left) > 0


if __name__ == "__main__":
    main()
