"""What the server does before it serves."""

import os
import time
from pathlib import Path

from studio.ui.app import ABANDONED_SECONDS, remove_abandoned


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
