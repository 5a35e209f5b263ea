"""The keys of requests: each has its own ticket, is handed out once, and is known to this process alone."""

from studio.core.keys import Key
from studio.services.keys import Keys


def test_each_key_has_a_ticket_of_its_own_and_is_handed_out_once() -> None:
    keys = Keys()
    first, second = keys.put(Key("one")), keys.put(Key("two"))
    assert (keys.take(second).reveal(), keys.take(first).reveal()) == ("two", "one")
    assert not keys.take(first)
    assert not Keys().take(second), "another process knows no key"


def test_an_empty_key_needs_no_ticket() -> None:
    assert Keys().put(Key()) == ""
