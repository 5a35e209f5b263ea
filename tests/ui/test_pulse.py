"""What the page tells its script to poll for: its tag is of the facts that the page was drawn from."""

import html
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from studio.services.studio import Studio
from studio.services.views import RunView
from studio.services.views_of_data import UploadView
from studio.ui.live import Live, Watched
from studio.ui.session import HUB, Facts, Session, look_up
from studio.ui.shell import Shell, pulse
from studio.ui.tabs.method import MethodTab
from studio.ui.wiring import told
from tests.services.conftest import write_table


def watched(shown: str) -> dict[str, Any]:
    found = re.search(r'data-watch="([^"]*)"', shown)
    assert found is not None
    return json.loads(html.unescape(found.group(1)))


def poll(studio: Studio, told: dict[str, Any]) -> str:
    page = Watched(told["run"], upload=told["upload"], dataset=told["dataset"])
    return Live(studio).reply(page, since=-1, known=told["tag"])["tag"]


def test_a_file_that_is_read_to_its_end_while_the_page_is_drawn_is_found_by_the_next_poll(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = [UploadView("up1", "rows.csv", "reading")]
    monkeypatch.setattr(Studio, "upload", lambda studio, upload: states[-1])
    studio = Studio(tmp_path)
    facts = look_up(studio, Session(upload="up1"))
    undisturbed = watched(pulse(studio, facts))
    assert poll(studio, undisturbed) == undisturbed["tag"]
    states.append(replace(states[-1], state="done", dataset="d1"))
    told = watched(pulse(studio, facts))
    assert poll(studio, told) != told["tag"]


def test_a_run_that_ends_while_the_page_is_drawn_is_found_by_the_next_poll(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run_view: Callable[..., RunView]
) -> None:
    runs = [run_view(status="running")]
    monkeypatch.setattr(Studio, "runs", lambda studio: tuple(runs))
    studio = Studio(tmp_path)
    facts = look_up(studio, Session("train", run=runs[0].id))
    undisturbed = watched(pulse(studio, facts))
    assert poll(studio, undisturbed) == undisturbed["tag"]
    runs[0] = replace(runs[0], status="finished")
    told = watched(pulse(studio, facts))
    assert poll(studio, told) != told["tag"]


def test_where_a_part_of_a_step_is_drawn_the_page_keeps_the_tag_of_what_it_shows(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    part = watched(pulse(studio, Facts(Session("method"), None, None), measuring=True, whole=False))
    assert "tag" not in part
    assert part["measuring"]
    assert "measuring" not in watched(pulse(studio, Facts(Session("method"), None, None)))


def test_what_the_page_asks_by_itself_takes_no_message_away() -> None:
    """Each measured forecast had wiped what the visitor was just told, such as that no model is named."""
    notice = gr.HTML()
    assert told(notice)(dict)() == {notice: ""}
    assert told(notice, pressed=False)(dict)() == {notice: gr.skip()}, "Gradio takes no empty answer"


def test_where_no_model_is_named_nothing_is_measured(shell: Shell, studio: Studio, tmp_path: Path) -> None:
    dataset = studio.add_dataset(write_table(tmp_path / "sums.csv"), "sums.csv").id
    session = Session("method", dataset=dataset, place=HUB)
    drawn = MethodTab(shell).show(look_up(studio, session), entering=True)
    assert watched(drawn[shell.pulse])["measuring"] is False
