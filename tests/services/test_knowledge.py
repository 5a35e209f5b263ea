"""A person adds documents and an instruction to a run, takes them out, and brings them back."""

import pytest

from studio.core.errors import Refused
from tests.services.conftest import planned


@pytest.fixture
def run(closed, table, tiny_model_folder):
    return closed.start(planned(closed, table, tiny_model_folder))


def test_a_document_is_added_removed_and_brought_back(closed, run, tmp_path):
    path = tmp_path / "notes.md"
    path.write_text("The bell is red.\n\nThe wheel is blue.\n")
    added = closed.add_document(run, path, "My notes.md")
    assert (added.name, added.file_type, added.bytes, added.passages, added.words) == (
        "My notes.md", "text", 37, 1, 8,
    )  # fmt: skip
    assert closed.documents(run) == (added,)
    closed.remove_document(run, added.id)
    assert closed.documents(run) == ()
    assert closed.removed_document(run) == added
    closed.restore_document(run, added.id)
    assert closed.documents(run) == (added,)
    assert closed.removed_document(run) is None


def test_a_list_of_documents_reads_none_of_them_after_the_first_time(closed, run, tmp_path, monkeypatch):
    path = tmp_path / "notes.md"
    path.write_text("The bell is red.\n")
    added = closed.add_document(run, path, "notes.md")
    monkeypatch.setattr("studio.core.knowledge.from_dict", None)
    assert closed.documents(run) == (added,)
    closed.remove_document(run, added.id)
    assert closed.removed_document(run) == added


def test_the_instruction_is_kept_without_the_space_around_it_and_one_too_long_is_refused(closed, run):
    assert closed.prompt(run) == ""
    closed.set_prompt(run, " Be brief.\n")
    assert closed.prompt(run) == "Be brief."
    with pytest.raises(Refused, match="20000 is the most"):
        closed.set_prompt(run, "x" * 20_001)


def test_an_arm_that_needs_an_instruction_can_take_part_once_there_is_one(closed, run):
    assert "Write the instruction" in closed.why_no_arm(run, "prompt")
    closed.set_prompt(run, "Be brief.")
    assert closed.why_no_arm(run, "prompt") == ""
