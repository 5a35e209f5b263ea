"""What is refused before any reader sees it: files that hold no table, told by their first bytes."""

import json
import re
import string
from pathlib import Path

from studio.core.errors import Refused
from studio.data.readers.columns import shown
from studio.data.readers.upload import Upload

_NEEDED = "Choose a table: CSV, TSV, JSON, JSONL, Parquet or Excel."

_PICKLES = {".bin", ".ckpt", ".dill", ".joblib", ".npy", ".npz", ".pickle", ".pkl", ".pt", ".pth"}
# fmt: off
_PROGRAMS = {
    ".apk", ".app", ".bash", ".bat", ".c", ".cjs", ".cmd", ".com", ".cpp", ".deb", ".dll", ".dmg", ".dylib",
    ".elf", ".exe", ".fish", ".go", ".hta", ".ipynb", ".jar", ".java", ".js", ".jse", ".lnk", ".lua", ".mjs",
    ".msi", ".php", ".pl", ".ps1", ".psm1", ".py", ".pyc", ".pyw", ".r", ".rb", ".rdata", ".rpm", ".rs",
    ".scr", ".sh", ".so", ".ts", ".vbs", ".wasm", ".whl", ".wsf", ".zsh",
}
# fmt: on

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
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
    (b"BM", "a picture (BMP)"),
    (b"\x00\x00\x01\x00", "a picture (icon)"),
    (b"8BPS", "a picture (Photoshop)"),
    (b"\x1a\x45\xdf\xa3", "a film (Matroska)"),
    (b"\x80\x02", "a Python pickle, which can run programs when it is opened"),
    (b"\x80\x03", "a Python pickle, which can run programs when it is opened"),
    (b"\x80\x04", "a Python pickle, which can run programs when it is opened"),
    (b"\x80\x05", "a Python pickle, which can run programs when it is opened"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"\x89HDF\r\n", "an HDF5 file"),
    (b"GGUF", "a model (GGUF)"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\x00asm", "a program"),
    (b"\xce\xfa\xed\xfe", "a program"),
    (b"\xfe\xed\xfa\xce", "a program"),
    (b"\xfe\xed\xfa\xcf", "a program"),
    (b"dex\n", "a program"),
    (b"@echo off", "a script"),
    (b"<?php", "a script"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"\xcf\xfa\xed\xfe", "a program"),
    (b"#!", "a script"),
    (b"{\\rtf", "an RTF document"),
    (b"ARROW1", "an Arrow file (Feather)"),
    (b"Obj\x01", "an Avro file"),
    (b"ORC", "an ORC file"),
    (b"PARE", "an encrypted Parquet file"),
)

_PACKED: tuple[tuple[bytes, str], ...] = (
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!\x1a\x07", "RAR"),
)

_OLD_PICKLE = re.compile(rb"\((?:lp|dp|ip|t)\d+\n|\(?c[\w.]+\n[\w.]+\n|[\]}(]q\x00")
"""Pickles of the first two protocols are letters; lists, objects and calls of functions begin so."""
_MEDIA_TYPE = re.compile(rb"....ftyp", re.DOTALL)
_COMPILED = re.compile(rb"..\r\n[\x00-\x03]\x00\x00\x00", re.DOTALL)

_HTML = re.compile(
    r"<(!doctype\b|html\b|head\b|body\b|title\b|meta\b|script\b|style\b|table\b|div\b|\?xml\b|svg\b|!--)",
    re.IGNORECASE,
)
_LFS = "version https://git-lfs.github.com/spec/"
_MESSAGE_KEYS = ("message", "error", "errors", "detail")
_ERROR_KEYS = {
    *_MESSAGE_KEYS, "code", "status", "statusCode", "status_code", "documentation_url", "request_id",
    "requestId", "timestamp", "path", "type", "title", "instance", "success", "ok",
}  # fmt: skip
LONGEST_ANSWER_BYTES = 4096
_LETTERS = frozenset(string.printable.encode())


def refuse_ending(name: str) -> None:
    """Raise Refused for names of programs and pickles, whatever the file holds."""
    ending = Path(name).suffix.lower()
    if ending in _PICKLES:
        raise Refused(f"Files ending in {ending} hold pickled objects, which can run programs.", _NEEDED)
    if ending in _PROGRAMS:
        raise Refused(f"Files ending in {ending} are programs or scripts, not tables.", _NEEDED)


def refuse_contents(upload: Upload) -> None:
    """Raise Refused for contents that no reader takes, saying what they are."""
    head = upload.head
    if upload.text.startswith(_LFS):
        raise Refused(
            "This is a Git LFS pointer: a small text that stands for the real file.",
            "Fetch the file itself with `git lfs pull`, then choose that.",
        )
    for signature, what in _SIGNATURES:
        if _begins(head, signature):
            raise Refused(f"This is {what}, not a table.", _NEEDED)
    if head.startswith(b"%PDF-") and upload.ending != ".pdf":
        raise Refused("This is a PDF document, not a table.", "To use its text, let its name end in .pdf.")
    if _HTML.match(upload.text):
        raise Refused(
            "This is a web page or XML, not a table; often that is the error page of a download.",
            "Open the address in a browser and save the data itself.",
        )
    if error := _error_of_a_server(head):
        raise Refused(
            f"This is what a server answered in place of a file: {shown(error)}.",
            "Open the address in a browser and save the data itself.",
        )
    if _OLD_PICKLE.match(head):
        raise Refused("This is a Python pickle, which can run programs when it is opened.", _NEEDED)
    if _MEDIA_TYPE.match(head):
        raise Refused("This is a picture or film, not a table.", _NEEDED)
    if _COMPILED.match(head):
        raise Refused("This is a program, not a table.", _NEEDED)
    for signature, what in _PACKED:
        if _begins(head, signature):
            raise Refused(f"This file is packed with {what}.", "Unpack it and choose the table inside.")
    if head[257:262] == b"ustar":
        raise Refused("This is a tar archive.", "Unpack it and choose the table inside.")


def _error_of_a_server(head: bytes) -> str:
    """Return the message of a short JSON answer that holds an error and nothing else; "" for other files."""
    if len(head) > LONGEST_ANSWER_BYTES or not head.lstrip().startswith(b"{"):
        return ""
    try:
        answer = json.loads(head)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(answer, dict) or not _ERROR_KEYS.issuperset(answer):
        return ""
    return next((str(answer[key]) for key in _MESSAGE_KEYS if answer.get(key)), "")


def _begins(head: bytes, signature: bytes) -> bool:
    """Compare the first bytes; a few letters alone could also open a table, unless zeros follow."""
    short = len(signature) < 5 and _LETTERS.issuperset(signature) and signature != b"#!"
    return head.startswith(signature) and (not short or b"\0" in head[:4096])
