"""The exam: base and tuned on the same held-out rows (checkpoints -> *evaluation* -> export)."""
