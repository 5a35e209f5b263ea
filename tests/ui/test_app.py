"""What the server does before it serves, and that it listens where it is told, IPv6 included."""

import os
import socket
import time
import urllib.request
from pathlib import Path

import pytest

from studio.services.studio import Studio
from studio.ui.app import ABANDONED_SECONDS, EVERY_ADDRESS, build, in_url, launch, remove_abandoned
from studio.ui.doors.door import Open
from studio.ui.guard import guarded


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


def free_port(host):
    try:
        with socket.create_server((host, 0), family=socket.AF_INET6) as server:
            return server.getsockname()[1]
    except OSError:
        pytest.skip("this machine has no IPv6")


@pytest.mark.parametrize("host", ["::1", "::"])
def test_a_page_is_had_at_an_address_of_ipv6(tmp_path, host):
    studio = Studio(tmp_path)
    page, port = build(studio), free_port(host)
    launch(page, studio, host=host, port=port, lifespan=guarded(Open(), [host]))
    try:
        address = f"http://{in_url(EVERY_ADDRESS.get(host, host))}:{port}/"
        with urllib.request.urlopen(address, timeout=60) as answer:
            assert answer.status == 200
    finally:
        page.close()
