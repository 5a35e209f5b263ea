"""Files of every type that hold the same two rows, and a way to read what a test writes."""

import csv
import gzip
import io
import json
import zipfile
from types import SimpleNamespace

import openpyxl
import pyarrow as arrow
import pyarrow.parquet as pq
import pytest

from studio.data.readers import read_table

ROWS = [{"question": "007", "answer": "NA"}, {"question": "Wie geht’s?", "answer": "1e5; TRUE, “gut”"}]


def _as_csv(rows, delimiter=",", encoding="utf-8", **options) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, **options)
    writer.writerow(rows[0])
    writer.writerows(row.values() for row in rows)
    return file.getvalue().encode(encoding)


def _as_excel(rows) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _as_parquet(columns) -> bytes:
    file = io.BytesIO()
    pq.write_table(arrow.table(columns), file)
    return file.getvalue()


def _as_zip(members: dict[str, bytes | str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def _as_docx(body: str, before: str = "") -> bytes:
    document = f'{before}<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'
    return _as_zip({"[Content_Types].xml": "<Types/>", "word/document.xml": document})


def _as_pdf(pages: list[str]) -> bytes:
    """Write one line of Helvetica on each page; "" leaves the page empty."""
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for at, text in enumerate(pages):
        stream = f"BT /F1 12 Tf 50 700 Td ({text}) Tj ET" if text else ""
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {5 + 2 * at} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    content, places = b"%PDF-1.4\n", []
    for number, item in enumerate(objects, 1):
        places.append(len(content))
        content += f"{number} 0 obj\n{item}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n"
    end += f"<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(content)}\n%%EOF\n"
    return content + end.encode()


def _cells(table) -> list[dict]:
    return [dict(row.cells) for row in table.rows]


@pytest.fixture
def read(tmp_path):
    """Write content under a meaningless name and read it as the file `name`."""

    def read_content(content: bytes | str, name: str = "rows"):
        path = tmp_path / "upload"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_table(path, name)

    return read_content


@pytest.fixture(scope="session")
def make():
    """What tests build files with, by type; `cells` of a table; `rows` of the `files`."""
    files = {
        "csv": _as_csv(ROWS),
        "tsv": _as_csv(ROWS, "\t"),
        "json": json.dumps(ROWS).encode(),
        "jsonl": "\n".join(map(json.dumps, ROWS)).encode(),
        "parquet": _as_parquet({name: [row[name] for row in ROWS] for name in ROWS[0]}),
        "excel": _as_excel([list(ROWS[0]), *(list(row.values()) for row in ROWS)]),
    }
    files["gzip"] = gzip.compress(files["csv"])
    files["zip"] = _as_zip({"rows.csv": files["csv"]})
    files["docx"] = _as_docx("<w:p><w:r><w:t>One.</w:t></w:r></w:p><w:p><w:r><w:t>Two.</w:t></w:r></w:p>")
    files["pdf"] = _as_pdf(["One.", "Two."])
    return SimpleNamespace(
        csv=_as_csv,
        excel=_as_excel,
        parquet=_as_parquet,
        zip=_as_zip,
        docx=_as_docx,
        pdf=_as_pdf,
        cells=_cells,
        rows=ROWS,
        files=files,
    )
