"""The sample data that comes with the studio: real rows from six walks of life, for a first try."""

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "assets" / "samples"


@dataclass(frozen=True, slots=True)
class Sample:
    """`file` lies in `FOLDER`; `licence` is short, `assets/samples/LICENCES.md` has the whole of it."""

    id: str
    title: str
    summary: str
    file: str
    licence: str
    rows: int

    @property
    def path(self) -> Path:
        return FOLDER / self.file


SAMPLES: dict[str, Sample] = {
    sample.id: sample
    for sample in (
        Sample(
            "support",
            "Help desk",
            "Questions about a computer's desktop, and step-by-step answers.",
            "gnome_help_support.jsonl",
            "GNOME documentation, CC BY-SA 3.0",
            294,
        ),
        Sample(
            "legal",
            "Software licences",
            "What a licence allows and requires, and how to apply it.",
            "license_guidance_qa.jsonl",
            "choosealicense.com, MIT",
            233,
        ),
        Sample(
            "medical",
            "Disease classification",
            "Diagnoses, and the chapter of ICD-10-CM each belongs to.",
            "icd10cm_chapters.jsonl",
            "CDC/NCHS, US government work",
            600,
        ),
        Sample(
            "code",
            "Python functions",
            "What a function should do, and the function.",
            "more_itertools_doc2code.jsonl",
            "more-itertools, MIT",
            159,
        ),
        Sample(
            "reviews",
            "Opinions in reviews",
            "Sentences from reviews of films, goods and restaurants, and whether each is for or against.",
            "sentiment_sentences.jsonl",
            "UCI Sentiment Labelled Sentences, CC BY 4.0",
            3000,
        ),
        Sample(
            "wit",
            "Two answers, one of them better",
            "Definitions of words: a witty one, preferred, beside the one of a dictionary.",
            "definitions_wit.jsonl",
            "Ambrose Bierce, public domain; WordNet 3.0 licence",
            450,
        ),
    )
}
