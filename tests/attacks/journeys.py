"""The journeys that are watched, seen from outside: a process each, what it is asked, and what it leaves.

Every secret that a studio is ever told is a canary here. What answers for the world (a hub, a judge, a
provider of sign-ins) stands on loopback.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from studio.core.accounts import line_of
from tests.attacks.canaries import files_below
from tests.attacks.standins import judging
from tests.attacks.steps import ACCESS_TOKEN, JUDGE_KEY, MISTYPED, PASSWORD, alone, ask_server, in_company
from tests.attacks.watching import ROOT
from tests.engine import taking_hub
from tests.engine.taking_hub import TakingHub, standing
from tests.services import provider as signing_in
from tests.services.conftest import wait_for, write_table
from tests.services.provider import provider
from tests.serving.conftest import free_port

SERVE_KEY, MACHINE_TOKEN = "sk-canary-of-the-server-90ce", "hf_canaryOfThisMachine66f2"
SECONDS = 500


@dataclass(frozen=True)
class Journey:
    found: list[str]
    """What the watch noted."""
    secrets: Mapping[str, str]
    written: Mapping[str, bytes]
    """Everything below the home, the folders for passing things and the hub's, and what was printed."""
    replies: Mapping[str, bytes]
    stray: list[str]
    """What appeared in the folder that it began in, which is also the user's own."""


@dataclass(frozen=True)
class Walker:
    """The process of a journey."""

    folder: Path
    process: "subprocess.Popen[bytes]"

    def reached(self, address: str) -> None:
        """Wait until it answers there."""

        def answers() -> bool:
            assert self.process.poll() is None, (self.folder / "stderr").read_text()[-3000:]
            try:
                return httpx.get(address).status_code < 500
            except httpx.ConnectError:
                return False

        wait_for(answers, SECONDS, every=0.1)

    def asked_to_stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def ended(self) -> list[str]:
        """Wait for its end, and return what the watch noted."""
        code = self.process.wait(SECONDS)
        assert code == 0, (self.folder / "stderr").read_text()[-3000:]
        return json.loads((self.folder / "stdout").read_text().splitlines()[-1])


@contextmanager
def walking(folder: Path, *words: str, typed: str = "", **environment: str) -> Iterator[Walker]:
    """Begin a journey; nothing but the named secrets and the folders comes from this process."""
    place, own = folder / "place", folder / "own"
    for each in (place / "temporary", own):
        each.mkdir(parents=True)
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    kept |= {"HOME": str(own), "TMPDIR": str(place / "temporary"), "HF_HOME": str(place / "hub")}
    kept |= {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    with (place / "stdout").open("wb") as out, (place / "stderr").open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", words[0], str(place), *words[1:]],
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=said,
            cwd=own,
            env=kept | environment,
        )
    assert process.stdin is not None
    process.stdin.write(typed.encode())
    process.stdin.close()
    try:
        yield Walker(place, process)
    finally:
        process.kill()
        process.wait()


def of_the_line(folder: Path, model: Path) -> Journey:
    """Walk the command line's verbs, then ask the server that the last of them opens."""
    port, replies = str(free_port()), dict[str, bytes]()
    with judging() as judge, standing(TakingHub()) as hub:
        secrets = {"HF_TOKEN": taking_hub.TOKEN, "STUDIO_JUDGE_KEY": JUDGE_KEY, "STUDIO_SERVE_KEY": SERVE_KEY}
        words = ("tests.attacks.audited_line", str(model), judge.address, port)
        with walking(folder, *words, typed=f"{PASSWORD}\n", HF_ENDPOINT=hub.address, **secrets) as walker:
            walker.reached(f"http://127.0.0.1:{port}/health")
            ask_server(f"http://127.0.0.1:{port}/v1", replies, SERVE_KEY)
            walker.asked_to_stop()
            found = walker.ended()
        assert hub.repositories["me/tuned"].private
        assert set(judge.keys) == {f"Bearer {JUDGE_KEY}"}
    return _seen(folder, found, replies, {**secrets, "the password": PASSWORD})


def of_the_page(folder: Path, model: Path) -> Journey:
    """Visit the page with its token, do all steps of it, and come again to one where people sign in."""
    first, second, replies = free_port(), free_port(), dict[str, bytes]()
    with judging() as judge, standing(TakingHub()) as hub, provider() as people:
        of_many = {"OPENID_PROVIDER_URL": people.address, "OAUTH_CLIENT_ID": signing_in.CLIENT}
        of_many |= {"OAUTH_CLIENT_SECRET": signing_in.SECRET, "STUDIO_USERS": line_of("ada", PASSWORD)}
        words = ("tests.attacks.audited_page", str(first), str(second), ACCESS_TOKEN)
        world = {"HF_ENDPOINT": hub.address, "HF_TOKEN": MACHINE_TOKEN, **of_many}
        with walking(folder, *words, **world) as walker:
            walker.reached(address := f"http://127.0.0.1:{first}")
            cookies = alone(address, replies, write_table(folder / "sums.csv"), (model, judge.address))
            walker.asked_to_stop()
            walker.reached(address := f"http://127.0.0.1:{second}")
            cookies |= in_company(address, replies, write_table(folder / "more.csv"), people)
            walker.asked_to_stop()
            found = walker.ended()
        assert hub.repositories["me/tuned"].private
        assert set(judge.keys) == {f"Bearer {JUDGE_KEY}"}
    secrets = {
        "the token of the machine": MACHINE_TOKEN,
        "the token that was entered": taking_hub.TOKEN,
        "the judge's key": JUDGE_KEY,
        "the token of this start": ACCESS_TOKEN,
        "the password": PASSWORD,
        "the mistyped password": MISTYPED,
        "the secret of the sign-in": signing_in.SECRET,
        "the token of the sign-in": signing_in.TOKEN,
    }
    return _seen(folder, found, replies, secrets | cookies)


def _seen(
    folder: Path, found: list[str], replies: Mapping[str, bytes], secrets: Mapping[str, str]
) -> Journey:
    stray = [str(path) for path in (folder / "own").rglob("*")]
    return Journey(found, secrets, files_below(folder), replies, stray)
