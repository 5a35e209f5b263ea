"""What is asked of the worker waits in a file, with everything that was wished for."""

from studio.store.requests import Requests


def test_a_second_exam_that_is_asked_for_adds_its_wishes_to_the_first(tmp_path):
    requests = Requests(tmp_path / "requests")
    job = requests.add("exam", 5.0, ("prompt",))
    assert requests.add("exam", 9.0, ("few_shot", "prompt")) == job
    (waiting,) = requests.all()
    assert (waiting.job, waiting.at, waiting.wishes) == (job, 5.0, ("prompt", "few_shot"))


def test_a_request_of_before_there_were_wishes_is_read(tmp_path):
    requests = Requests(tmp_path)
    (tmp_path / f"job-{'a' * 16}.json").write_text('{"version": 1, "kind": "exam", "at": 1.0}')
    assert [request.wishes for request in requests.all()] == [()]
