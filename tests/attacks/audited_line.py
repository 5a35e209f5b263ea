"""The whole journey of the command line under the audit hook, from the table to the server for programs.

`python -m tests.attacks.audited_line FOLDER MODEL JUDGE PORT` prints what was done that a studio never does.
It serves until it is asked to stop.
"""

import json
import sys
from pathlib import Path

from tests.attacks.watching import Watch


def walk(folder: Path, model: str, judge: str, port: str) -> None:
    """Check, train, exam, compare, judge, export, send, serve: what a person does, on one home."""
    from studio.cli import main
    from tests.services.conftest import write_table

    table, home = str(write_table(folder / "sums.csv")), ["--home", str(folder / "home")]

    def act(*words: str) -> None:
        assert main([*home, *words]) == 0, words

    act("user", "ada")
    act("check", table)
    knobs = ["--set", "recipe=quick", "--set", "steps=4", "--set", "evaluations=2"]
    act("train", table, "--model", model, *knobs)
    (run,) = (path.name for path in (folder / "home" / "runs").iterdir() if path.name[0] != ".")
    act("exam", run)
    act("compare", run, "--ask", "What is 3 plus one?")
    act("judge", run, "--model", "any", "--address", judge)
    for kind in ("adapter", "merged", "onnx", "code"):
        act("export", run, "--as", kind, "--to", str(folder / kind))
    act("export", run, "--as", "hub", "--of", "adapter", "--to", "me/tuned")
    act("serve", run, "--port", port)


if __name__ == "__main__":
    watch = Watch(Path(sys.argv[1]))
    sys.addaudithook(watch)
    walk(Path(sys.argv[1]), *sys.argv[2:])
    assert watch.asked["open"] > 100, "the hook was not asked"
    print(json.dumps(watch.found))
