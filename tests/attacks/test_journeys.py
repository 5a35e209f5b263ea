"""Whole journeys, from the table to the servers: what a studio never does is not done, no secret stays."""

from pathlib import Path

import pytest

from tests.attacks.canaries import leaks
from tests.attacks.journeys import Journey, of_the_line, of_the_page
from tests.attacks.steps import ACCESS_TOKEN

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory, tiny_model_folder: Path) -> Journey:
    return of_the_line(tmp_path_factory.mktemp("line"), tiny_model_folder)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, tiny_model_folder: Path) -> Journey:
    return of_the_page(tmp_path_factory.mktemp("page"), tiny_model_folder)


@pytest.fixture(params=["line", "page"])
def journey(request: pytest.FixtureRequest) -> Journey:
    return request.getfixturevalue(request.param)


def test_nothing_connects_unasked_is_unpickled_starts_a_program_or_writes_elsewhere(journey: Journey) -> None:
    assert journey.found == []
    assert journey.stray == []


def test_no_secret_is_in_any_byte_that_was_written_or_printed(journey: Journey) -> None:
    written = dict(journey.written)
    assert len(written) > 50
    # Who starts a studio is shown its token once, in the address to open.
    written["place/stdout"] = written["place/stdout"].replace(f"/?token={ACCESS_TOKEN}\n".encode(), b"", 1)
    assert leaks(journey.secrets, written) == []


def test_no_secret_is_in_any_reply(journey: Journey) -> None:
    assert len(journey.replies) > 3
    own = {name: secret for name, secret in journey.secrets.items() if not name.startswith("the cookie")}
    assert leaks(own, journey.replies) == []
