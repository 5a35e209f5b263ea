"""Open the server, and close it cleanly: who is being answered gets what was written so far."""

import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn

from studio.core.console import expect_interruption
from studio.core.errors import Refused
from studio.core.hosts import LOOPBACK
from studio.serving.app import Desk
from studio.serving.gate import Gate
from studio.serving.speakers import Cast, cast
from studio.serving.turns import Turns
from studio.store.home import Home

CLOSING_SECONDS = 5
"""Lines that are still open then are cut."""


@dataclass(frozen=True)
class Address:
    """Where the server listens. `key` is asked of everybody; off this machine there is always one."""

    host: str = "127.0.0.1"
    port: int = 8000
    key: str = ""
    hosts: Sequence[str] = field(default_factory=tuple)
    """Further names that it answers to."""

    @property
    def needed_key(self) -> str | None:
        if self.key or self.host in LOOPBACK:
            return self.key or None
        return secrets.token_urlsafe(24)


def serve(
    home: Path, runs: Sequence[str], address: Address, *, with_documents: bool, tell: Callable[[str], None]
) -> tuple[str, ...]:
    """Serve the runs until the process is asked to stop; return the names they were served by.

    Raises Refused where a run cannot answer in words, or the port is taken.
    """
    wait_until_asked = expect_interruption()
    whole = cast(Home(home), runs, with_documents=with_documents, tell=tell)
    with opened(whole, address) as key:
        tell(f"Served at http://{address.host}:{address.port}/v1 as {', '.join(whole.speakers)}.")
        if key:
            tell(f"The key: {key}")
        wait_until_asked()
    return tuple(whole.speakers)


@contextmanager
def opened(whole: Cast, address: Address) -> Iterator[str | None]:
    """Answer requests as long as the context lasts; gives the key that is asked for, if any.

    Raises Refused where the port is taken.
    """
    sock = _taken(address)
    turns, key = Turns(whole.decoders), address.needed_key
    app = Gate(Desk(whole.speakers, turns).app(), key=key, hosts=[*address.hosts, address.host])
    settings = {"log_level": "critical", "timeout_graceful_shutdown": CLOSING_SECONDS}
    server = uvicorn.Server(uvicorn.Config(app, **settings))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, name="server")
    thread.start()
    try:
        yield key
    finally:
        turns.close()
        server.should_exit = True
        thread.join()


def _taken(address: Address) -> socket.socket:
    """Return a socket that listens: from now on a client waits instead of being turned away."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        return socket.create_server((address.host, address.port), family=family)
    except OSError as error:
        raise Refused(
            f"Port {address.port} of {address.host} cannot be had: {os.strerror(error.errno or 0).lower()}.",
            "Name another with --port, or another address of this machine with --host.",
        ) from error
