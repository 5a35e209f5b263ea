"""The command line: every verb calls the same service as the screen (DESIGN section 10).

Results go to stdout, progress and refusals to stderr. Exit codes: 0 done, 1 failed, 2 refused, 3 stopped.
"""

import contextlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace

from studio.core.arguments import pairs, parser
from studio.core.console import DONE, FAILED, REFUSED, STOPPED, meaning, prepare_streams, say
from studio.core.errors import Refused, StudioError
from studio.core.judge import Judge
from studio.core.keys import JUDGE_KEY, Key
from studio.core.system import prepare_process
from studio.evaluation.arms import further
from studio.services import (
    choices,
    documents,
    documents_of_votes,
    hub_data,
    intake,
    methods,
    together,
)
from studio.services.calls import Call, Result, unfinished
from studio.services.errands import wait_for_answers, wait_for_run
from studio.services.export_verb import export
from studio.services.user_line import user
from studio.serving.verb import serve

CODES = {"finished": DONE, "stopped": STOPPED, "paused": STOPPED}


def main(arguments: Sequence[str] | None = None, *, begin: Callable[[], None] = lambda: None) -> int:
    """Do one verb and return the exit code. `begin` is called first, and may raise KeyboardInterrupt."""
    prepare_process()
    prepare_streams()
    words = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in words  # until it is known what the words mean
    try:
        begin()
        helps = {name: act.__doc__ or "" for name, act in VERBS.items()}
        typed = parser(helps).parse_args(words)
        as_json = hasattr(typed, "json")
        # Libraries print as they like; nothing but the result may stand on stdout.
        with contextlib.redirect_stdout(sys.stderr):
            call = Call(typed)
            document, code = VERBS[typed.verb](call) if call.processes.leads else _follow(call)
    except (Exception, KeyboardInterrupt) as error:
        document, code = _unhappy(error)
        as_json = as_json and together.prints(os.environ)
    if document is None:
        return code
    if as_json:
        say(json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1), sys.stdout)
    elif "error" not in document:
        say("\n".join(documents.lines(document)), sys.stdout)
    return code


def _unhappy(error: BaseException) -> Result:
    """Say on stderr what went wrong; return the document and the exit code."""
    told, code = meaning(error)
    say(str(told), sys.stderr)
    return {"version": 1, "error": told.message, "hint": told.hint}, code


def check(call: Call) -> Result:
    """look at a file and keep nothing"""
    report = hub_data.check_named(call.typed.file, pairs(call.typed.mapping, "--map ROLE=COLUMN"))
    if report.verdict != "reject":
        return documents.check_document(report), DONE
    worst = intake.worst_issue(report)
    say(f"{worst.message} {worst.hint}", sys.stderr)
    return documents.check_document(report), REFUSED


def train(call: Call) -> Result:
    """train on a file, or repeat a run description"""
    typed = call.typed
    options = {name: getattr(typed, name) for name in ("model", "objective", "tuning")}
    chosen = {name: option for name, option in options.items() if option is not None}
    mapping = pairs(typed.mapping, "--map ROLE=COLUMN") or None
    # What cannot be meant is refused before the file is taken in.
    hub_data.refuse_outright(typed.file)
    described = methods.read_description(typed.file)
    before = choices.choice_of(described) if described else None
    choice = choices.read_choice(chosen, pairs(typed.settings, "--set KNOB=VALUE"), before)
    revision = call.studio.check_model(choice.model, methods.revision_of(described, choice))
    if described is not None:
        config = call.studio.repeat(described, choice, beside=typed.file.parent)
    else:
        config = call.studio.plan_file(typed.file, choice, mapping)
    config = replace(config, revision=revision)
    return _train(call, call.studio.start(config, typed.name or "", call.processes))


def resume(call: Call) -> Result:
    """go on with a run from its newest save"""
    run = call.studio.find_run(call.typed.run)
    call.studio.resume(run)
    return _train(call, run)


def _train(call: Call, run: str) -> Result:
    if call.processes.count > 1:
        say(f"{call.processes.count} processes train together.", sys.stderr)
        call.studio.lead(run, call.processes)
    with call.ear() as ear:
        view = wait_for_run(call.studio, run, ear)
    if view.status != "finished":
        say(view.verdict.sentence, sys.stderr)
    if view.status != "failed":  # a process that ended leaves nothing to part from
        together.part(call.processes)
    return documents.train_document(view), CODES.get(view.status, FAILED)


def _follow(call: Call) -> Result:
    """Train with the process that leads; it alone has something to print."""
    number = call.processes.rank + 1
    with call.ear() as ear:
        together.follow(call.home, call.processes, lambda line: ear.tell(f"Process {number}: {line}"))
    together.part(call.processes)
    return None, DONE


