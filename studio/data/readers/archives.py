"""What a zip archive is, from its members: a workbook, a document, a packed table or something refused."""

import lzma
import stat
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import NoReturn

from studio.core.errors import Refused

ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
LARGEST_UNPACKED_BYTES = 2 * 1024**3
MOST_RATIO = 100
"""Text packs to a tenth, at the very best to a fiftieth; what unpacks to more was made to fill the disk."""

UNREADABLE = (
    zipfile.BadZipFile,
    OSError,
    ValueError,
    EOFError,
    LookupError,
    RuntimeError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
)
"""What `zipfile` raises over damaged archives (a nameless member: IndexError), odd packing and passwords."""

WORKBOOKS = ("xl/workbook.xml", "xl/workbook.bin", "content.xml")
DOCUMENT = "word/document.xml"
_KNOWN: tuple[tuple[str, str, str], ...] = (
    ("ppt/presentation.xml", "a PowerPoint presentation", "Save its text as a Word document or as text."),
    ("META-INF/MANIFEST.MF", "a Java program", "Choose a table: CSV, TSV, JSON, JSONL, Parquet or Excel."),
    ("META-INF/container.xml", "an electronic book", "Save its text as a Word document or as text."),
)
_READ_OF_OFFICE = (".xml", ".rels", ".bin")
_LEFT_BEHIND = ("__MACOSX/", ".DS_Store", "Thumbs.db")
"""What systems put into archives by themselves; it is no table of the user."""


def archive_members(path: Path) -> tuple[zipfile.ZipInfo, ...]:
    """Return what a zip archive holds, folders aside. Raises Refused where it is damaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            return tuple(member for member in archive.infolist() if not member.is_dir())
    except UNREADABLE as error:
        raise Refused(
            "The file is damaged: it begins as an Excel file or zip archive, and its end is missing.",
            "Save or download it again.",
        ) from error


def refuse_archive(members: tuple[zipfile.ZipInfo, ...]) -> None:
    """Raise Refused for archives that are known to be something else, or unpack to too much."""
    names = {member.filename for member in members}
    for sign, what, hint in _KNOWN:
        if sign in names:
            raise Refused(f"This is {what}, not a table.", hint)
    if any(name.endswith("data.pkl") for name in names):
        raise Refused(
            "This is a pickled model, which can run programs when it is opened.",
            "Choose a table: CSV, TSV, JSON, JSONL, Parquet or Excel.",
        )
    if names & {*WORKBOOKS, DOCUMENT}:
        _refuse_office_trap(members)


def _refuse_office_trap(members: tuple[zipfile.ZipInfo, ...]) -> None:
    """Raise Refused where a workbook or document grows too much; what it holds as pictures is never unpacked.

    Sheets of real sets pack 3 to 20:1, a million empty rows that have a style 21:1 (measured in 2026).
    """
    unpacked = sum(member.file_size for member in members)
    if unpacked > LARGEST_UNPACKED_BYTES:
        raise Refused(f"The file unpacks to {unpacked / 1e9:.1f} GB.", "Use a part of it.")
    for member in members:
        is_read = member.filename.lower().endswith(_READ_OF_OFFICE)
        if is_read and member.file_size > MOST_RATIO * member.compress_size:
            raise Refused(
                f"The Excel or Word file unpacks to more than {MOST_RATIO} times its size, as only traps do.",
                "Save its table as CSV, or its text as .txt, and choose that.",
            )


def users_members(members: tuple[zipfile.ZipInfo, ...]) -> list[zipfile.ZipInfo]:
    """Return the members that a person put in. Raises Refused for links, passwords and unsafe names."""
    kept = []
    for member in members:
        _refuse_member(member)
        if not member.filename.startswith(_LEFT_BEHIND) and not member.filename.endswith(_LEFT_BEHIND):
            kept.append(member)
    return kept


def _refuse_member(member: zipfile.ZipInfo) -> None:
    name = member.filename
    if stat.S_ISLNK(member.external_attr >> 16):
        _refuse(f"The archive holds a link ({name[:60]}), which may lead anywhere.")
    parts = {*PurePosixPath(name).parts, *PureWindowsPath(name).parts}
    absolute = PurePosixPath(name).is_absolute() or bool(PureWindowsPath(name).anchor)
    if absolute or ".." in parts or not name.isprintable():
        _refuse(f"The archive holds a file with an unsafe name ({name[:60]!r}).")
    if member.flag_bits & 0x1:
        _refuse("The archive is protected by a password.")


def _refuse(message: str) -> NoReturn:
    raise Refused(message, "Pack the table alone, without a password, or choose the table itself.")
