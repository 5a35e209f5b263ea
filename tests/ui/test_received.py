"""Files that are handed over and never read: they go again, and there is an end to how much they fill."""

import os
import time
from pathlib import Path

import anyio
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from studio.ui.addresses import UPLOAD, Addresses
from studio.ui.received import ABANDONED_SECONDS, Received, remove_abandoned


def test_uploads_that_nobody_came_to_read_are_removed_and_those_under_way_stay(tmp_path: Path) -> None:
    uploads, before = tmp_path / "uploads", time.time() - ABANDONED_SECONDS - 1
    for name in ("old", "new"):
        (uploads / name).mkdir(parents=True)
        (uploads / name / "rows.csv").write_text("a,b")
    (uploads / "loose.csv").write_text("a,b")
    for path in (uploads / "old" / "rows.csv", uploads / "loose.csv"):
        os.utime(path, (before, before))
    remove_abandoned(uploads)
    assert [path.name for path in uploads.iterdir()] == ["new"]


def test_a_home_that_never_received_anything_has_nothing_to_remove(tmp_path: Path) -> None:
    remove_abandoned(tmp_path / "uploads")
    assert not (tmp_path / "uploads").exists()


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    """Who hands files over to a folder that may hold a hundred bytes."""

    async def keep(scope, receive, send) -> None:
        with (tmp_path / f"file {len(list(tmp_path.iterdir()))}").open("wb") as file:
            async for part in Request(scope, receive).stream():
                file.write(part)
                file.flush()
        await PlainTextResponse("kept")(scope, receive, send)

    return TestClient(Addresses(keep, (), Received(tmp_path, 100)))


def test_files_that_nobody_has_read_do_not_fill_the_disk(client: TestClient, tmp_path: Path) -> None:
    sent = [client.post(UPLOAD, content=b"x" * 40).status_code for _ in range(4)]
    assert sent == [200, 200, 503, 503]
    assert "Try again" in client.post(UPLOAD, content=b"x" * 40).text
    old = time.time() - ABANDONED_SECONDS - 1
    for path in tmp_path.iterdir():
        os.utime(path, (old, old))
    assert client.post(UPLOAD, content=b"x" * 40).status_code == 200, "they belong to no page any more"


def test_a_file_that_does_not_say_how_large_it_is_is_cut_off(tmp_path: Path) -> None:
    received, kept = Received(tmp_path, 100), []

    async def keep(scope, receive, send) -> None:
        async for part in Request(scope, receive).stream():
            kept.append(part)

    async def endless():
        return {"type": "http.request", "body": b"x" * 40, "more_body": True}

    scope = {"type": "http", "method": "POST", "path": UPLOAD, "headers": []}
    anyio.run(received.take, keep, scope, endless, endless)
    assert len(kept) == 2
    assert received._coming == 0