def runs(call: Call) -> Result:
    """list all runs"""
    found = [documents.run_document(run) for run in call.studio.runs()]
    for problem in call.studio.worker().damage:
        say(problem, sys.stderr)
    return found, DONE


def show(call: Call) -> Result:
    """show a run"""
    return documents.show_document(call.studio.run(call.studio.find_run(call.typed.run))), DONE


def stop(call: Call) -> Result:
    """ask a run to stop"""
    return _asked(call, call.studio.stop)


def pause(call: Call) -> Result:
    """let a run rest and the next one work; resume goes on"""
    return _asked(call, call.studio.pause)


def _asked(call: Call, verb: Callable[[str], None]) -> Result:
    run = call.studio.find_run(call.typed.run)
    verb(run)
    return {"version": 1, **documents.run_document(call.studio.run(run))}, DONE


def rename(call: Call) -> Result:
    """give a run another name"""
    return _asked(call, lambda run: call.studio.rename_run(run, call.typed.new_name))


def delete(call: Call) -> Result:
    """delete a run with all that hangs on it"""
    run = call.studio.find_run(call.typed.run)
    gone = call.studio.run_dependents(run)
    if not call.typed.yes:
        raise Refused(f"This deletes {', '.join((run, *gone))}.", "Say --yes to delete it.")
    call.studio.delete_run(run)
    return {"version": 1, "run": run, "deleted": list(gone)}, DONE


def exam(call: Call) -> Result:
    """measure the untouched and the tuned model, and other ways to answer, on the held-out rows"""
    typed = call.typed
    arms = tuple(arm for words in typed.arms for arm in words.split(",") if arm)
    further(arms)  # an unknown one is refused before anything is kept
    names = [call.studio.find_run(run) for run in typed.run]
    for run, path in ((run, path) for run in names for path in typed.documents):
        call.studio.add_document(run, path, path.name)
    jobs = [call.studio.start_exam(run, arms, typed.prompt, steady=typed.steady) for run in names]
    problem, code = call.wait_for(list(zip(names, jobs, strict=True)))
    if problem:
        return unfinished(names[0], problem), code
    sat = [documents.exam_document(view) for run in names if (view := call.studio.exam(run)) is not None]
    return (sat[0] if len(sat) == 1 else sat), DONE


def probe(call: Call) -> Result:
    """measure what a run forgot and what it learned by heart"""
    run = call.studio.find_run(call.typed.run)
    if call.typed.must_work is not None:
        call.studio.set_must_work(run, call.typed.must_work)
    problem, code = call.wait_for([(run, call.studio.start_probe(run))])
    found = None if problem else call.studio.probe(run)
    return (unfinished(run, problem), code) if found is None else (documents.probe_document(found), DONE)


def compare(call: Call) -> Result:
    """put a question to the untouched and the tuned model"""
    run, with_retrieval = call.studio.find_run(call.typed.run), call.typed.with_retrieval
    name = call.studio.ask(call.typed.ask, run, with_retrieval=with_retrieval)
    with call.ear() as ear:
        answered = wait_for_answers(call.studio, name, ear)
    if answered.error:
        raise StudioError(answered.error)
    return documents.compare_document(answered), STOPPED if ear.interrupted() else DONE


def votes(call: Call) -> Result:
    """tell what people preferred in blind votes on the answers"""
    run = call.studio.find_run(call.typed.run)
    view = call.studio.votes_so_far(run)
    if view is None:
        raise Refused("There are no answers to vote on.", "Hold an exam in which both models write.")
    if call.typed.target is not None:
        call.studio.write_preferences(run, call.typed.target)
    if call.typed.all is not None:
        call.studio.write_feedback(run, call.typed.all)
    return documents_of_votes.votes_document(view), DONE


def judge(call: Call) -> Result:
    """let another model judge the answers, here or behind an address"""
    run, key = call.studio.find_run(call.typed.run), Key(os.environ.get(JUDGE_KEY, ""))
    asked = Judge(call.typed.model, call.typed.address)
    problem, code = call.wait_for([(run, call.studio.start_judge(run, asked, key))])
    view = None if problem else call.studio.judged(run)
    if view is None:
        return unfinished(run, problem), code
    return documents_of_votes.judge_document(view), DONE


VERBS: dict[str, Callable[[Call], Result]] = {
    verb.__name__: verb
    for verb in (
        *(check, train, runs, show, stop, pause, resume, rename, delete),
        *(exam, probe, compare, votes, judge, export, serve, user),
    )
}
