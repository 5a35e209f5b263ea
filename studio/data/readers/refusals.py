"""What is refused before any reader sees it: files that hold no table, told by their first bytes."""

import re
import string
import zipfile
from pathlib import Path

from studio.core.errors import Refused
from studio.data.readers.decoding import decode_head

_NEEDED = "Choose a table: CSV, TSV, JSON, JSONL, Parquet or Excel."

_PICKLES = {".bin", ".ckpt", ".joblib", ".npy", ".npz", ".pickle", ".pkl", ".pt", ".pth"}
# fmt: off
_PROGRAMS = {
    ".app", ".bash", ".bat", ".cmd", ".com", ".dll", ".dylib", ".elf", ".exe", ".ipynb", ".jar", ".js",
    ".jse", ".msi", ".php", ".pl", ".ps1", ".py", ".pyc", ".pyw", ".rb", ".scr", ".sh", ".so", ".vbs",
    ".wasm", ".whl", ".wsf", ".zsh",
}
# fmt: on

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG\r\n", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF87a", "a picture (GIF)"),
    (b"GIF89a", "a picture (GIF)"),
    (b"II*\x00", "a picture (TIFF)"),
    (b"MM\x00*", "a picture (TIFF)"),
    (b"RIFF", "a picture, sound or film (RIFF)"),
    (b"ID3", "a sound file (MP3)"),
    (b"OggS", "a sound file (Ogg)"),
    (b"fLaC", "a sound file (FLAC)"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x80\x02", "a Python pickle, which can run programs when it is opened"),
    (b"\x80\x03", "a Python pickle, which can run programs when it is opened"),
    (b"\x80\x04", "a Python pickle, which can run programs when it is opened"),
    (b"\x80\x05", "a Python pickle, which can run programs when it is opened"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x89HDF\r\n", "an HDF5 file"),
    (b"GGUF", "a model (GGUF)"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"\xcf\xfa\xed\xfe", "a program"),
    (b"#!", "a script"),
    (b"{\\rtf", "an RTF document"),
)

_PACKED: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!\x1a\x07", "RAR"),
)

_HTML = re.compile(r"<(!doctype html|html|head|body|\?xml|svg)\b", re.IGNORECASE)
_LFS = "version https://git-lfs.github.com/spec/"
_LETTERS = frozenset(string.printable.encode())
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")


def refuse_ending(name: str) -> None:
    """Raise Refused for names of programs and pickles, whatever the file holds."""
    ending = Path(name).suffix.lower()
    if ending in _PICKLES:
        raise Refused(f"Files ending in {ending} hold pickled objects, which can run programs.", _NEEDED)
    if ending in _PROGRAMS:
        raise Refused(f"Files ending in {ending} are programs or scripts, not tables.", _NEEDED)


def refuse_contents(head: bytes, path: Path) -> None:
    """Raise Refused for contents that no reader takes, saying what they are."""
    text = decode_head(head[:4096]).lstrip("\ufeff \t\r\n")
    if text.startswith(_LFS):
        raise Refused(
            "This is a Git LFS pointer: a small text that stands for the real file.",
            "Fetch the file itself with `git lfs pull`, then choose that.",
        )
    if _HTML.match(text):
        raise Refused(
            "This is a web page or XML, not a table; often that is the error page of a download.",
            "Open the address in a browser and save the data itself.",
        )
    for signature, what in _SIGNATURES:
        if _begins(head, signature):
            raise Refused(f"This is {what}, not a table.", _NEEDED)
    for signature, what in _PACKED:
        if _begins(head, signature):
            raise Refused(f"This file is packed with {what}.", "Unpack it and choose the table inside.")
    if head[257:262] == b"ustar":
        raise Refused("This is a tar archive.", "Unpack it and choose the table inside.")
    if head.startswith(_ARCHIVES):
        _refuse_archive(path)


def _begins(head: bytes, signature: bytes) -> bool:
    """Compare the first bytes; a few letters alone could also open a table, unless zeros follow."""
    short = len(signature) < 5 and _LETTERS.issuperset(signature) and signature != b"#!"
    return head.startswith(signature) and (not short or b"\0" in head[:4096])


def _refuse_archive(path: Path) -> None:
    """Let an Excel workbook pass and no other archive; a workbook is a zip archive with a known member."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Refused(
            "The file is damaged: it begins as an Excel file or zip archive, and its end is missing.",
            "Save or download it again.",
        ) from error
    names = {member.filename for member in members}
    if {"xl/workbook.xml", "xl/workbook.bin"} & names or "content.xml" in names:
        unpacked = sum(member.file_size for member in members)
        if unpacked > 2 * 1024**3:
            raise Refused(f"The workbook unpacks to {unpacked / 1e9:.1f} GB.", "Use a part of it.")
        return
    if "word/document.xml" in names:
        raise Refused("This is a Word document, not a table.", "Save its table as CSV or Excel.")
    if any(name.endswith("data.pkl") for name in names):
        raise Refused("This is a pickled model, which can run programs when it is opened.", _NEEDED)
    raise Refused("This is a zip archive.", "Unpack it and choose the table inside.")
