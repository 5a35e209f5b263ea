"""What "Quick look" takes and what it is worth: from the click on Start to the finished exam.

    python -m benchmarks.quick_look [--sample support] [--recipe quick]

The studio runs in a process of its own, opened and idle, as after a look at the Method step; the clock starts
with the request and stops when the exam of the tuned model is there. Nothing is chosen but sample and recipe.
"""

import argparse
import os
import platform
import tempfile
import time
from pathlib import Path

from benchmarks.page import studio_server, wait_until
from studio.services.studio import Studio
from studio.services.views import RunView

PATIENCE_SECONDS = 3600


def exam_is_there(run: RunView) -> bool:
    """Raises SystemExit where the run or its exam ended in another way."""
    if run.status == "failed":
        raise SystemExit(f"The run failed: {run.failure}")
    held = [job for job in run.jobs if job.kind == "exam"]
    if any(job.status == "failed" for job in held):
        raise SystemExit(f"The exam failed: {held[-1].message}")
    return any(job.status == "finished" for job in held)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sample", default="support")
    parser.add_argument("--recipe", default="quick")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, studio_server(Path(folder)) as (_, _):
        studio = Studio(Path(folder))
        config = studio.plan(studio.add_sample(chosen.sample).id, chosen.recipe)
        began = time.perf_counter()
        run = studio.start(config)
        wait_until(lambda: exam_is_there(studio.run(run)), every=0.25, patience=PATIENCE_SECONDS)
        seconds = time.perf_counter() - began
        view, exam = studio.run(run), studio.exam(run)
    assert exam is not None
    base, tuned, difference = (
        exam.arms["base"]["loss"],
        exam.arms["tuned"]["loss"],
        exam.differences["loss"],
    )
    print(f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores")
    print(
        f"{chosen.recipe} on {chosen.sample}: {seconds:.0f} s from the click to the exam, "
        f"{view.seconds:.0f} s of them training; {view.steps} steps on {view.training_rows} rows, "
        f"{view.tokens_per_second:.0f} tokens/s, {(view.peak_memory_bytes or 0) / 1e9:.1f} GB at the peak"
    )
    print(
        f"held-out loss on {exam.rows} rows: {base.value:.3f} -> {tuned.value:.3f}; difference "
        f"{difference.value:.3f} [{difference.low:.3f}, {difference.high:.3f}]: {difference.verdict}; "
        f"{exam.answered} of them answered"
    )


if __name__ == "__main__":
    main()
