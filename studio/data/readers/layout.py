"""How a text is best cut into cells, and where its title, its header and its rows are: the sample's part."""

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from studio.data.readers.broken_rows import ROWS_LEARNED_FROM, Traits
from studio.data.readers.dialect import Dialect, Lines, rows_of
from studio.data.readers.header import find_heading, header_evidence

CHARACTERS_TRIED = 1024**2
ROWS_TRIED = 2000
LEAST_SHARE = 0.5
LEAST_SHARE_OF_RARE = 0.9
DELIMITERS = (",", ";", "\t", "|")
RARE_DELIMITERS = tuple(":^~\x01\x1e\x1f¦§#!&*%@$=+/")
"""Taken where no usual one cuts the text, and only under a header: they stand in ordinary text as well."""
ONE_COLUMN = "\x1c"
"""A delimiter that stands in no text: the whole line is one cell, quotes still work."""

_EXCEL_HINT = re.compile(r'\ufeff?"?sep=(.)"?(?:\r\n|\r|\n|$)', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a text has its table: `start` is the line of the header, or of the first row without one."""

    dialect: Dialect
    start: int
    header: tuple[str, ...] | None
    width: int
    titles: tuple[str, ...] = ()
    comments: tuple[int, ...] = ()
    fit: float = 1.0


@dataclass(frozen=True, slots=True)
class _Row:
    """`cells` is None where the quotation marks do not match up."""

    line: int
    begins: str
    cells: tuple[str, ...] | None


def find_layout(sample: str) -> Layout:
    """Return how a text is best cut into cells: the way that fits the most rows to one header."""
    if hint := _EXCEL_HINT.match(sample):
        layout = _layout(sample[hint.end() :], Dialect(hint[1]))
        return replace(layout, start=layout.start + 1, fit=1.0)
    best = _best(sample, DELIMITERS)
    if best is None:
        rare = [letter for letter in RARE_DELIMITERS if letter in sample]
        best = _best(sample, rare, least=LEAST_SHARE_OF_RARE, named=True)
    return best or _layout(sample, Dialect(ONE_COLUMN))


def traits_of(sample: str, layout: Layout) -> Traits:
    """Return what the rows of a sample have in common below the header."""
    traits = Traits(layout.width, layout.dialect.quote)
    rows, _ = _parse(sample, layout.dialect, layout.width)
    for row in rows[:ROWS_LEARNED_FROM]:
        if row.cells is not None and row.line > layout.start:
            traits.learn(row.cells, row.begins)
    return traits


def _best(
    sample: str, delimiters: Sequence[str], *, least: float = LEAST_SHARE, named: bool = False
) -> Layout | None:
    found = [layout for delimiter in delimiters for layout in _ways(sample, delimiter)]
    fitting = [
        layout
        for layout in found
        if layout.fit >= least and layout.width > 1 and (not named or _is_named(layout))
    ]
    return max(fitting, key=lambda layout: (layout.fit, layout.width), default=None)


def _is_named(layout: Layout) -> bool:
    return layout.header is not None and header_evidence(layout.header, ()) > 0


def _ways(sample: str, delimiter: str) -> Iterator[Layout]:
    """Yield the table cut at a delimiter, in the plainest way and in those that fit more of the rows."""
    if delimiter not in sample:
        return
    plain = Dialect(delimiter)
    layout = _layout(sample, plain)
    variants = []
    if sample.count(f'{delimiter} "') > sample.count(f'{delimiter}"'):
        variants.append(replace(plain, spaced=True))
    if '\\"' in sample or f"\\{delimiter}" in sample:
        variants.append(replace(plain, escapes=True))
    if re.search(rf"(?:^|[\n\r{re.escape(delimiter)}])'", sample) and not re.search(r'(?m)^"', sample):
        variants.append(replace(plain, quote="'"))
    if first := _ends_at(sample, delimiter):
        variants.append(replace(plain, ends_at=first))
    for variant in variants:
        other = _layout(sample, variant)
        if variant.ends_at and other.header is not None and layout.header is None:
            layout = other
        if other.fit > layout.fit or (variant.quote == "'" and _is_all_quoted(sample, delimiter)):
            layout = other
    if delimiter != "," or layout.fit == 1.0 or not _is_prose(sample, layout):
        yield layout


def _ends_at(sample: str, delimiter: str) -> int:
    """Return how many cells the first line has where it alone does not end in the delimiter; 0 elsewhere."""
    lines = [line for line in sample.splitlines()[:50] if line.strip()]
    later = lines[1:-1] or lines[1:]  # the last may be cut
    if not later or lines[0].endswith(delimiter) or not all(line.endswith(delimiter) for line in later):
        return 0
    return lines[0].count(delimiter) + 1


def _is_all_quoted(sample: str, delimiter: str) -> bool:
    """Return whether every cell of the first lines stands in single quotes."""
    lines = [line for line in sample.splitlines()[:50] if line.strip()]
    return all(line[0] == line[-1] == "'" and f"'{delimiter}'" in line for line in lines[:-1] or lines)


def _is_prose(sample: str, layout: Layout) -> bool:
    """Return whether commas are those of sentences: a space behind each, no quotes and no header."""
    text = sample[:10_000]
    spaced = len(re.findall(r", (?!\")", text))
    evidence = header_evidence(layout.header or (), ())
    return evidence <= 0 and spaced >= 0.9 * max(1, text.count(","))


def _layout(sample: str, dialect: Dialect) -> Layout:
    rows, gaps = _parse(sample, dialect)
    body = _body(rows)
    if not body:
        return Layout(dialect, 1, None, 0, fit=0.0)
    width = Counter(len(row.cells) for row in body).most_common(1)[0][0]
    layout = _laid_out(dialect, rows, gaps, width)
    if any(row.cells is None for row in rows):
        # Rows that were cut take others along unless the width is told: the usual one, or the first row's.
        for told in dict.fromkeys((width, len(body[0].cells))):
            rows, gaps = _parse(sample, dialect, told) if told > 1 else ([], set())
            other = _laid_out(dialect, rows, gaps, told) if _body(rows) else layout
            layout = other if other.fit > layout.fit else layout
    return layout


def _body(rows: list[_Row]) -> list[_Row]:
    """Return the rows whose quotation marks match up, without those that look like comments."""
    fitting = [row for row in rows if row.cells is not None]
    return [row for row in fitting if not row.begins.startswith("#")] or fitting


def _laid_out(dialect: Dialect, rows: list[_Row], gaps: set[int], width: int) -> Layout:
    fitting, body = [row for row in rows if row.cells is not None], _body(rows)
    table = _without_comments(fitting, body, width)
    lines = {row.line for row in table}
    between = frozenset(at for at, row in enumerate(table) if row.line in gaps)
    heading = find_heading([row.cells for row in table], width, between)
    start = table[heading.at]
    width = len(start.cells)
    # Quotation marks that do not match up count above the header too: a wrong delimiter leaves them there.
    told = [row for row in rows if row.cells is None or (row.line >= start.line and row.line in lines)]
    fit = sum(row.cells is not None and len(row.cells) == width for row in told) / len(told)
    return Layout(
        dialect,
        start.line,
        start.cells if heading.is_named else None,
        width,
        tuple(row.begins.strip() for row in table[: heading.at]),
        tuple(row.line for row in fitting if row.line not in lines),
        fit,
    )


def _without_comments(fitting: list[_Row], body: list[_Row], width: int) -> list[_Row]:
    """Return the rows that are no comments. A line with # that fits the table is a row of it.

    Above the header it is none where the row below it is a header already.
    """
    table = [row for row in fitting if not row.begins.startswith("#") or len(row.cells) == width]
    first = body[0]
    below = [row.cells for row in body[1:]]
    if table[0] is not first and header_evidence(first.cells, below) > 0:
        at = table.index(first)
        ahead = header_evidence(table[at - 1].cells, [first.cells, *below])
        return table[at:] if ahead <= header_evidence(first.cells, below) else table
    return table


def _parse(sample: str, dialect: Dialect, width: int = 0) -> tuple[list[_Row], set[int]]:
    """Return the rows of the sample, and the lines that have an empty line before them."""
    lines = Lines(io.StringIO(sample, newline=""))
    traits = Traits(width, dialect.quote) if width else None
    rows: list[_Row] = []
    gaps: set[int] = set()
    was_empty = False
    for found in islice(rows_of(dialect, lines, traits), ROWS_TRIED):
        cells = tuple(found) if isinstance(found, list) else None
        is_empty = cells is not None and len(cells) <= 1 and not any(cell.strip() for cell in cells)
        if not is_empty:
            rows.append(_Row(lines.row_began, lines.first, cells))
            if was_empty:
                gaps.add(lines.row_began)
        was_empty = is_empty
    is_cut = len(sample) >= CHARACTERS_TRIED and len(rows) > 1
    return (rows[:-1] if is_cut else rows), gaps
