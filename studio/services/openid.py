"""Sign-in with Hugging Face: OpenID Connect, the code flow with PKCE. It asks the provider, and nothing else.

On Spaces with `hf_oauth: true` the environment names the provider and the secret. What comes back from a
browser is only a code; who somebody is, the provider itself says, over a connection of our own. The token it
gives for that is used for this one question and kept nowhere.
Source: OpenID Connect Core 1.0 (3.1), RFC 7636 (PKCE); https://huggingface.co/docs/hub/spaces-oauth.
"""

import base64
import hashlib
import json
import re
import secrets
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode, urlsplit

from studio.core.errors import StudioError
from studio.core.hosts import LOOPBACK
from studio.core.keys import Key

TIMEOUT_SECONDS = 20.0
LARGEST_REPLY = 1 << 20
_SUBJECT = re.compile(r"[\w.-]{1,100}", re.ASCII)
_AGAIN = "Try again in a moment; if it stays so, whoever runs this studio should look at its sign-in."


@dataclass(frozen=True, slots=True)
class Provider:
    """Who knows the people, and as whom this studio asks."""

    address: str
    client: str
    secret: Key
    scopes: str = "openid profile"


@dataclass(frozen=True, slots=True)
class Ticket:
    """One sign-in that was begun: what must come back (`state`), and what proves that we began it."""

    state: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Known:
    """Who signed in. `subject` stays the same when somebody takes another name."""

    subject: str
    name: str


def provider_of(environment: Mapping[str, str]) -> Provider | None:
    """Return the provider that a Space's environment names; None where it names none.

    Raises StudioError where it names half of one.
    """
    names = ("OPENID_PROVIDER_URL", "OAUTH_CLIENT_ID", "OAUTH_CLIENT_SECRET")
    found = [environment.get(name, "").strip() for name in names]
    if not any(found[1:]):
        return None
    if missing := [name for name, value in zip(names, found, strict=True) if not value]:
        raise StudioError(
            f"The sign-in is set up half: {', '.join(missing)} is not set.",
            "On Spaces write `hf_oauth: true` into the front matter of README.md.",
        )
    address, client, secret = found
    asked = [*environment.get("OAUTH_SCOPES", "").split(), "openid", "profile"]
    return Provider(address.rstrip("/"), client, Key(secret), " ".join(dict.fromkeys(asked)))


class SignIn:
    """The sign-in at one provider. Each method may take as long as the provider does."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._read: Mapping[str, str] | None = None

    def address(self, ticket: Ticket, back: str) -> str:
        """Return where a browser is sent to sign in; it comes back to `back` with a code and the state."""
        asked = {
            "response_type": "code",
            "client_id": self._provider.client,
            "redirect_uri": back,
            "scope": self._provider.scopes,
            "state": ticket.state,
            "code_challenge": ticket.challenge,
            "code_challenge_method": "S256",
        }
        place = self._places()["authorization_endpoint"]
        return f"{place}{'&' if urlsplit(place).query else '?'}{urlencode(asked)}"

    def person(self, code: str, ticket: Ticket, back: str) -> Known:
        """Return who came back with this code. Raises StudioError where the provider says otherwise."""
        places, provider = self._places(), self._provider
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "client_id": provider.client,
            "code_verifier": ticket.verifier,
        }
        named = base64.b64encode(f"{provider.client}:{provider.secret.reveal()}".encode()).decode()
        given = _asked(places["token_endpoint"], f"Basic {named}", urlencode(asked).encode())
        said = _asked(places["userinfo_endpoint"], f"Bearer {_text(given, 'access_token')}")
        subject = _text(said, "sub")
        if not _SUBJECT.fullmatch(subject):
            raise StudioError("The provider names nobody that can be known here.", _AGAIN)
        name = said.get("preferred_username") or said.get("name")
        return Known(subject, name if isinstance(name, str) else subject)

    def _places(self) -> Mapping[str, str]:
        """Return where the provider is asked for what, as it says itself; read once."""
        if self._read is None:
            found = _asked(f"{self._provider.address}/.well-known/openid-configuration", "")
            names = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint")
            places = {name: _text(found, name) for name in names}
            for place in (self._provider.address, *places.values()):
                _refuse_open(place)
            self._read = places
        return self._read


def _refuse_open(place: str) -> None:
    """Raise StudioError for an address that others could read along: only this machine needs no TLS."""
    parts = urlsplit(place)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise StudioError("The sign-in would go over a connection that others can read.", _AGAIN)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would take the secret somewhere else."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _asked(place: str, authorization: str, form: bytes | None = None) -> Mapping[str, Any]:
    """Return the provider's JSON. Raises StudioError for all else, without its words."""
    _refuse_open(place)
    headers = {"Accept": "application/json", **({"Authorization": authorization} if authorization else {})}
    request = urllib.request.Request(place, data=form, headers=headers)
    host = urlsplit(place).hostname
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=TIMEOUT_SECONDS) as reply:
            content = reply.read(LARGEST_REPLY + 1)
        document = json.loads(content[:LARGEST_REPLY])
    except urllib.error.HTTPError as error:
        raise StudioError(f"{host} did not accept the sign-in (it answered {error.code}).", _AGAIN) from error
    except (OSError, HTTPException) as error:
        raise StudioError(f"{host}, which knows who you are, cannot be reached.", _AGAIN) from error
    except ValueError as error:
        raise StudioError(f"{host} answered something that is no sign-in.", _AGAIN) from error
    if not isinstance(document, dict):
        raise StudioError(f"{host} answered something that is no sign-in.", _AGAIN)
    return document


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise StudioError(f"The provider's answer has no {name}.", _AGAIN)
    return value
