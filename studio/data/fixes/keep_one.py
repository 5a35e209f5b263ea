"""Leave out copies and conflicting rows, and keep the first of each."""

from studio.data.fixes.drop import begin

TITLE = "Keep one"
ACTION = "Keep the first of each"
SUMMARY = "Keeps the first of each, and leaves the others out."
NEEDS_PASS = False
KEEPS_THE_FIRST = True
"""Rows that a finding lists in `stays` are not to be named to this fix: they are the first of their kind."""

__all__ = ["ACTION", "KEEPS_THE_FIRST", "NEEDS_PASS", "SUMMARY", "TITLE", "begin"]
