"""Documents and the instruction of a run are kept, and what is removed by mistake can be brought back."""

import pytest

from studio.core.errors import Refused, StudioError
from studio.core.knowledge import Document, DocumentPart, DocumentSummary
from studio.store.knowledge import Knowledge

MANUAL = Document(
    "manual.pdf", "pdf", 900, (DocumentPart("page 1", "Turn it on."), DocumentPart("page 2", "Off."))
)
NOTES = Document("Notes.md", "text", 20, (DocumentPart("line 1", "It is blue."),))


def told(document):
    return DocumentSummary(document.name, document.file_type, document.bytes, 1, document.words)


@pytest.fixture
def knowledge(tmp_path):
    return Knowledge(tmp_path / "knowledge")


def test_what_was_added_is_read_again_in_the_order_of_the_names(knowledge):
    assert knowledge.documents() == {}
    notes, manual = knowledge.add(NOTES), knowledge.add(MANUAL)
    assert list(knowledge.documents().items()) == [(manual, MANUAL), (notes, NOTES)]
    assert MANUAL.words == 4


def test_the_same_document_twice_is_kept_once(knowledge):
    assert knowledge.add(NOTES) == knowledge.add(NOTES)
    assert len(knowledge.documents()) == 1


def test_the_last_one_removed_can_be_brought_back_and_an_earlier_one_cannot(knowledge):
    notes, manual = knowledge.add(NOTES), knowledge.add(MANUAL)
    assert knowledge.removed(told) is None
    knowledge.remove(notes)
    knowledge.remove(manual)
    assert knowledge.documents() == {}
    assert knowledge.removed(told) == (manual, told(MANUAL))
    knowledge.restore(manual)
    assert list(knowledge.documents()) == [manual]
    with pytest.raises(Refused, match="not there any more"):
        knowledge.restore(notes)


def test_what_is_told_of_a_document_is_kept_beside_it_and_goes_with_it(knowledge, tmp_path):
    notes, manual = knowledge.add(NOTES), knowledge.add(MANUAL)
    asked = []
    ask = lambda document: (asked.append(document.name), told(document))[1]  # noqa: E731
    for _ in range(2):
        assert knowledge.summaries(ask) == {manual: told(MANUAL), notes: told(NOTES)}
    assert sorted(asked) == ["Notes.md", "manual.pdf"]
    knowledge.remove(notes)
    knowledge.remove(manual)
    assert [path.name for path in (tmp_path / "knowledge").glob("summary-*")] == [f"summary-{manual}.json"]


def test_more_documents_than_can_be_looked_up_are_refused(knowledge, monkeypatch):
    monkeypatch.setattr("studio.store.knowledge.MOST_DOCUMENTS", 1)
    assert knowledge.add(NOTES) == knowledge.add(NOTES)
    with pytest.raises(Refused, match="There are 1 documents already"):
        knowledge.add(MANUAL)


@pytest.mark.parametrize("name", ["", "../prompt", "0" * 15, "g" * 16])
def test_a_name_that_is_no_documents_reaches_no_file(knowledge, name):
    with pytest.raises(Refused, match="no document"):
        knowledge.remove(name)


def test_a_document_that_is_gone_is_told_so(knowledge):
    with pytest.raises(Refused, match="not there any more"):
        knowledge.remove("0" * 16)


def test_the_instruction_is_empty_until_it_is_written(knowledge):
    assert knowledge.prompt() == ""
    knowledge.set_prompt("Answer in one word.")
    assert knowledge.prompt() == "Answer in one word."


def test_a_damaged_document_is_named(knowledge, tmp_path):
    name = knowledge.add(NOTES)
    path = tmp_path / "knowledge" / f"document-{name}.json"
    path.write_text('{"version": 1, "name": 3}')
    with pytest.raises(StudioError, match=path.name):
        knowledge.documents()
