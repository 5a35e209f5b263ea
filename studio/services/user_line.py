"""`python -m studio user NAME`: the line that lets somebody sign in, made of a password."""

import getpass
import sys

from studio.core.accounts import line_of
from studio.core.console import DONE
from studio.core.errors import Refused
from studio.services.calls import Call, Result

AGAIN = "Type the same password twice."


def user(call: Call) -> Result:
    """make the line that lets somebody sign in, of a password that is asked for"""
    return [line_of(call.typed.name, _password())], DONE


def _password() -> str:
    """Return what is typed twice without being shown, or the first line of what another program gives."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ", sys.stderr)
    if getpass.getpass("Once more: ", sys.stderr) != password:
        raise Refused("The two are not the same.", AGAIN)
    return password
