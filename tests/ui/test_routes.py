"""The studio's own addresses: ids in, never paths."""

from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from studio.core.errors import Refused
from studio.services.views import RunView
from studio.services.views_of_curves import Points
from studio.ui.assets import SCRIPTS, STYLES, script_tags, style_tags
from studio.ui.routes import routes


class OneExport:
    """A studio with one run and one finished export."""

    owner = "me"

    def __init__(self, run: RunView, archive: Path) -> None:
        self._run, self._archive = run, archive

    def runs(self) -> tuple[RunView, ...]:
        return (self._run,)

    def server(self) -> None:
        """There is none."""

    def points(self, run: str, since: int) -> Points:
        return Points(9, False, ((1, 2.0),), ())

    def export_path(self, run: str, kind: str) -> Path:
        if (run, kind) != (self._run.id, "adapter"):
            raise Refused("There is no such export.", "Make it first.")
        return self._archive

    def report(self, run: str) -> str:
        if run != self._run.id:
            raise Refused("There is no such run.", "See the list of runs.")
        return "<!doctype html><p>The report"

    def issues_excel(self, dataset: str) -> Path:
        if dataset != "data1":
            raise Refused("There is no such data set.", "Add it first.")
        return self._archive

    def run_dependents(self, run: str) -> tuple[str, ...]:
        if run != self._run.id:
            raise Refused("There is no such run.", "")
        return ("1 saved point",)

    dataset_dependents = run_dependents

    def preferences(self, dataset: str) -> str:
        if dataset != "data1":
            raise Refused("No vote prefers one answer yet.", "Vote on some questions first.")
        return '{"prompt": "Why?", "chosen": "é", "rejected": "b"}\n'

    def feedback(self, dataset: str) -> str:
        return '{"kind": "vote"}\n'


@pytest.fixture
def client(run_view: Callable[..., RunView], tmp_path: Path) -> TestClient:
    archive = tmp_path / "archive.zip"
    archive.write_bytes(b"PK made up")
    return TestClient(Starlette(routes=routes(OneExport(run_view(), archive))))


def test_a_finished_export_comes_as_an_attachment_that_is_not_sniffed(client: TestClient) -> None:
    reply = client.get("/studio/download/run1/adapter")
    assert reply.content == b"PK made up"
    assert reply.headers["content-disposition"].startswith('attachment; filename="adapter-run1')
    assert reply.headers["x-content-type-options"] == "nosniff"


def test_preferences_come_as_an_attachment_and_without_votes_the_address_says_why(client: TestClient) -> None:
    reply = client.get("/studio/preferences/data1")
    assert reply.json()["chosen"] == "é"
    assert reply.headers["content-disposition"] == 'attachment; filename="preferences-data1.jsonl"'
    assert reply.headers["x-content-type-options"] == "nosniff"
    everything = client.get("/studio/feedback/data1")
    assert everything.json() == {"kind": "vote"}
    assert everything.headers["content-disposition"] == 'attachment; filename="feedback-data1.jsonl"'
    nothing = client.get("/studio/preferences/data2")
    assert (nothing.status_code, nothing.json()["error"]) == (404, "No vote prefers one answer yet.")


def test_rows_with_what_was_found_come_as_an_attachment(client: TestClient) -> None:
    reply = client.get("/studio/issues/data1")
    assert reply.content == b"PK made up"
    assert reply.headers["content-disposition"] == 'attachment; filename="archive.zip"'


@pytest.mark.parametrize(
    "path",
    [
        "/studio/download/run1/merged",
        "/studio/download/other/adapter",
        "/studio/download/..%2F..%2Fetc%2Fpasswd/adapter",
        "/studio/dependents/run/other",
        "/studio/issues/other",
        "/studio/issues/..%2F..%2Fetc%2Fpasswd",
        "/ui-static/../../pyproject.toml",
        "/ui-static/%2e%2e/%2e%2e/pyproject.toml",
    ],
)
def test_what_the_studio_does_not_know_is_not_found(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_poll_answers_and_refuses_an_offset_that_is_no_number(client: TestClient) -> None:
    reply = client.get("/studio/live", params={"run": "run1", "since": "0"})
    assert reply.json()["points"]["training"] == {"x": [1], "y": [2.0]}
    assert reply.headers["cache-control"] == "no-store"
    for nonsense in ("x", "--1", "²", "", "9" * 5000):
        assert client.get("/studio/live", params={"since": nonsense}).status_code == 400


def test_the_charts_script_and_all_styles_and_scripts_are_served_from_here(client: TestClient) -> None:
    assert client.get("/studio/plotly.min.js").status_code == 200
    tags = style_tags() + script_tags()
    addresses = [part.partition('"')[0] for part in tags.split('="')[1:] if part.startswith("ui-static/")]
    assert len(addresses) == len(STYLES) + len(SCRIPTS)
    for address in addresses:
        assert client.get(f"/{address}").status_code == 200


def test_what_hangs_on_a_run_is_told_before_it_is_deleted(client: TestClient) -> None:
    assert client.get("/studio/dependents/run/run1").json() == {"lines": ["1 saved point"]}


def test_a_report_is_a_page_that_may_run_nothing_and_load_nothing(client: TestClient) -> None:
    reply = client.get("/studio/report/run1")
    assert (reply.status_code, reply.text) == (200, "<!doctype html><p>The report")
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert "content-disposition" not in reply.headers
    policy = reply.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    missing = client.get("/studio/report/<script>")
    assert (missing.status_code, missing.headers["content-type"]) == (404, "text/plain; charset=utf-8")
