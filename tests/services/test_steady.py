"""An exam asks in other words where that is wanted, and judges statements where documents were added."""

import pytest

from studio.core.errors import Refused
from tests.services.conftest import ended, job_ended, planned


def test_other_words_and_documents_are_measured_where_they_are_there(
    studio, table, tiny_model_folder, tmp_path
):
    run = studio.start(planned(studio, table, tiny_model_folder))
    assert ended(studio, run) == "finished"
    path = tmp_path / "sums.txt"
    path.write_text("One and one make two, as every textbook of sums explains.", encoding="utf-8")
    studio.add_document(run, path, "sums.txt")
    job = studio.start_exam(run, steady=True)
    assert job_ended(studio, run, job) == "finished"
    found = studio.exam(run)
    assert {"steadiness", "unsupported"} <= set(found.arms["base"]) & set(found.differences)
    assert "two other ways" in found.in_other_words
    assert studio.can_be_steady(run)


def test_documents_have_no_questions_to_put_otherwise(studio, table, tiny_model_folder, monkeypatch):
    run = studio.start(planned(studio, table, tiny_model_folder))
    assert ended(studio, run) == "finished"
    monkeypatch.setattr("studio.engine.objectives.chat.WINDOWS", True)
    assert not studio.can_be_steady(run)
    with pytest.raises(Refused, match="nothing to ask in other words"):
        studio.start_exam(run, steady=True)
