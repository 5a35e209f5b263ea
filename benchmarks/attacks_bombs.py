"""Small files that swell when they are opened, and the memory of a process that is handed one.

python -m benchmarks.attacks_bombs FILE NAME        read FILE as the studio does and tell what came of it
"""

import gzip
import io
import json
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as arrow
import pyarrow.parquet as pq

from studio.core.errors import StudioError
from studio.data.readers import read_table
from studio.retrieval.documents import read_document

ROOT = Path(__file__).parents[1]
MB = 1_000_000
PIECE = b"\0" * MB
MOST_BYTES = 300 * MB
"""That a process may hold which is handed a bomb, with the libraries that it has imported."""


@dataclass(frozen=True)
class Opened:
    """What a process did with a file: the sentence it said, and the most memory that it held."""

    said: str
    peak_bytes: int


def open_alone(path: Path, name: str) -> Opened:
    """Read a file in a process of its own, as data and as a document to look things up in."""
    command = [sys.executable, "-m", "benchmarks.attacks_bombs", str(path), name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=True)
    return Opened(**json.loads(done.stdout.splitlines()[-1]))


def _member(name: str, piece: bytes, times: int, *, before: bytes = b"", after: bytes = b"") -> bytes:
    """Return a zip with one member of `times` pieces; the piece is never held more than once."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for other in _BESIDE.get(name, {}):
            archive.writestr(other, _BESIDE[name][other])
        with archive.open(name, "w", force_zip64=True) as member:
            member.write(before)
            for _ in range(times):
                member.write(piece)
            member.write(after)
    return file.getvalue()


_SHEET = "xl/worksheets/sheet1.xml"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_BOOK = {
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><sheets><sheet name="a" sheetId="1" '
    'r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    f'relationships"><Relationship Id="r1" Type="{_LINKS}/worksheet" Target="worksheets/sheet1.xml"/>'
    "</Relationships>",
}
_BESIDE: dict[str, dict[str, str]] = {
    _SHEET: _BOOK,
    "xl/sharedStrings.xml": _BOOK | {_SHEET: f'<worksheet xmlns="{_MAIN}"/>'},
}
_LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{at} "{f"&a{at - 1};" * 10}">' for at in range(1, 10))
    + "]>"
)


_CELL = '<row r="1"><c r="A1" t="inlineStr"><is><t>|</t></is></c></row>'
_FAR = '<row r="1"><c r="A1"><v>1</v></c></row>|<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


def _sheet(rows: str, piece: bytes = b"", times: int = 0, *, before: str = "") -> bytes:
    """Return a workbook of one sheet, in which the piece stands at the bar."""
    head, _, tail = f'{before}<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'.partition(
        "|"
    )
    return _member(_SHEET, piece, times, before=head.encode(), after=tail.encode())


def _lying_zip(megabytes: int) -> bytes:
    """Return a zip that says of its member that it is small."""
    content = bytearray(_member("rows.csv", b"a,b\n" * (MB // 4), megabytes))
    at = content.index(b"PK\x01\x02")
    content[at + 24 : at + 28] = (100).to_bytes(4, "little")
    return bytes(content)


def _gzip(piece: bytes, times: int, before: bytes = b"") -> bytes:
    file = io.BytesIO()
    with gzip.open(file, "wb") as packed:
        packed.write(before)
        for _ in range(times):
            packed.write(piece)
    return file.getvalue()


def _parquet(megabytes: int) -> bytes:
    """Return a table of a few kilobytes in which every row points at one long text."""
    file = io.BytesIO()
    text = "why " * (MB // 4)
    places = arrow.array([0] * megabytes, arrow.int32())
    column = arrow.DictionaryArray.from_arrays(places, arrow.array([text]))
    pq.write_table(arrow.table({"q": column, "a": column}), file, compression="zstd")
    return file.getvalue()


_LINE = b"BT /F1 12 Tf 72 720 Td (" + b"why " * 250 + b") Tj ET\n"


def _pdf(megabytes: int, line: bytes = _LINE) -> bytes:
    """Return a page whose drawing is packed twice, as PDF allows."""
    packer, piece = zlib.compressobj(9), line * (MB // len(line))
    inner = b"".join(packer.compress(piece) for _ in range(megabytes)) + packer.flush()
    stream = zlib.compress(inner, 9)
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Filter[/FlateDecode/FlateDecode]/Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    content, places = b"%PDF-1.7\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(content)
    return content + b"xref\n0 6\n0000000000 65535 f \n" + table + end


BOMBS: dict[str, tuple[str, Callable[[int], bytes]]] = {
    "gzip": ("rows.jsonl.gz", lambda size: _gzip(b'{"q":"a","a":"b"}\n' * (MB // 18), size)),
    "gzip of one line": ("rows.jsonl.gz", lambda size: _gzip(b"a" * MB, size, b'{"q":"')),
    "gzip of zeros": ("rows.csv.gz", lambda size: _gzip(PIECE, size)),
    "zip": ("rows.zip", lambda size: _member("rows.csv", b"a,b\n" * (MB // 4), size)),
    "zip that lies": ("rows.zip", _lying_zip),
    "zip in zip": (
        "rows.zip",
        lambda size: _member("in.zip", _member("rows.csv", b"a,b\n" * (MB // 4), size), 1),
    ),
    "workbook": ("rows.xlsx", lambda size: _member(_SHEET, b" " * MB, size)),
    "workbook of one cell": ("rows.xlsx", lambda size: _sheet(_CELL, b"a" * MB, size)),
    "workbook of texts": (
        "rows.xlsx",
        lambda size: _member("xl/sharedStrings.xml", b"<si><t>a</t></si>" * 60_000, size),
    ),
    "workbook that reaches far": ("rows.xlsx", lambda size: _sheet(_FAR)),
    "workbook of entities": ("rows.xlsx", lambda size: _sheet(_CELL, b"&a9;", 1, before=_LAUGHS)),
    "document": ("a.docx", lambda size: _member("word/document.xml", b" " * MB, size)),
    "document of entities": (
        "a.docx",
        lambda size: _member(
            "word/document.xml", b"", 0, before=f"{_LAUGHS}<w:document xmlns:w='w'>&a9;</w:document>".encode()
        ),
    ),
    "parquet": ("rows.parquet", _parquet),
    "pdf": ("a.pdf", _pdf),
    "pdf of many strokes": ("a.pdf", lambda size: _pdf(min(size, 60), b"BT /F1 1 Tf (a) Tj ET ")),
    "nested json": ("rows.json", lambda size: b"[" * (size * MB // 20)),
    "open quote": ("rows.csv", lambda size: b'q,a\n"' + b"a" * (size * MB // 20)),
    "wide table": ("rows.csv", lambda size: b"a" + b",a" * (size * MB // 40) + b"\n"),
}
"""How each is made of a number of megabytes that it swells to, and under which name it is handed over."""


def main(path: Path, name: str) -> None:
    said = []
    for read in (lambda: sum(1 for _ in read_table(path, name).rows), lambda: read_document(path, name)):
        try:
            read()
            said.append("was read")
        except StudioError as error:
            said.append(str(error))
    print(json.dumps({"said": " / ".join(said), "peak_bytes": _peak_bytes()}))


def _peak_bytes() -> int:
    """Return the most that this process held; `getrusage` also counts the one that it was forked from."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
