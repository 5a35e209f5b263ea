"""Kills a training process at random moments, damages what it left, fills its disk; every run must end as if
nothing had been.

    python -m benchmarks.faults [--kills 200] [--damages 30] [--fillings 6] [--seed 0] [--json]

Each victim is a process of its own: the studio with its worker on a real home, begun by a fork of a process
that has only imported the libraries, so that a leg takes a second or two. It is killed with SIGKILL at a
moment drawn evenly over the time that an undisturbed run takes, and resumed until it has ended. Exit 1 where
a count is not what it must be.
"""

import argparse
import json
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.faults_victims import LEG_SECONDS, Victim, reap, write_waiting
from studio.core import events, system
from studio.services.packages import load_packages

FULL_BYTES = 100_000
"""The largest file on a full disk: events and settings fit, the tensors of a checkpoint do not."""


@dataclass
class Counts:
    """What was done and what came of it."""

    kills: int = 0
    torn_used: int = 0
    """Resumes that began anywhere else than at the newest checkpoint that verifies."""
    acknowledged_lost: int = 0
    """Kills after which a line, or a checkpoint, that the run had told of was gone."""
    resumed_bit_equal: int = 0
    """Kills of runs whose every loss, and whose last weights and optimiser, are the undisturbed run's."""
    kills_after: dict[str, int] = field(default_factory=dict)
    """Kills by the last thing that the run had said."""
    damages: int = 0
    damages_told: int = 0
    damages_bit_equal: int = 0
    full_disks: int = 0
    full_disks_told: int = 0
    full_disks_bit_equal: int = 0

    @property
    def sound(self) -> bool:
        return (
            self.torn_used == self.acknowledged_lost == 0
            and self.resumed_bit_equal == self.kills
            and self.damages_told == self.damages_bit_equal == self.damages
            and self.full_disks_told == self.full_disks_bit_equal == self.full_disks
        )


class Faults:
    """Makes victims in a folder, and counts."""

    def __init__(self, place: Path, draw: random.Random) -> None:
        self._place, self._draw = place, draw
        self.counts = Counts()
        self._victims = 0
        write_waiting(place / "waiting")
        self._reference = self._new()
        began = time.monotonic()
        self._reference.end()
        self._seconds = time.monotonic() - began
        assert self._reference.ended_as(self._reference), self._reference.said()[-1]

    def _new(self) -> Victim:
        self._victims += 1
        return Victim(self._place / "waiting" / "home", self._place / f"home-{self._victims}")

    def kill(self, wanted: int) -> None:
        """Kill runs at random moments until there were so many kills; each run goes on to its end."""
        while self.counts.kills < wanted:
            victim, done, expected = self._new(), 0, []
            while self.counts.kills < wanted and self._killed(victim):
                done += 1
                self.counts.kills += 1
                expected.append(self._look(victim))
                victim.resume()
            if victim.status() != "finished":
                victim.end()
            self.counts.torn_used += _wrong_starts(victim, expected)
            self.counts.resumed_bit_equal += done * victim.ended_as(self._reference)

    def _killed(self, victim: Victim) -> bool:
        """Work on a run for a random time; return whether it was killed before its end."""
        return reap(victim.begin_leg(), self._draw.uniform(0.0, self._seconds)) and (
            victim.status() != "finished"
        )

    def _look(self, victim: Victim) -> tuple[int, int]:
        """Check what a killed process left. Return how many lines it wrote, and where a resume must begin."""
        said, lines = victim.said(), victim.folder.events_file.read_bytes()
        whole = lines[: lines.rfind(b"\n") + 1]
        moment = type(said[-1]).__name__
        self.counts.kills_after[moment] = self.counts.kills_after.get(moment, 0) + 1
        told = max((event.step for event in said if isinstance(event, events.CheckpointSaved)), default=0)
        damaged = len(said) != whole.count(b"\n") or any(map(_tells_of_damage, said))
        self.counts.acknowledged_lost += victim.newest_step() < told or damaged
        return len(said), victim.newest_step()

    def damage(self, wanted: int) -> None:
        """Damage the newest checkpoint of a killed run: the one before it must be used, and that told."""
        while self.counts.damages < wanted:
            victim = self._new()
            if not self._killed(victim) or victim.newest_step() == 0:
                continue
            step = victim.newest_step()
            files = [path for path in victim.folder.checkpoints.newest()[1].rglob("*") if path.is_file()]
            path = self._draw.choice(sorted(files))
            way = DAMAGES[self.counts.damages % len(DAMAGES)]
            path.write_bytes(way(path.read_bytes(), self._draw))
            before = (len(victim.said()), victim.newest_step())
            victim.resume()
            victim.end()
            self.counts.damages += 1
            said = [event.message for event in victim.said() if isinstance(event, events.Warned)]
            told = any(f"checkpoint of step {step} was damaged" in message for message in said)
            self.counts.damages_told += told and not _wrong_starts(victim, [before])
            self.counts.damages_bit_equal += victim.ended_as(self._reference)

    def fill(self, wanted: int) -> None:
        """Let a run meet a full disk, then one with room again."""
        for _ in range(wanted):
            victim = self._new()
            victim.end(_fill_disk)
            last = victim.said()[-1]
            self.counts.full_disks += 1
            told = isinstance(last, events.RunFailed) and "could not be saved" in last.message
            self.counts.full_disks_told += told
            victim.resume()
            victim.end()
            self.counts.full_disks_bit_equal += victim.ended_as(self._reference)


