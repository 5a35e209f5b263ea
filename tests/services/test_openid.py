"""Sign-in with Hugging Face against a small provider on loopback that checks code, proof and secret."""

import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from studio.core.errors import StudioError
from studio.core.keys import Key
from studio.services import openid
from studio.services.openid import Known, SignIn, Ticket, provider_of
from tests.services.provider import CLIENT, SECRET, TOKEN, Provider, provider

BACK = "http://127.0.0.1:7860/studio/signed-in"


@pytest.fixture
def known() -> Iterator[Provider]:
    with provider() as started:
        yield started


@pytest.fixture
def sign_in(known: Provider) -> SignIn:
    return SignIn(openid.Provider(known.address, CLIENT, Key(SECRET)))


def came_back(known: Provider, sign_in: SignIn, ticket: Ticket) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(known.sign_in(sign_in.address(ticket, BACK))).query))


def test_who_signed_in_is_what_the_provider_says(known: Provider, sign_in: SignIn) -> None:
    ticket = Ticket()
    given = came_back(known, sign_in, ticket)
    assert given["state"] == ticket.state
    assert sign_in.person(given["code"], ticket, BACK) == Known("0a1b2c", "ada")
    assert known.asked == ["/.well-known/openid-configuration", "/token", "/userinfo"]


def test_the_address_asks_for_a_proof_that_is_not_in_it(sign_in: SignIn) -> None:
    ticket = Ticket()
    place = sign_in.address(ticket, BACK)
    query = parse_qs(urlsplit(place).query)
    assert query["code_challenge"] == [ticket.challenge]
    assert query["redirect_uri"] == [BACK]
    assert ticket.verifier not in place
    assert SECRET not in place
    assert Ticket().state != ticket.state


def test_a_code_without_the_proof_a_code_used_twice_and_a_made_up_one_are_refused(
    known: Provider, sign_in: SignIn
) -> None:
    ticket = Ticket()
    code = came_back(known, sign_in, ticket)["code"]
    for wrong_code, wrong_ticket in ((code, Ticket()), (code, ticket), ("made-up", ticket)):
        with pytest.raises(StudioError, match="did not accept the sign-in"):
            sign_in.person(wrong_code, wrong_ticket, BACK)


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/userinfo"])
@pytest.mark.parametrize(
    "answer",
    [(500, TOKEN), (200, "no JSON"), (200, "[]"), (200, "{}"), (302, "http://127.0.0.1:1/elsewhere")],
)
def test_whatever_a_provider_answers_ends_in_plain_words_without_a_secret(
    known: Provider, sign_in: SignIn, path: str, answer: tuple[int, str]
) -> None:
    known.answers[path] = answer

    def there_and_back() -> None:
        ticket = Ticket()
        sign_in.person(came_back(known, sign_in, ticket)["code"], ticket, BACK)

    with pytest.raises(StudioError) as told:
        there_and_back()
    for secret in (SECRET, TOKEN):
        assert secret not in str(told.value)
        assert secret not in repr(told.value)


def test_a_provider_that_is_not_there_is_told(known: Provider) -> None:
    gone = SignIn(openid.Provider("http://127.0.0.1:1", CLIENT, Key(SECRET)))
    with pytest.raises(StudioError, match=r"127\.0\.0\.1, which knows who you are, cannot be reached"):
        gone.address(Ticket(), BACK)


@pytest.mark.parametrize("subject", ["", "a b", "../x", "ä", "x" * 101, 7])
def test_a_name_that_could_be_a_path_or_another_is_nobodys(
    known: Provider, sign_in: SignIn, subject: object
) -> None:
    known.person["sub"] = subject
    ticket = Ticket()
    with pytest.raises(StudioError):
        sign_in.person(came_back(known, sign_in, ticket)["code"], ticket, BACK)


@pytest.mark.parametrize("place", ["http://huggingface.example", "ftp://127.0.0.1", "file:///etc/passwd"])
def test_nothing_is_sent_where_others_could_read_it(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(urllib.request, "build_opener", lambda *_: pytest.fail("it connected"))
    with pytest.raises(StudioError, match="others can read"):
        SignIn(openid.Provider(place, CLIENT, Key(SECRET))).address(Ticket(), BACK)


def test_endpoints_that_others_could_read_are_not_used(known: Provider, sign_in: SignIn) -> None:
    found = '{"authorization_endpoint": "https://a.example/a", "token_endpoint": "http://a.example/t", '
    known.answers["/.well-known/openid-configuration"] = (200, found + '"userinfo_endpoint": "https://a/u"}')
    with pytest.raises(StudioError, match="others can read"):
        sign_in.address(Ticket(), BACK)


ENVIRONMENT = {
    "OPENID_PROVIDER_URL": "https://huggingface.co/",
    "OAUTH_CLIENT_ID": CLIENT,
    "OAUTH_CLIENT_SECRET": SECRET,
    "OAUTH_SCOPES": "openid profile contribute-repos",
}


def test_a_spaces_environment_names_the_provider() -> None:
    found = provider_of(ENVIRONMENT)
    assert found is not None
    assert (found.address, found.client) == ("https://huggingface.co", CLIENT)
    assert found.scopes == "openid profile contribute-repos"
    assert SECRET not in repr(found)
    assert replace(found) == found


def test_without_it_there_is_none_and_half_of_it_is_told() -> None:
    assert provider_of({}) is None
    assert provider_of({"OPENID_PROVIDER_URL": "https://huggingface.co"}) is None
    for missing in ("OPENID_PROVIDER_URL", "OAUTH_CLIENT_SECRET"):
        with pytest.raises(StudioError, match=f"{missing} is not set"):
            provider_of({**ENVIRONMENT, missing: ""})
