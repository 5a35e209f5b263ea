"""How the words of a command line are read: what is wrong with them is refused in one sentence."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from studio.core.errors import Refused
from studio.core.keys import HUB_TOKEN, JUDGE_KEY, SERVE_KEY

OF_A_RUN = (
    *("show", "stop", "pause", "resume", "rename", "delete"),
    *("compare", "export", "probe", "votes", "judge"),
)
"""The verbs that take a run and no other word."""


class Parser(argparse.ArgumentParser):
    """Refuses instead of ending the process, and takes no abbreviations."""

    def __init__(self, **options: Any) -> None:
        # An abbreviation that is read today may mean two things tomorrow.
        super().__init__(**options, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        raise Refused(f"{message[:1].upper()}{message[1:]}.", f"See {self.prog} --help.")


def parser(helps: Mapping[str, str]) -> Parser:
    """Return the parser of the command line, its verbs given with their help.

    `--json` and `--home` stand before or after the verb.
    """
    common = Parser(add_help=False)
    common.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="one JSON document")
    common.add_argument("--home", default=argparse.SUPPRESS, help="folder for data sets and runs")
    whole = Parser(prog="studio", description="Fine-Tuning Studio without a screen.", parents=[common])
    verbs = whole.add_subparsers(dest="verb", required=True, metavar="VERB", parser_class=Parser)
    verb = {name: verbs.add_parser(name, help=text, parents=[common]) for name, text in helps.items()}
    for name, shown in (("check", "FILE"), ("train", "CONFIG.json | FILE")):
        verb[name].add_argument("file", type=Path, metavar=f"{shown} | hf:OWNER/NAME")
        verb[name].add_argument("--map", action="append", default=[], metavar="ROLE=COLUMN", dest="mapping")
    for option in ("model", "objective", "tuning", "name"):
        verb["train"].add_argument(f"--{option}")
    for name in ("train", "export"):
        verb[name].add_argument("--set", action="append", default=[], metavar="KNOB=VALUE", dest="settings")
    for name in OF_A_RUN:
        verb[name].add_argument("run")
    verb["rename"].add_argument("new_name", metavar="NAME")
    verb["delete"].add_argument("--yes", action="store_true", help="without it, only say what would go")
    verb["exam"].add_argument("run", nargs="+")
    verb["exam"].add_argument("--steady", action="store_true", help="ask some questions in other words, too")
    _add_arms(verb["exam"])
    verb["probe"].add_argument("--must-work", action="append", metavar="PROMPT", dest="must_work")
    verb["compare"].add_argument("--ask", required=True, metavar="QUESTION")
    verb["compare"].add_argument("--with-retrieval", action="store_true", help="look up rows and documents")
    verb["votes"].add_argument("--to", type=Path, dest="target", metavar="FILE", help="for preferences")
    verb["votes"].add_argument("--all", type=Path, metavar="FILE", help="for all that was said")
    verb["judge"].add_argument("--model", default="", help="as for training, a run, or the name there")
    verb["judge"].add_argument("--address", default="", metavar="URL", help=f"a service; key in {JUDGE_KEY}")
    _add_address(verb["serve"])
    _add_export(verb["export"])
    verb["user"].add_argument("name", metavar="NAME")
    return whole


def _add_export(export: argparse.ArgumentParser) -> None:
    export.add_argument("--as", required=True, dest="kind", metavar="KIND")
    export.add_argument("--to", required=True, dest="target", metavar="DIR | OWNER/NAME")
    token = f"token in {HUB_TOKEN}, or of hf auth login"
    export.add_argument("--of", default="", metavar="KIND", help=f"hub: the export to send; {token}")
    export.add_argument("--public", action="store_true", help="hub: everyone may see it, not only you")


def _add_address(serve: argparse.ArgumentParser) -> None:
    serve.add_argument("run", nargs="+")
    serve.add_argument("--port", type=int, default=8000)
    key = f"off this machine the key in {SERVE_KEY} is asked for, or one that is printed"
    serve.add_argument("--host", default="127.0.0.1", help=key)
    serve.add_argument(
        "--allow-host", action="append", default=[], metavar="NAME", help="a name it answers to"
    )
    serve.add_argument("--with-retrieval", action="store_true", help="look up rows and documents")


def _add_arms(exam: argparse.ArgumentParser) -> None:
    exam.add_argument(
        "--arms",
        nargs="+",
        default=[],
        metavar="ARM",
        help="more ways beside base and tuned; as last time without it",
    )
    exam.add_argument("--prompt", metavar="TEXT", help="your instruction for the untouched model")
    exam.add_argument(
        "--document", nargs="+", default=[], type=Path, metavar="FILE", dest="documents", help="to look up in"
    )


def pairs(texts: Sequence[str], usage: str) -> dict[str, str]:
    """Read NAME=VALUE arguments. Raises Refused on one without a name or an equals sign."""
    for text in texts:
        if not text.partition("=")[0] or "=" not in text:
            raise Refused(f"{text!r} is not of the form {usage.split()[1]}.", f"Write {usage}.")
    return {text.partition("=")[0]: text.partition("=")[2] for text in texts}
