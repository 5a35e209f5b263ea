"""Secrets that nothing else looks like, and the search for them in all that was written and told."""

import base64
import gzip
import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

NESTED = 3
"""How deep archives are opened that lie in archives."""


def guises(secret: str) -> tuple[bytes, ...]:
    """Return a secret as it might lie in a file: plain, in two bytes a letter, in hexadecimal, in Base64."""
    plain = secret.encode()
    # In Base64 it reads in one of three ways, as it begins; its ends mix with what stands beside it.
    mixed = (base64.b64encode(b"-" * before + plain)[4:-4] for before in range(3))
    return (plain, secret.encode("utf-16-le"), plain.hex().encode(), *mixed)


def leaks(secrets: Mapping[str, str], said: Mapping[str, bytes]) -> list[str]:
    """Return which secret stands where: in a content of `said`, or in the name of its place."""
    known = {name: guises(secret) for name, secret in secrets.items()}
    return [
        f"{name} in {place}"
        for whole, content in said.items()
        for place, part in unpacked(whole, content)
        for name, looks in known.items()
        if any(look in place.encode() or look in part for look in looks)
    ]


def unpacked(place: str, content: bytes, depth: int = NESTED) -> Iterator[tuple[str, bytes]]:
    """Yield a content, and whatever lies in it where it is an archive: a zip, a workbook, a gzip file."""
    yield place, content
    if depth and zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield from unpacked(f"{place}/{name}", archive.read(name), depth - 1)
    elif depth and content.startswith(b"\x1f\x8b"):
        yield from unpacked(f"{place} (unpacked)", gzip.decompress(content), depth - 1)


def files_below(folder: Path) -> dict[str, bytes]:
    """Return every file by its name in the folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
