"""Open the server, and close it cleanly: who is being answered gets what was written so far."""

import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import uvicorn

from studio.core.console import expect_interruption
from studio.core.errors import Refused
from studio.core.hosts import LOOPBACK
from studio.core.system import keep_no_large_blocks
from studio.serving.app import Desk, Offer
from studio.serving.cast import Cast, cast
from studio.serving.gate import Gate
from studio.serving.turns import Turns
from studio.store.home import Home

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
PORTS_TRIED = 20
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
    def url(self) -> str:
        """How programs name it: where it listens on every address, by a name that is known, or here."""
        host = self.host
        if host in EVERYWHERE:
            host = next(iter(self.hosts), EVERYWHERE[host])
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/v1"

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
    keep_no_large_blocks()  # half of the memory at work, for 3 to 8 % of the processor's time
    whole = cast(Home(home), runs, with_documents=with_documents, tell=tell)
    with opened(whole, address) as key:
        tell(f"Served at {address.url} as {', '.join(whole.speakers)}.")
        if key and not address.key:  # one that was named is known, and what is told may be kept in a log
            tell(f"The key: {key}")
        wait_until_asked()
    return tuple(whole.speakers)


@contextmanager
def opened(whole: Cast, address: Address) -> Iterator[str | None]:
    """Answer requests as long as the context lasts; gives the key that is asked for, if any.

    Raises Refused where the port is taken.
    """
    turns = Turns()
    whole.quiet = turns.between_tokens
    door = Door(Offer(whole.speakers, whole.put_away), turns, address)
    try:
        yield door.key
    finally:
        turns.close()
        door.close()


class Door:
    """A server that is open from the moment it is made. Raises Refused where the port is taken."""

    def __init__(self, offer: Offer, turns: Turns, address: Address) -> None:
        sock, self._turns = _taken(address), turns
        self.key = address.needed_key
        app = Gate(Desk(offer, turns).app(), key=self.key, hosts=[*address.hosts, address.host])
        settings = {"log_level": "critical", "timeout_graceful_shutdown": CLOSING_SECONDS}
        self._server = uvicorn.Server(uvicorn.Config(app, **settings))
        named = {"kwargs": {"sockets": [sock]}, "name": "server"}
        self._thread = threading.Thread(target=self._server.run, **named)
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive() and self._turns.alive

    def close(self) -> None:
        """Take no more requests; answers that are not done after a while are cut off."""
        self._server.should_exit = True
        self._thread.join()


def first_free(offer: Offer, turns: Turns, address: Address) -> tuple[Door, Address]:
    """Open a server at the first port that is free, from the address's own on; return where that is.

    Raises Refused where none of them is.
    """
    for port in range(address.port, address.port + PORTS_TRIED - 1):
        try:
            return Door(offer, turns, replace(address, port=port)), replace(address, port=port)
        except Refused:
            continue
    last = replace(address, port=address.port + PORTS_TRIED - 1)
    return Door(offer, turns, last), last


def _taken(address: Address) -> socket.socket:
    """Return a socket that listens: from now on a client waits instead of being turned away."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    if not 0 < address.port < 1 << 16:
        raise Refused(f"There is no port {address.port}.", "Name one from 1 to 65535 with --port.")
    try:
        return socket.create_server((address.host, address.port), family=family)
    except socket.gaierror as error:
        raise Refused(
            f"{address.host} is no address of this machine.", "Name another with --host."
        ) from error
    except OSError as error:
        raise Refused(
            f"Port {address.port} of {address.host} cannot be had: {os.strerror(error.errno or 0).lower()}.",
            "Name another with --port, or another address of this machine with --host.",
        ) from error
