"""The verbs that tell of votes and ask a judge: documents, refusals, and a key that is never shown."""

import json
from pathlib import Path

import pytest

from studio.cli import main
from studio.core.keys import JUDGE_KEY
from studio.services.studio import Studio
from tests.services.conftest import planned, write_table
from tests.services.test_judge_address import KEY, StandIn, reply, send, service
from tests.services.test_voting import held_exam, keep, right_one, vote_all

__all__ = ["service"]
COUNTS = {"tuned", "base", "ties", "won", "interval", "verdict"}
OF_VOTES = {"run", "step", "questions", "both_bad", "metrics", "judge", "sentence"}


@pytest.fixture
def call(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    def call(*words: object):
        code = main(["--home", str(tmp_path / "home"), "--json", *map(str, words)])
        said = capsys.readouterr()
        return code, json.loads(said.out), said.err

    return call


@pytest.fixture
def run(tmp_path: Path, tiny_model_folder: Path) -> str:
    """A run that waits in a home, with an exam."""
    studio = Studio(tmp_path / "home")
    run = studio.start(planned(studio, write_table(tmp_path / "sums.csv"), tiny_model_folder, steps=1))
    keep(tmp_path / "home", run, held_exam())
    studio.stop(run)
    return run


def test_votes_has_its_document_and_writes_the_preferences(call, run: str, tmp_path: Path) -> None:
    code, document, _ = call("votes", run)
    assert (code, document["voted"], document["won"]) == (0, 0, None)
    vote_all(Studio(tmp_path / "home"), run, right_one)
    target = tmp_path / "pairs.jsonl"
    said = tmp_path / "said.jsonl"
    code, document, _ = call("votes", run, "--to", target, "--all", said)
    assert code == 0
    kinds = [json.loads(line)["kind"] for line in said.read_text(encoding="utf-8").splitlines()]
    assert kinds == ["vote"] * 7
    assert document.keys() >= COUNTS | OF_VOTES
    assert (document["tuned"], document["base"], document["identical"]) == (7, 0, 1)
    assert document["metrics"]["rougeL"] == {"same": 7, "rows": 7, "kappa": None, "share": 1.0}
    pairs = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert len(pairs) == 7
    assert pairs[0].keys() == {"prompt", "chosen", "rejected"}
    code, document, said = call("votes", run, "--to", target)
    assert (code, "is there already" in said) == (2, True)


def test_judge_asks_an_address_with_the_key_of_the_environment_and_shows_it_nowhere(
    call, run: str, service: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(JUDGE_KEY, KEY)
    service.acts = [reply("C")]
    code, document, said = call("judge", run, "--address", service.address, "--model", "some-model")
    assert code == 0, said
    assert document.keys() >= COUNTS | {"judge", "address", "swayed", "unread", "unasked", "people"}
    assert (document["ties"], document["judge"]) == (7, "some-model")
    assert service.headers[0]["Authorization"] == f"Bearer {KEY}"
    service.acts = [send(401, b"")]
    code, document, said = call("judge", run, "--address", service.address, "--model", "other")
    assert (code, "does not accept this key" in document["error"]) == (1, True)
    assert KEY not in said


def test_a_judge_of_its_own_answers_is_refused(call, run: str) -> None:
    code, _, said = call("judge", run, "--model", run)
    assert (code, "nobody judges in a case of his own" in said) == (2, True)


def test_before_an_exam_there_is_nothing_to_vote_on(call, run: str, tmp_path: Path) -> None:
    (tmp_path / "home" / "runs" / run / "exam.json").unlink()
    for words in (("votes", run), ("judge", run, "--model", "starter")):
        code, document, _ = call(*words)
        assert (code, document["error"].startswith("There are no answers")) == (2, True)
