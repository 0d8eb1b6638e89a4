"""What the document describes is what the reader knows."""

from switchboard.web.key_input import KEY_FIELDS, NO_FIELDS, POLICY_FIELDS
from switchboard.web.key_schema import CHANGE_BODY, CHANGEABLE, CREATE_BODY


def test_every_field_is_described_and_no_other() -> None:
    assert set(CHANGEABLE) == {*KEY_FIELDS, *POLICY_FIELDS, *NO_FIELDS}


def test_a_name_is_required_to_create_and_nothing_to_change() -> None:
    bodies = [body["requestBody"]["content"]["application/json"] for body in (CREATE_BODY, CHANGE_BODY)]
    create, change = (body["schema"] for body in bodies)
    assert (create["required"], change["required"]) == (["name"], [])
    assert set(create["properties"]) - set(change["properties"]) == {"is_management_key"}