def _wrong_starts(victim: Victim, expected: list[tuple[int, int]]) -> int:
    """Return how many legs began elsewhere than expected; `expected`: (lines before it, step) of each."""
    said = victim.said()
    starts = [(place, event) for place, event in enumerate(said) if isinstance(event, events.RunStarted)]
    wrong = 0
    for lines, step in expected:
        first = next(event for place, event in starts if place >= lines)
        wrong += first.from_step != step
    return wrong


def _tells_of_damage(event: events.Event) -> bool:
    return isinstance(event, events.Warned) and "damaged" in event.message


def _truncated(content: bytes, draw: random.Random) -> bytes:
    return content[: draw.randrange(len(content))]


def _zero_filled(content: bytes, draw: random.Random) -> bytes:
    start = draw.randrange(len(content))
    zeroed = content[:start] + bytes(len(content) - start)
    return zeroed if zeroed != content else bytes(len(content))


def _bit_flipped(content: bytes, draw: random.Random) -> bytes:
    place = draw.randrange(len(content))
    return content[:place] + bytes([content[place] ^ 1 << draw.randrange(8)]) + content[place + 1 :]


DAMAGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (_truncated, _zero_filled, _bit_flipped)


def _fill_disk() -> None:
    """Let the system refuse every larger file of this process, as a disk without room does."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (FULL_BYTES, FULL_BYTES))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    for name, number in (("kills", 200), ("damages", 30), ("fillings", 6), ("seed", 0)):
        parser.add_argument(f"--{name}", type=int, default=number)
    parser.add_argument("--json", action="store_true", help="one document instead of lines")
    chosen = parser.parse_args()
    system.prepare_process()
    load_packages()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        faults = Faults(Path(folder), random.Random(chosen.seed))
        faults.kill(chosen.kills)
        faults.damage(chosen.damages)
        faults.fill(chosen.fillings)
    told = {"sound": faults.counts.sound, "seconds": round(time.monotonic() - began), **asdict(faults.counts)}
    print(json.dumps(told) if chosen.json else "\n".join(f"{name}: {value}" for name, value in told.items()))
    print(f"{os.cpu_count()} cores; a leg ends after {LEG_SECONDS:.0f} s at the latest", file=sys.stderr)
    sys.exit(0 if faults.counts.sound else 1)


if __name__ == "__main__":
    main()
