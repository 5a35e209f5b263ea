"""A few of what `python -m benchmarks.faults` does 200 times: killed at random, damaged, disk full."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def test_random_kills_damage_and_a_full_disk_leave_every_run_to_end_bit_equal():
    numbers = ("--kills", "4", "--damages", "3", "--fillings", "1", "--seed", "7")
    command = [sys.executable, "-m", "benchmarks.faults", "--json", *numbers]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=500, check=False)
    assert done.stdout, done.stderr
    counts = json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == 0, counts
    assert (counts["kills"], counts["torn_used"], counts["acknowledged_lost"]) == (4, 0, 0)
    assert counts["resumed_bit_equal"] == 4
    assert counts["damages_told"] == counts["damages_bit_equal"] == 3
    assert counts["full_disks_told"] == counts["full_disks_bit_equal"] == 1
