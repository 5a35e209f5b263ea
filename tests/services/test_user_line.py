"""`studio user NAME` as it is typed, and as another program gives it the password."""

import io
import json

import pytest

from studio.cli import main
from studio.core import accounts
from studio.core.accounts import accounts_from
from studio.services import user_line


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    monkeypatch.setattr(accounts, "COST", 2**4)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def typed(monkeypatch):
    def types(*passwords):
        given = iter(passwords)
        monkeypatch.setattr("sys.stdin", Terminal())
        monkeypatch.setattr(user_line.getpass, "getpass", lambda *_: next(given))

    return types


def test_the_line_alone_is_printed_so_that_it_can_be_appended_to_a_file(typed, capsys):
    typed("a few plain words", "a few plain words")
    assert main(["user", "ada"]) == 0
    line = capsys.readouterr().out
    assert accounts_from(line, where="x").lets_in("ada", "a few plain words")
    assert line.count("\n") == 1


def test_two_passwords_that_differ_are_refused(typed, capsys):
    typed("a few plain words", "a few other words")
    assert main(["user", "ada"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "The two are not the same." in told.err
    assert "words" not in told.err


def test_another_program_may_give_the_password(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("a few plain words\n"))
    assert main(["user", "ada", "--json"]) == 0
    (line,) = json.loads(capsys.readouterr().out)
    assert accounts_from(line, where="x").lets_in("ada", "a few plain words")
