"""There and back with a browser: the sign-in with Hugging Face as the page's server does it."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from studio.core.keys import Key
from studio.services import openid
from studio.services.openid import SignIn
from studio.ui.doors.hub import PATIENCE_SECONDS, Hub
from studio.ui.doors.shared import SharedDoor
from tests.services.provider import CLIENT, SECRET, TOKEN, Provider, provider
from tests.ui.doors.test_shared import HERE, browser

LATE = "took too long, or was begun in another browser"


@pytest.fixture(scope="module")
def started() -> Iterator[Provider]:
    with provider() as known:
        yield known


@pytest.fixture
def known(started: Provider) -> Provider:
    started.person.update(sub="0a1b2c", preferred_username="ada")
    started.answers.clear()
    return started


@pytest.fixture
def now() -> list[float]:
    return [0.0]


@pytest.fixture
def door(known: Provider, now: list[float]) -> SharedDoor:
    at_the_provider = SignIn(openid.Provider(known.address, CLIENT, Key(SECRET)))
    return SharedDoor(hub=Hub(at_the_provider, clock=lambda: now[0]))


@pytest.fixture
def opened(door: SharedDoor) -> Iterator[TestClient]:
    with browser(door) as client:
        yield client


def begun(client: TestClient, target: str = "/?step=train") -> str:
    """Press the button, and return where the browser is sent."""
    reply = client.get("/studio/sign-in/hub", params={"target": target})
    assert reply.status_code == 303
    return reply.headers["location"]


def test_somebody_goes_there_comes_back_and_is_known(opened: TestClient, known: Provider) -> None:
    assert "/studio/sign-in/hub?target=%2F%3Fstep%3Dtrain" in opened.get("/?step=train").text
    reply = opened.get(known.sign_in(begun(opened)))
    assert (reply.status_code, reply.headers["location"]) == (303, "/?step=train")
    assert "samesite=lax" in reply.headers["set-cookie"].lower()
    assert opened.get("/").text == "the page of hf-0a1b2c"
    assert opened.get("/studio/who").json()["name"] == "ada"


def test_who_takes_another_name_there_keeps_the_own_things(opened: TestClient, known: Provider) -> None:
    known.person["preferred_username"] = "ada-lovelace"
    opened.get(known.sign_in(begun(opened)))
    assert opened.get("/").text == "the page of hf-0a1b2c"


def test_the_way_back_of_somebody_else_signs_nobody_in(
    opened: TestClient, door: SharedDoor, known: Provider
) -> None:
    theirs = known.sign_in(begun(opened))
    with browser(door) as victim:
        begun(victim)  # also one who is signing in at this moment
        reply = victim.get(theirs)
        assert reply.status_code == 400
        assert LATE in reply.text
        assert victim.get("/").status_code == 401


def test_a_way_back_serves_once_and_not_for_ever(
    opened: TestClient, known: Provider, now: list[float]
) -> None:
    back = known.sign_in(begun(opened))
    opened.get(back)
    assert LATE in opened.get(back).text
    late = known.sign_in(begun(opened))
    now[0] += PATIENCE_SECONDS + 1
    assert LATE in opened.get(late).text


@pytest.mark.parametrize("query", ["", "state=made-up&code=x", "code=x", "state="])
def test_a_made_up_way_back_signs_nobody_in(opened: TestClient, query: str) -> None:
    reply = opened.get(f"/studio/signed-in?{query}")
    assert reply.status_code == 400
    assert "set-cookie" not in reply.headers


def test_who_declines_there_reads_that_nothing_happened(opened: TestClient) -> None:
    state = parse_qs(urlsplit(begun(opened)).query)["state"][0]
    reply = opened.get("/studio/signed-in", params={"state": state, "error": "access_denied"})
    assert reply.status_code == 401
    assert "did not let you in, or you did not want to" in reply.text


def test_a_provider_that_fails_is_told_on_the_page_without_a_secret(
    opened: TestClient, known: Provider
) -> None:
    back = known.sign_in(begun(opened))
    known.answers["/token"] = (500, TOKEN)
    reply = opened.get(back)
    assert reply.status_code == 502
    assert "it answered 500" in reply.text
    assert TOKEN not in reply.text
    assert SECRET not in reply.text


def test_the_sign_in_does_not_lead_to_another_host(opened: TestClient, known: Provider) -> None:
    reply = opened.get(known.sign_in(begun(opened, "//evil.example")))
    assert reply.headers["location"] == "/evil.example"


def test_on_spaces_the_way_back_is_the_spaces_own_address(known: Provider) -> None:
    space = "someone-studio.hf.space"
    at_the_provider = SignIn(openid.Provider(known.address, CLIENT, Key(SECRET)))
    door = SharedDoor(hub=Hub(at_the_provider, space_host=space), framed=True)
    with browser(door, f"http://{space}", space) as client:  # TLS ends before the studio
        page = client.get("/", headers={"origin": f"https://{space}"})
        assert 'target="_blank"' in page.text, "the hub's page does not open within a frame"
        place = client.get("/studio/sign-in/hub", headers={"origin": f"https://{space}"})
        back = parse_qs(urlsplit(place.headers["location"]).query)["redirect_uri"]
        assert back == [f"https://{space}/studio/signed-in"]
        assert "Secure" in place.headers["set-cookie"]


def test_elsewhere_it_is_the_address_that_the_browser_knows(opened: TestClient) -> None:
    back = parse_qs(urlsplit(begun(opened)).query)["redirect_uri"]
    assert back == [f"{HERE}/studio/signed-in"]
