"""Addresses are read off every message that can hold one, wherever in it they stand."""

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from mapper.app.door import frames


def _ways(kind, way=(), met=()):
    """Yield the way to every address that a kind of message can hold, through each kind once."""
    for field in kind.fields:
        part = field.message_type
        if part is None and field.name in frames._ADDRESS_FIELDS:
            yield (*way, field)
        elif part and not part.GetOptions().map_entry and part.full_name not in met:
            yield from _ways(part, (*way, field), (*met, part.full_name))


def _with_address(way):
    """Return a message with an address at the end of a way."""
    message = at = ForwardMsg()
    for field in way[:-1]:
        at = getattr(at, field.name)
        if hasattr(at, "add"):
            at = at.add()
    setattr(at, way[-1].name, "/media/one")
    return message


def test_every_address_that_a_message_can_hold_is_found():
    ways = list(_ways(ForwardMsg.DESCRIPTOR))
    assert len(ways) > 10
    for way in ways:
        told = frames.addresses_in(_with_address(way).SerializeToString())
        assert told == ["/media/one"], [field.name for field in way]


def test_kinds_that_hold_no_address_are_not_gone_through():
    kinds = {one.name: one.message_type for one in ForwardMsg().delta.new_element.DESCRIPTOR.fields}
    assert frames._may_tell(kinds["download_button"])
    assert not frames._may_tell(kinds["selectbox"])
    assert not frames._may_tell(kinds["bidi_component"])
