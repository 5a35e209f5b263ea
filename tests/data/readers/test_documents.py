"""Word and PDF become text, a row for each paragraph or page; locked and scanned ones are refused."""

import io

import pypdf
import pytest

from studio.core.errors import Refused
from studio.data.readers import pdf


def paragraph(text: str, inside: str = "w:r") -> str:
    return f"<w:p><{inside}><w:t>{text}</w:t></{inside}></w:p>"


def test_paragraphs_of_word_are_rows_numbered_as_they_stand(read, make):
    stops = "<w:pPr><w:tabs><w:tab/></w:tabs></w:pPr>"
    tabs = f"<w:p>{stops}<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/></w:r></w:p>"
    cell = f"<w:tbl><w:tr><w:tc>{paragraph('cell')}</w:tc></w:tr></w:tbl>"
    body = f"{paragraph('One &amp; two.')}<w:p/>{tabs}{cell}"
    table = read(make.docx(body), "a.docx")
    rows = list(table.rows)
    assert (table.file_type, table.columns, table.notes) == ("docx", ("text",), ())
    assert [(row.number, row.cells["text"]) for row in rows] == [
        (1, "One & two."),
        (3, "a\tb\n"),
        (4, "cell"),
    ]


def test_tracked_insertions_count_and_deletions_do_not(read, make):
    gone = "<w:del><w:r><w:delText>old</w:delText></w:r></w:del>"
    moved = "<w:moveFrom><w:r><w:t>away</w:t></w:r></w:moveFrom>"
    body = f"<w:p><w:ins><w:r><w:t>new</w:t></w:r></w:ins>{gone}{moved}</w:p>"
    assert make.cells(read(make.docx(body), "a.docx")) == [{"text": "new"}]


def test_word_documents_that_cannot_be_used_are_refused(read, make):
    with pytest.raises(Refused, match="holds no text"):
        read(make.docx("<w:p/>"), "a.docx")
    with pytest.raises(Refused, match="damaged"):
        read(make.docx("<w:p>"), "a.docx")
    entities = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    with pytest.raises(Refused, match="declares entities"):
        read(make.docx(paragraph("&b;"), entities), "a.docx")


def test_pages_of_a_pdf_are_rows(read, make):
    table = read(make.pdf(["Page one.", "", "Page three."]), "a.pdf")
    assert (table.file_type, table.columns) == ("pdf", ("text",))
    assert [(row.number, row.cells["text"].strip()) for row in table.rows] == [
        (1, "Page one."),
        (2, ""),
        (3, "Page three."),
    ]


def test_a_page_that_unpacks_to_more_than_any_page_holds_is_set_aside(read, make, monkeypatch):
    pages = make.pdf(["A page.", "a) Tj (" * 40, "The end."])
    assert not any(row.problem for row in read(pages, "a.pdf").rows)
    monkeypatch.setitem(pdf.LIMITS, "stream_parsing_work_maximum_count", 60)
    assert [bool(row.problem) for row in read(pages, "a.pdf").rows] == [False, True, False]


def test_a_pdf_without_text_or_with_a_password_is_refused(read, make):
    with pytest.raises(Refused, match="pictures of pages and no text"):
        read(make.pdf(["", ""]), "a.pdf")
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(make.pdf(["One."])))
    writer.encrypt("secret", algorithm="RC4-128")
    file = io.BytesIO()
    writer.write(file)
    with pytest.raises(Refused, match="encrypted"):
        read(file.getvalue(), "a.pdf")
    with pytest.raises(Refused, match="damaged"):
        read(b"%PDF-1.7\nnothing", "a.pdf")
