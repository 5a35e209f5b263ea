"""The watch over the journeys notices what it is there for, and the search finds secrets where they hide."""

import gzip
import os
import zipfile
from base64 import b64encode
from io import BytesIO
from pathlib import Path

import pytest

from tests.attacks.canaries import files_below, leaks
from tests.attacks.watching import Watch

HIDDEN = "sk-hidden-0123456789"
SECRETS = {"the key": HIDDEN}


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("socket.connect", (None, ("192.0.2.1", 443))),
        ("socket.bind", (None, ("0.0.0.0", 7860))),
        ("socket.sendto", (None, ("192.0.2.1", 53))),
        ("socket.getaddrinfo", ("huggingface.co", 443, 0, 0, 0)),
        ("pickle.find_class", ("os", "system")),
        ("subprocess.Popen", ("curl", ["curl", "x"], None, None)),
        ("os.system", (b"curl x",)),
        ("os.posix_spawn", ("/usr/bin/curl", ["curl"], {})),
        ("os.exec", ("/usr/bin/curl", ["curl"], None)),
        ("os.fork", ()),
        ("open", ("/elsewhere/x", "w", os.O_WRONLY | os.O_CREAT)),
        ("open", (b"/elsewhere/x", None, os.O_RDWR)),
        ("os.mkdir", ("/elsewhere", 0o777, -1)),
        ("os.remove", ("/elsewhere/x", -1)),
        ("sqlite3.connect", ("/elsewhere/x.db",)),
    ],
)
def test_the_watch_notices(event: str, arguments: tuple, tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    watch(event, arguments)
    assert len(watch.found) == 1


def test_the_watch_leaves_this_machine_and_the_own_folders_alone(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    for event, arguments in (
        ("socket.connect", (None, ("127.0.0.1", 7860))),
        ("socket.connect", (None, "/run/x.socket")),
        ("open", (str(tmp_path / "x"), "w", os.O_WRONLY)),
        ("open", ("/etc/hostname", "r", os.O_RDONLY)),
        ("open", (3, "w", os.O_WRONLY)),
        ("open", ("/dev/null", "w", os.O_WRONLY)),
        ("os.rename", (str(tmp_path / "x"), str(tmp_path / "y"), -1, -1)),
        ("sqlite3.connect", (":memory:",)),
    ):
        watch(event, arguments)
    assert watch.found == []


def test_the_watch_sees_through_links_and_folders_that_are_open(tmp_path: Path) -> None:
    watch = Watch(tmp_path / "home")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "out").symlink_to(tmp_path)
    watch("open", (str(tmp_path / "home" / "out" / "x"), "w", os.O_WRONLY))
    watch("os.rename", (str(tmp_path / "home" / "x"), str(tmp_path / "x"), -1, -1))
    assert len(watch.found) == 2
    for folder, seen in ((tmp_path / "home", 2), (tmp_path, 3)):
        descriptor = os.open(folder, os.O_RDONLY)
        watch("os.remove", ("x", descriptor))
        os.close(descriptor)
        assert len(watch.found) == seen


def packed(name: str, content: bytes) -> bytes:
    whole = BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return whole.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"x" + HIDDEN.encode() + b"y",
        HIDDEN.encode("utf-16"),
        HIDDEN.encode().hex().encode(),
        *(b64encode(b"!" * before + HIDDEN.encode() + b"?") for before in range(4)),
        gzip.compress(HIDDEN.encode()),
        packed("x.xml", HIDDEN.encode()),
        packed("outer.zip", packed("x.gz", gzip.compress(HIDDEN.encode()))),
    ],
)
def test_the_search_finds_a_secret(content: bytes) -> None:
    assert len(leaks(SECRETS, {"here": content})) == 1


def test_the_search_finds_a_secret_in_the_name_of_a_file_and_in_one_that_is_packed(tmp_path: Path) -> None:
    (tmp_path / f"of {HIDDEN}").touch()
    (tmp_path / "log.gz").write_bytes(gzip.compress(HIDDEN.encode()))
    (tmp_path / "clean").write_text("nothing")
    assert len(leaks(SECRETS, files_below(tmp_path))) == 2
