"""The Excel file has every row with all that was found about it, as text that nothing in it computes."""

import json

import pytest
from openpyxl import load_workbook

from studio.core.errors import Refused
from studio.core.report import ROWS_NAMED
from studio.data import workbook


def sheets(path):
    book = load_workbook(path, read_only=True)
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}


def add(studio, tmp_path, rows, name="Help: desk? (2).csv"):
    path = tmp_path / "rows.csv"
    path.write_text("question,answer\n" + "".join(f'"{question}","{answer}"\n' for question, answer in rows))
    return studio.add_dataset(path, name).id


def test_every_row_stands_in_it_with_its_findings_and_a_formula_stays_text(closed, tmp_path):
    rows = [(f"What is the number {n} for?", f"It is for door {n}.") for n in range(12)]
    rows[3] = ("=1+1", "Write to anna.smith@example.org, or see https://example.org")
    rows[5] = ("Only asked", "")
    path = closed.issues_excel(add(closed, tmp_path, rows))
    assert path.name == "Help_ desk_ (2), findings.xlsx"
    found = sheets(path)
    assert set(found) == {"Rows", "Findings", "Set aside"}
    assert found["Rows"][0] == ["row", "prompt", "completion", "findings"]
    assert len(found["Rows"]) == 12
    by_row = {line[0]: line for line in found["Rows"][1:]}
    assert by_row[5][1] == "=1+1"
    assert "e-mail" in by_row[5][3].lower()
    assert by_row[2][3] in (None, "")
    assert found["Set aside"][1][0] == 7
    cells = load_workbook(path)["Rows"]
    assert {cell.data_type for row in cells.iter_rows(min_row=2, min_col=2, max_col=3) for cell in row} == {
        "s"
    }
    assert all(cell.hyperlink is None for row in cells.iter_rows() for cell in row)
    assert closed.issues_excel(closed.datasets()[0].id) == path


def test_a_data_set_that_was_renamed_has_its_new_name_on_the_file(closed, tmp_path):
    dataset = add(closed, tmp_path, [(f"What is {n} for?", f"Door {n}.") for n in range(12)])
    before = closed.issues_excel(dataset)
    closed.rename_dataset(dataset, "Doors")
    after = closed.issues_excel(dataset)
    assert (before.exists(), after.exists(), after.name) == (False, True, "Doors, findings.xlsx")


def test_the_gravest_findings_come_first(closed, tmp_path):
    path = tmp_path / "parts.csv"
    parts = ("train", "test")
    rows = "".join(f"What is {n} for?,Write to a{n}@example.org,{parts[n % 5 == 0]}\n" for n in range(20))
    path.write_text(f"question,answer,part\n{rows}")
    found = sheets(closed.issues_excel(closed.add_dataset(path, path.name).id))["Findings"][1:]
    degrees = [line[0] for line in found]
    assert degrees[0] == "worth a look"
    assert "mapping" in [line[1] for line in found if line[0] == "good to know"]
    assert degrees == sorted(degrees, reverse=True), "worth a look, then good to know"


def test_a_finding_of_more_rows_than_the_report_names_marks_them_all(closed, tmp_path):
    rows = [(f"What is {n} for?", "see above") for n in range(ROWS_NAMED + 200)]
    dataset = add(closed, tmp_path, [*rows, *rows])
    copies = next(issue for issue in closed.dataset(dataset).report.issues if issue.check == "duplicates")
    assert copies.count > len(copies.rows)
    lines = sheets(closed.issues_excel(dataset))["Rows"][1:]
    assert sum("exact cop" in (line[3] or "") for line in lines) == copies.count


def test_more_rows_than_a_sheet_takes_go_on_in_another_and_a_long_text_says_that_it_is_cut(
    closed, tmp_path, monkeypatch
):
    monkeypatch.setattr(workbook, "ROWS_OF_A_SHEET", 5)
    rows = [(f"What is {n} for?", "long " * 10_000) for n in range(12)]
    found = sheets(closed.issues_excel(add(closed, tmp_path, rows)))
    assert [len(found[name]) for name in ("Rows", "Rows 2", "Rows 3")] == [6, 6, 3]
    text = found["Rows"][1][2]
    assert len(text) == workbook.LETTERS_OF_A_CELL
    assert text.endswith("[cut here: Excel holds no longer text]")


def test_without_columns_there_is_no_excel_file(closed, tmp_path):
    path = tmp_path / "three.csv"
    path.write_text("a,b,c\n" + "".join(f"a{n},b{n},c{n}\n" for n in range(40)))
    with pytest.raises(Refused, match="which column is what"):
        closed.issues_excel(closed.add_dataset(path, path.name).id)


def test_the_turns_ahead_of_a_prompt_stand_in_a_cell_of_their_own(closed, tmp_path):
    talk = "Human: Hello there\n\nAssistant: Hi!\n\nHuman: What is number {}?\n\nAssistant: "
    rows = [{"chosen": f"{talk.format(n)}It is {n}.", "rejected": f"{talk.format(n)}No."} for n in range(12)]
    path = tmp_path / "rows.json"
    path.write_text(json.dumps(rows))
    found = sheets(closed.issues_excel(closed.add_dataset(path, path.name).id))
    assert found["Rows"][0] == ["row", "prompt", "chosen", "rejected", "before", "findings"]
    assert found["Rows"][1][4] == "user: Hello there\n\nassistant: Hi!"
