"""Which door a studio has, and that one which asks nobody is never open to other machines."""

import pytest

from studio.core.accounts import line_of
from studio.core.errors import Refused, StudioError
from studio.ui.doors.chosen import door_of
from studio.ui.doors.door import Open
from studio.ui.doors.shared import SharedDoor
from studio.ui.doors.token import TokenDoor

HUB = {"OPENID_PROVIDER_URL": "https://huggingface.co", "OAUTH_CLIENT_ID": "x", "OAUTH_CLIENT_SECRET": "y"}


@pytest.fixture(scope="module")
def people():
    return line_of("ada", "a few plain words")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.5", "localhost", "::1"])
def test_on_this_machine_nobody_is_asked(host):
    chosen = door_of(host, token=None, environment={})
    assert isinstance(chosen.door, Open)
    assert not chosen.shared


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "studio.example"])
def test_an_open_door_to_other_machines_is_refused_with_the_reason(host):
    with pytest.raises(Refused, match="would ask nobody who they are") as refusal:
        door_of(host, token=None, environment={"STUDIO_OPEN_DEMO": "yes"})
    assert "--users FILE" in refusal.value.hint
    assert "STUDIO_OPEN_DEMO=1" in refusal.value.hint


def test_with_a_token_it_is_one_persons(people):
    chosen = door_of("0.0.0.0", token="t", environment={})
    assert isinstance(chosen.door, TokenDoor)
    assert (chosen.shared, chosen.token) == (False, "t")


def test_each_way_of_signing_in_takes_the_place_of_the_token(people, tmp_path):
    file = tmp_path / "users.txt"
    file.write_text(people)
    ways = (
        {"STUDIO_USERS": str(file)},
        {"STUDIO_USERS": people},
        HUB,
        {"STUDIO_OPEN_DEMO": "1"},
        {**HUB, "STUDIO_USERS": people, "STUDIO_OPEN_DEMO": "1", "SPACE_HOST": "a-b.hf.space"},
    )
    for environment in ways:
        for host in ("0.0.0.0", "127.0.0.1"):
            chosen = door_of(host, token="t", environment=environment)
            assert isinstance(chosen.door, SharedDoor)
            assert (chosen.shared, chosen.token) == (True, "")


def test_a_sign_in_that_is_set_up_half_opens_nothing(tmp_path):
    with pytest.raises(StudioError, match="OAUTH_CLIENT_SECRET is not set"):
        door_of("0.0.0.0", token="t", environment={**HUB, "OAUTH_CLIENT_SECRET": ""})
    with pytest.raises(Refused, match="cannot be read"):
        door_of("0.0.0.0", token="t", environment={"STUDIO_USERS": str(tmp_path / "none")})
