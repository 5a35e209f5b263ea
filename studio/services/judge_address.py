"""A judge behind an OpenAI-compatible address. Answers leave this machine after a press, and only there.

Besides pip and the hub's client this is the one file that connects. It follows no redirect, since that would
take the key somewhere else.
"""

import json
import math
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage, HTTPResponse, IncompleteRead
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from studio.core.errors import Refused, StudioError
from studio.core.judge import Judge
from studio.core.keys import SHOWN, Key
from studio.evaluation.judge import REPLY_TOKENS

TIMEOUT_SECONDS = 60.0
WAITS_SECONDS = (1.0, 4.0, 15.0)
"""Before a question is put again that the service was too busy for; `Retry-After` may ask for more."""
LONGEST_WAIT_SECONDS = 60.0
LARGEST_REPLY = 1 << 20
SHOWN_OF_A_REFUSAL = 300
BUSY = (408, 409, 425, 429, 500, 502, 503, 504)
TOO_LONG = ("context_length", "context length", "too long")

Pause = Callable[[float], None]
"""Waits so many seconds; raises where somebody asks to stop meanwhile."""


class TooLong(Exception):
    """The service says that this question is longer than its model reads."""


@dataclass(eq=False)
class _Failure(Exception):
    """One attempt that failed. `again`: it may go better later, after `wait_seconds`."""

    said: StudioError
    again: bool
    wait_seconds: float = 0.0


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def checked_address(text: str) -> str:
    """Return where a service begins, as `https://host/v1`: how it is written hides nothing of what it is.

    Raises Refused where the text names none.
    """
    text = text.strip().rstrip("/").removesuffix("/chat/completions")
    if not all(33 <= ord(letter) <= 126 for letter in text):
        raise Refused(
            f"{text!a} holds a blank, or letters that no web address has.",
            "Copy it from the service's own page: letters with accents are written in another way there.",
        )
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise Refused(f"{text!r} is no address: {error}.", _HINT) from error
    if parts.scheme not in ("http", "https") or not host:
        raise Refused(f"{text!r} is no web address.", _HINT)
    if ":" not in host and not all(0 < len(label) < 64 for label in host.removesuffix(".").split(".")):
        raise Refused(f"{text!r} is no web address: a part between two dots is empty or too long.", _HINT)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise Refused("The address holds more than a place.", "Enter a key into its own field, not here.")
    place = (f"[{host}]" if ":" in host else host) + ("" if port is None else f":{port}")
    path = parts.path.rstrip("/")
    return f"{parts.scheme}://{place}{path if path.strip('/') else '/v1'}"


_HINT = "Enter one like https://api.example.com/v1, or http://127.0.0.1:8080/v1."


def stays_here(address: str) -> bool:
    """Return whether an address is this machine itself."""
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def refuse_open_key(address: str, key: Key) -> None:
    """Raise Refused where a key would travel so that everybody on the way can read it."""
    if key and urlsplit(address).scheme != "https" and not stays_here(address):
        raise Refused(
            "A key would be sent unencrypted to this address.", "Use one that begins with https://."
        )


