"""A file on its way: the page follows it by its id alone, and opens it once it is read."""

from dataclasses import replace
from pathlib import Path

import pytest

from studio.core.errors import Refused
from studio.core.report import DatasetReport, Issue
from studio.services.studio import Studio
from studio.services.views_of_data import UploadView
from studio.ui import live
from studio.ui.panels import sources
from studio.ui.session import Facts, Session, look_up
from studio.ui.shell import Shell
from studio.ui.tabs.data import DataTab

ATTACK = "<script>alert(1)</script>"
ISSUE = Issue("personal_data", "warning", 3, (2, 3, 4), ATTACK, ATTACK)
FIRST = DatasetReport("note", "csv", "pairs", 1000, 1000, 0, ("q", "a"), {"input": "q"}, issues=(ISSUE,))
READING = UploadView("up1", ATTACK, "reading", 12_000, 0.421, FIRST)


class Uploading(Studio):
    """A studio whose one upload is what a test says."""

    def __init__(self, home: Path, upload: UploadView | None) -> None:
        super().__init__(home)
        self.held = upload

    def upload(self, upload: str) -> UploadView:
        if self.held is None or self.held.id != upload:
            raise Refused("This upload is not known any more.", "")
        return self.held


def write(folder: Path, rows: int = 20) -> Path:
    path = folder / "rows.csv"
    path.write_text("question,answer\n" + "".join(f"q{n},a{n}\n" for n in range(rows)), encoding="utf-8")
    return path


def test_a_file_that_is_being_read_shows_how_far_it_is_and_what_it_found(tmp_path: Path) -> None:
    shown = sources.reading(READING)
    assert "12,000 rows read" in shown
    assert 'aria-valuenow="42"' in shown
    assert "Found in the first 1,000 rows" in shown
    assert "can still change the verdict" in shown
    assert "<script" not in shown
    assert "<script" not in sources.failed(replace(READING, state="failed", error=ATTACK, hint=ATTACK))
    poll = live.Live(Uploading(tmp_path, READING)).reply(live.Watched("", upload="up1"), since=-1)
    assert poll["reading"]
    assert poll["texts"]["upload"] == "12,000 rows read, 42 %"
    assert poll["bars"]["upload"] == 42


def test_a_data_set_that_is_fetched_shows_its_bytes() -> None:
    fetched = UploadView("up1", "owner/table", "reading", fetched_bytes=12_000_000, total_bytes=48_000_000)
    shown = sources.reading(fetched)
    assert "12 MB of 48 MB fetched" in shown
    assert 'aria-valuenow="25"' in shown


def test_the_page_is_drawn_anew_when_the_first_findings_come_and_when_it_ends(tmp_path: Path) -> None:
    states = [replace(READING, partial=None), READING, replace(READING, state="done", dataset="d")]
    tags = {live.tag((), None, None, state) for state in states}
    assert len(tags) == 3
    counted = replace(READING, rows=13_000, share=0.5)
    assert live.tag((), None, None, counted) == live.tag((), None, None, READING)


def test_a_file_that_was_read_is_opened_unless_the_visitor_went_on(studio: Studio, tmp_path: Path) -> None:
    view = studio.add_dataset(write(tmp_path), "rows.csv")
    done = Uploading(tmp_path / "home", replace(READING, state="done", dataset=view.id))
    there = look_up(done, Session(upload="up1")).session
    assert (there.dataset, there.upload) == (view.id, "")
    elsewhere = Session("method", dataset=view.id, upload="up1")
    assert look_up(done, elsewhere).session == elsewhere


@pytest.mark.parametrize(("state", "kept"), [("reading", "up1"), ("failed", "up1"), ("stopped", "")])
def test_a_page_follows_a_file_until_it_is_given_up(tmp_path: Path, state: str, kept: str) -> None:
    studio = Uploading(tmp_path, replace(READING, state=state))
    assert look_up(studio, Session(upload="up1")).session.upload == kept


def test_a_page_waits_for_a_file_that_a_restarted_server_has_not_taken_up_yet(tmp_path: Path) -> None:
    assert look_up(Uploading(tmp_path, None), Session(upload="up1")).session.upload == "up1"


def test_an_uploaded_file_is_taken_and_the_copy_of_the_browser_removed(shell: Shell, tmp_path: Path) -> None:
    tab, path = DataTab(shell), write(tmp_path)
    updates = tab.sources.add(str(path), {})
    assert not path.exists()
    upload = Session(**updates[shell.session]).upload
    assert shell.studio.upload(upload).name == "rows"
    shell.studio.stop_upload(upload)
    shell.studio.close()


def test_the_ways_in_stay_as_a_visitor_left_them_beside_a_file_that_could_not_be_read(
    shell: Shell, tmp_path: Path
) -> None:
    tab, failed = DataTab(shell), replace(READING, state="failed")
    view = shell.studio.add_dataset(write(tmp_path), "rows.csv")
    beside, alone = (
        tab.sources.show(Facts(Session(), dataset, None, upload=failed), entering=False)
        for dataset in (view, None)
    )
    assert tab.sources.other not in beside
    assert alone[tab.sources.other].open
