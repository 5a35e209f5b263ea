"""Labels are told from answers in prose while the rows pass by."""

from studio.data.labels import LabelCounts, listed, shortened


def counted(answers):
    labels = LabelCounts()
    for answer in answers:
        labels.see(answer)
    return labels


def test_short_answers_that_come_again_are_labels():
    assert counted(["yes", "no"] * 10).are_labels
    assert counted([f"label {at % 22}" for at in range(600)]).are_labels


def test_prose_empty_answers_one_answer_and_few_rows_are_no_labels():
    assert not counted([f"answer {at}" for at in range(100)]).are_labels
    assert not counted(["yes", "no"] * 10 + [""]).are_labels
    assert not counted(["yes"] * 30).are_labels
    assert not counted(["yes", "no"] * 5).are_labels
    assert not counted(["x" * 121, "no"] * 20).are_labels


def test_what_cannot_be_labels_is_forgotten():
    labels = counted([f"answer {at}" for at in range(10_000)])
    assert (labels.may_be_labels, len(labels.counts)) == (False, 0)


def test_a_list_of_labels_names_the_first():
    assert listed({"a": 1200, "b": 2}) == "“a” (1,200), “b” (2)"
    assert listed({"a": 4, "b": 3, "c": 2, "d": 1}).endswith(" and 1 more")
    assert shortened("one\n two", 6) == "one t…"
