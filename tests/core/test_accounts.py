"""Lines of people who may sign in: made, read, and refused without repeating what stands in them."""

import hashlib

import pytest

from studio.core import accounts
from studio.core.accounts import Secret, accounts_from, line_of, read_accounts
from studio.core.errors import Refused

PASSWORD = "a few plain words"


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    monkeypatch.setattr(accounts, "COST", 2**4)


def test_a_line_lets_in_who_knows_the_password_and_nobody_else():
    line = line_of("ada", PASSWORD)
    people = accounts_from(line, where="users.txt")
    assert people.lets_in("ada", PASSWORD)
    for name, password in (
        ("ada", PASSWORD + "x"),
        ("ada", ""),
        ("eve", PASSWORD),
        ("", ""),
        ("ada ", PASSWORD),
    ):
        assert not people.lets_in(name, password)


def test_of_the_password_only_a_salted_hash_is_written_and_it_is_scrypt():
    first, second = (line_of("ada", PASSWORD) for _ in range(2))
    assert first != second
    assert PASSWORD not in first
    secret = accounts_from(first, where="x").secrets["ada"]
    expected = hashlib.scrypt(PASSWORD.encode(), salt=secret.salt, n=2**4, r=8, p=3, dklen=32)
    assert secret.hashed == expected


def test_a_name_that_nobody_has_is_looked_at_as_long_as_one_that_is_known(monkeypatch):
    people, looked_at = accounts_from(line_of("ada", PASSWORD), where="x"), []
    people.lets_in("warm", "up")
    is_of = Secret.is_of
    monkeypatch.setattr(Secret, "is_of", lambda self, given: looked_at.append(given) or is_of(self, given))
    for name in ("ada", "eve"):
        people.lets_in(name, "wrong")
    assert looked_at == ["wrong", "wrong"]


@pytest.mark.parametrize("name", ["", "a b", "a:b", "ä", "../x", "-a", "a" * 65, "a\nb"])
def test_a_name_that_will_not_do_is_refused(name):
    with pytest.raises(Refused, match="cannot be a name to sign in with"):
        line_of(name, PASSWORD)


@pytest.mark.parametrize("password", ["", "short", "x" * 1001])
def test_a_password_is_long_enough_and_not_too_long(password):
    with pytest.raises(Refused, match="8 to 1,000 characters"):
        line_of("ada", password)


def test_empty_lines_and_remarks_are_left_out():
    text = f"# people\n\n{line_of('ada', PASSWORD)}\n  # bob left\n{line_of('eve', PASSWORD)}  \n"
    assert set(accounts_from(text, where="x").secrets) == {"ada", "eve"}


@pytest.mark.parametrize("line", ["ada:secret-in-plain", "ada", ":scrypt$a$b", "ada:scrypt$short$short"])
def test_a_line_that_is_none_is_refused_without_being_repeated(line):
    with pytest.raises(Refused) as refusal:
        accounts_from(f"\n{line}\n", where="users.txt")
    assert "Line 2 of users.txt" in str(refusal.value)
    assert "secret-in-plain" not in str(refusal.value)
    assert "python -m studio user NAME" in refusal.value.hint


def test_a_name_twice_and_a_list_of_nobody_are_refused():
    line = line_of("ada", PASSWORD)
    with pytest.raises(Refused, match=r"ada stands in .* twice"):
        accounts_from(f"{line}\n{line}", where="users.txt")
    with pytest.raises(Refused, match="Nobody stands in"):
        accounts_from("# nobody\n", where="users.txt")


def test_they_come_from_a_file_or_the_environment_or_nowhere(tmp_path):
    line, file = line_of("ada", PASSWORD), tmp_path / "users.txt"
    file.write_text(line)
    assert read_accounts({}) is None
    assert read_accounts({"STUDIO_USERS": " "}) is None
    for said in (str(file), line):
        people = read_accounts({"STUDIO_USERS": said})
        assert people is not None
        assert people.lets_in("ada", PASSWORD)


def test_a_list_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(Refused, match="cannot be read: No such file"):
        read_accounts({"STUDIO_USERS": str(tmp_path / "none.txt")})
    (tmp_path / "picture").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Refused, match="it is no text"):
        read_accounts({"STUDIO_USERS": str(tmp_path / "picture")})
