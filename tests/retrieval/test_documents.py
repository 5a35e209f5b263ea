"""A document's text is read with its places, whatever its type, and what holds none is refused."""

import pytest

from studio.core.errors import Refused
from studio.core.knowledge import DocumentPart
from studio.retrieval import documents
from studio.retrieval.documents import read_document


@pytest.fixture
def read(tmp_path):
    def read(content: bytes, name: str):
        path = tmp_path / "upload"
        path.write_bytes(content)
        return read_document(path, name)

    return read


def test_every_type_says_where_its_text_stands(read, make):
    word = "<w:p/><w:p><w:r><w:t>Turn it on.</w:t></w:r></w:p>"
    assert read(make.docx(word), "a.docx").parts == (DocumentPart("paragraph 2", "Turn it on."),)
    assert read(make.pdf(["", "Turn it on."]), "a.pdf").parts == (DocumentPart("page 2", "Turn it on."),)
    found = read(b"# Heading\n\nFirst line.\nSecond line.\n\nLast one.\n", "a.md")
    assert found.parts == (
        DocumentPart("line 1", "# Heading"),
        DocumentPart("line 3", "First line.\nSecond line."),
        DocumentPart("line 6", "Last one."),
    )
    assert (found.name, found.file_type, found.bytes) == ("a.md", "text", 47)


def test_a_table_is_read_row_by_row_with_the_names_of_its_columns(read):
    found = read(b"part,price\nwheel,12\nbell,\n", "prices.csv")
    assert found.parts == (
        DocumentPart("row 2", "part: wheel\nprice: 12"),
        DocumentPart("row 3", "part: bell"),
    )


def test_a_name_that_would_turn_the_line_round_is_shown_plainly(read):
    assert read(b"Some text.", "evil\u202etxt.\n.md").name == "eviltxt. .md"


def test_what_holds_no_text_or_too_much_is_refused(read, monkeypatch):
    with pytest.raises(Refused, match="empty"):
        read(b"\n\n", "a.txt")
    monkeypatch.setattr(documents, "MOST_WORDS", 3)
    with pytest.raises(Refused, match="more than 3 words"):
        read(b"one two three four", "a.txt")