class Address:
    """Puts one question at a time to the service. Raises StudioError in words where it gives no answer."""

    def __init__(
        self, judge: Judge, key: Key, pause: Pause, timeout_seconds: float = TIMEOUT_SECONDS
    ) -> None:
        self._judge, self._key, self._pause = judge, key, pause
        self._timeout_seconds = timeout_seconds
        self._host = urlsplit(judge.address).netloc
        # A proxy of the system knows nothing of this machine.
        proxies = [urllib.request.ProxyHandler({})] if stays_here(judge.address) else []
        self._open = urllib.request.build_opener(_NoRedirect, *proxies).open

    def ask(self, message: str) -> str:
        """Return the reply. Raises TooLong; tries again where the service was busy or the line was cut."""
        for wait in (*WAITS_SECONDS, math.inf):
            try:
                return self._without_key(_reply_in(self._attend(self._request(message)), self._host))
            except _Failure as failure:
                if not failure.again or wait == math.inf:
                    raise failure.said from failure
                self._pause(min(LONGEST_WAIT_SECONDS, max(wait, failure.wait_seconds)))
        raise AssertionError("the last attempt returns or raises")

    def _request(self, message: str) -> urllib.request.Request:
        document = {
            "model": self._judge.model,
            "messages": [{"role": "user", "content": message}],
            "temperature": 0,
            "max_tokens": REPLY_TOKENS,
        }
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key.reveal()}"
        address = f"{self._judge.address}/chat/completions"
        return urllib.request.Request(address, json.dumps(document).encode(), headers, method="POST")

    def _attend(self, request: urllib.request.Request) -> bytes:
        """Send a request from a thread of its own, so that a stop need not wait for the answer."""
        results: list[bytes | Exception] = []
        sending = threading.Thread(target=lambda: results.append(self._send(request)), daemon=True)
        sending.start()
        while sending.is_alive():
            self._pause(0.0)
            sending.join(0.1)
        result = results[0]
        if isinstance(result, Exception):
            raise result
        return result

    def _send(self, request: urllib.request.Request) -> bytes | Exception:
        """Return the body of the answer, or what went wrong."""
        try:
            with self._open(request, timeout=self._timeout_seconds) as reply:
                return _body(reply)
        except urllib.error.HTTPError as error:
            return self._refusal(error)
        except TimeoutError:
            return self._broken("did not answer in time")
        except urllib.error.URLError as error:
            late = isinstance(error.reason, TimeoutError)
            return self._broken("did not answer in time" if late else f"cannot be reached: {error.reason}")
        except (HTTPException, OSError) as error:
            return self._broken(f"broke off while it answered ({type(error).__name__})")
        except Exception as error:  # the thread ends here; who waits for it raises what it is handed
            return error

    def _without_key(self, said: str) -> str:
        """Return what a service said without the key, which some say back: it may be kept and shown."""
        return said.replace(self._key.reveal(), SHOWN) if self._key else said

    def _broken(self, what: str) -> _Failure:
        hint = "Check the address and the network, then start again: it goes on where it was."
        return _Failure(StudioError(f"{self._host} {what}.", hint), again=True)

    def _refusal(self, error: urllib.error.HTTPError) -> Exception:
        said = self._without_key(_error_in(error))
        if error.code in (400, 413, 422) and any(part in said.lower() for part in TOO_LONG):
            return TooLong()
        told = f" It said: {said[:SHOWN_OF_A_REFUSAL]}" if said else ""  # half a key would not be found
        if error.code in (401, 403):
            refused = StudioError(f"{self._host} does not accept this key ({error.code}).{told}", _NEW_KEY)
            return _Failure(refused, again=False)
        if 300 <= error.code < 400:
            moved = f"{self._host} sends elsewhere ({error.code}), which is not followed."
            return _Failure(StudioError(moved, "Enter the address that is meant."), again=False)
        what = (
            "is too busy" if error.code == 429 else "failed" if error.code >= 500 else "refused the question"
        )
        hint = "Wait a while, then start again: it goes on where it was."
        failed = StudioError(f"{self._host} {what} ({error.code}).{told}", hint)
        return _Failure(failed, error.code in BUSY, _retry_after(error.headers))


_NEW_KEY = "Enter a key that is valid there, then start again: it goes on where it was."


def _body(reply: HTTPResponse) -> bytes:
    """Return all of an answer. Raises IncompleteRead where the line was cut."""
    body = reply.read(LARGEST_REPLY)
    if reply.length and len(body) < LARGEST_REPLY:
        raise IncompleteRead(body, reply.length)
    return body


def _retry_after(headers: HTTPMessage) -> float:
    wanted = headers.get("Retry-After", "")
    return float(wanted) if wanted.isdigit() else 0.0


def _error_in(error: urllib.error.HTTPError) -> str:
    """Return what a service says of its refusal; empty where it says nothing that can be read."""
    try:
        document = json.loads(error.read(LARGEST_REPLY))
        said = document["error"]
        return str(said["message"] if isinstance(said, dict) else said)
    except (ValueError, KeyError, TypeError, HTTPException, OSError):
        return ""


def _reply_in(body: bytes, host: str) -> str:
    """Return the reply's text. Raises StudioError where the body is not what such services answer."""
    try:
        message = json.loads(body)["choices"][0]["message"]["content"]
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise StudioError(
            f"{host} answered with something that no OpenAI-compatible service answers.",
            "Check the address: it mostly ends with /v1.",
        ) from error
    return message if isinstance(message, str) else ""
