"""Views as the JSON documents of the command line (DESIGN section 10): scripts rely on every name in here."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from studio.core import config as configs
from studio.core import probe as probes
from studio.core.report import DatasetReport
from studio.services.exam_view import ExamView
from studio.services.probes import ProbeView
from studio.services.views import Comparison, ExportView, RunView

Document = dict[str, Any]


def check_document(report: DatasetReport) -> Document:
    """Return `check --json`."""
    return {
        "version": 1,
        "verdict": report.verdict,
        "file_type": report.file_type,
        "format": report.format,
        "rows_total": report.total,
        "rows_kept": report.kept,
        "first": dict(report.first) if report.first is not None else None,
        "columns": list(report.columns),
        "mapping": dict(report.mapping),
        "suggested": dict(report.suggested),
        "lengths": asdict(report.lengths) if report.lengths else None,
        "issues": [
            {
                "check": issue.check,
                "severity": issue.severity,
                "count": issue.count,
                "rows": list(issue.rows),
                "message": issue.message,
                "hint": issue.hint,
            }
            for issue in report.issues
        ],
    }


def train_document(run: RunView) -> Document:
    """Return `train --json` and `resume --json`."""
    return {
        "version": 1,
        "run": run.id,
        "status": run.status,
        "steps": run.step,
        "loss_first": run.loss_first,
        "loss_last": run.loss_last,
        "eval_loss_first": run.eval_loss_first,
        "eval_loss": run.eval_loss,
        "tokens_per_second": run.tokens_per_second,
        "seconds": run.seconds,
        "peak_memory_bytes": run.peak_memory_bytes,
        **_failure(run),
    }


def _failure(run: RunView) -> Mapping[str, str]:
    return {"error": run.failure, "hint": run.failure_hint} if run.status == "failed" else {}


def run_document(run: RunView) -> Document:
    """Return one entry of `runs --json`."""
    return {
        "run": run.id,
        "name": run.name,
        "status": run.status,
        "step": run.step,
        "steps": run.steps,
        "objective": run.config.objective,
        "tuning": run.config.tuning,
        "model": run.config.model,
        "eval_loss": run.eval_loss,
        "queue_position": run.queue_position,
        "starts_in_seconds": _starts(run),
    }


def _starts(run: RunView) -> Document | None:
    """Return between how many seconds a run that waits may begin; None where that is not known."""
    if run.wait is None or run.wait.low is None:
        return None
    return {"low": run.wait.low, "high": run.wait.high}


def show_document(run: RunView) -> Document:
    """Return `show --json`."""
    return {
        "version": 1,
        **run_document(run),
        "config": configs.to_dict(run.config),
        "revision": run.source.revision if run.source else run.config.revision,
        "weights_hash": run.source.weights_hash if run.source else None,
        "dataset": {
            "id": run.config.dataset,
            "version": run.config.dataset_version,
            "name": run.dataset_name,
            "training_rows": run.training_rows,
            "held_out_rows": run.held_out_rows,
        },
        "checkpoints": list(run.checkpoints),
        "best_step": run.best_step,
        "warnings": list(run.warnings),
        "verdict": asdict(run.verdict),
        "seconds": run.seconds,
        "peak_memory_bytes": run.peak_memory_bytes,
        "forecast": asdict(run.foreseen) if run.foreseen else None,
        "jobs": [asdict(job) for job in run.jobs],
        **_failure(run),
    }


def exam_document(exam: ExamView) -> Document:
    """Return `exam --json` for one run."""
    return {
        "version": 1,
        "run": exam.run,
        "rows": exam.rows,
        "answered": exam.answered,
        "arms": {
            arm: {metric: asdict(score) for metric, score in scores.items()}
            for arm, scores in exam.arms.items()
        },
        "differences": {metric: asdict(found) for metric, found in exam.differences.items()},
        "weights_hashes": dict(exam.weights_hashes),
        "before": exam.before,
        "signatures": dict(exam.signatures),
        "answer_tokens": exam.answer_tokens,
        "classes": [asdict(each) for each in exam.classes],
        "bake_off": asdict(exam.bake_off) if exam.bake_off else None,
        "wins": {by: asdict(each) for by, each in exam.wins.items()},
        "left_out": exam.left_out,
        "left_out_why": exam.left_out_why,
    }


def probe_document(view: ProbeView) -> Document:
    """Return `probe --json`."""
    measured = probes.to_dict(view.probe)
    lit = {name: asdict(light) for name, light in view.lights.items()}
    return {"version": 1, "run": view.run, "lights": lit, **measured}


def compare_document(comparison: Comparison) -> Document:
    """Return `compare --json`."""
    return {
        "version": 1,
        "question": comparison.question,
        "sources": [asdict(source) for source in comparison.sources],
        "answers": {
            who: {"text": answer.text, "weights_hash": answer.weights_hash}
            for who, answer in comparison.answers.items()
        },
    }


def export_document(export: ExportView) -> Document:
    """Return `export --json`."""
    return {
        "version": 1,
        "run": export.run,
        "kind": export.kind,
        "path": export.path,
        "files": [asdict(file) for file in export.files],
        "parity": asdict(export.parity) if export.parity else None,
    }


def lines(document: Any, indent: str = "") -> list[str]:
    """Return a document as lines for people: one for each entry, nested ones indented."""
    if isinstance(document, list):
        found = [line for entry in document for line in _entry(entry, indent)]
        return found or [f"{indent}none"]
    found = []
    for name, value in document.items():
        if (name, value) == ("version", 1):
            continue
        if isinstance(value, dict | list) and value:
            found += [f"{indent}{name}:", *lines(value, indent + "  ")]
        else:
            found.append(f"{indent}{name}: {_shown(value)}")
    return found


def _entry(entry: Any, indent: str) -> list[str]:
    if isinstance(entry, dict):
        return [indent + "  ".join(f"{name} {_shown(value)}" for name, value in entry.items())]
    return [f"{indent}{entry}"]


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return "-" if value is None or value in ({}, []) else str(value)
