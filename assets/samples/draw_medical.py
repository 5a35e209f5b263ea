"""Draw icd10cm_chapters.jsonl, the medical sample, from the whole list of ICD-10-CM terms.

python assets/samples/draw_medical.py icd10cm_terms_compact.jsonl > assets/samples/icd10cm_chapters.jsonl

The list has one object a line: `text` (a diagnosis) and `label` (the title of its chapter), as the package
simple-icd-10-cm 1.5.0 holds them. The same list and seed give the same 600 rows.
"""

import json
import random
import sys
from pathlib import Path

ROWS = 600
SEED = 0


def main(terms: Path) -> None:
    rows = [json.loads(line) for line in terms.read_text(encoding="utf-8").splitlines()]
    chapters: dict[str, set[str]] = {}
    for row in rows:
        chapters.setdefault(row["text"], set()).add(row["label"])
    # A term that stands in two chapters has no single right answer.
    clear = sorted(term for term, found in chapters.items() if len(found) == 1)
    for term in random.Random(SEED).sample(clear, ROWS):
        question = f"Which chapter of ICD-10-CM does this diagnosis belong to: {term}?"
        print(json.dumps({"question": question, "answer": next(iter(chapters[term]))}, ensure_ascii=False))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
