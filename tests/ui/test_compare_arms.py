"""The fold of the bake-off: what is ticked, written and added there is kept, and what cannot be is told."""

from dataclasses import replace
from pathlib import Path

import gradio as gr
import pytest

from studio.core.errors import Refused
from studio.services.studio import Studio
from studio.ui.session import Session, read
from studio.ui.shell import Shell
from studio.ui.tabs.compare_arms import ArmsPart, _headline
from tests.services.conftest import planned, write_table
from tests.ui.test_arms_panel import baked


@pytest.fixture
def run(studio: Studio, tmp_path: Path, tiny_model_folder: Path) -> str:
    """A run that waits: nobody works here."""
    return studio.start(planned(studio, write_table(tmp_path / "table.csv"), tiny_model_folder))


@pytest.fixture
def part(shell: Shell) -> ArmsPart:
    return ArmsPart(shell, gr.HTML())


def pressed(**values: str) -> gr.EventData:
    return gr.EventData(None, values)


def test_ways_are_ticked_one_by_one_and_unticked_again(part: ArmsPart, shell: Shell, run: str) -> None:
    document = Session("compare", run=run, arms="few_shot").document()
    document = part.pick(document, pressed(value="retrieval", checked="true"))[shell.session]
    assert read(document).ways == ("few_shot", "retrieval")
    document = part.pick(document, pressed(value="few_shot", checked="false"))[shell.session]
    document = part.pick(document, pressed(value="retrieval", checked="false"))[shell.session]
    assert read(document).ways == ()


def test_the_title_says_what_was_found_at_an_earlier_point() -> None:
    assert _headline(baked()) == "You need not fine-tune."
    assert _headline(replace(baked(), earlier=True)) == "You need not fine-tune (of an earlier point)."


def test_instructions_are_kept_with_the_run(part: ArmsPart, shell: Shell, run: str) -> None:
    part.keep_prompt(Session("compare", run=run).document(), "Be brief.")
    assert shell.studio.prompt(run) == "Be brief."


def test_a_document_that_cannot_be_read_is_told_and_the_others_stay(
    part: ArmsPart, shell: Shell, run: str, tmp_path: Path
) -> None:
    good, empty = tmp_path / "help.md", tmp_path / "empty.txt"
    good.write_text("The bell is red.\n")
    empty.write_text("")
    with pytest.raises(Refused):
        part.add(Session("compare", run=run).document(), [str(empty), str(good)])
    assert [view.name for view in shell.studio.documents(run)] == ["help.md"]
    assert not good.exists(), "the copy of the browser's upload stays readable by its address"
    assert not empty.exists()


def test_a_document_is_taken_out_and_brought_back(
    part: ArmsPart, shell: Shell, run: str, tmp_path: Path
) -> None:
    path = tmp_path / "help.md"
    path.write_text("The bell is red.\n")
    document = Session("compare", run=run).document()
    part.add(document, [str(path)])
    (view,) = shell.studio.documents(run)
    part.remove(document, pressed(id=view.id))
    assert shell.studio.documents(run) == ()
    part.restore(document, pressed(id=view.id))
    assert shell.studio.documents(run) == (view,)


def test_without_a_way_nothing_is_begun(part: ArmsPart, run: str) -> None:
    with pytest.raises(Refused, match="No way is ticked"):
        part.begin(Session("compare", run=run, arms="").document(), "")


def test_a_way_that_needs_instructions_takes_no_part_without_them(part: ArmsPart, run: str) -> None:
    with pytest.raises(Refused, match="No way is ticked"):
        part.begin(Session("compare", run=run, arms="prompt").document(), "  ")
