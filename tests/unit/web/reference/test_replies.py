from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator
from switchboard.accounting.price import Bill
from switchboard.chat import Usage
from switchboard.errors import ModelNotFound
from switchboard.protocols.openai_chat.errors import error_body
from switchboard.protocols.openai_chat.render import usage_object
from switchboard.web.model_lists import Window, google_models, models_page
from switchboard.web.reference.replies import REPLIES

from tests.examples import endpoint, model

MODELS = (model(endpoint()),)


@pytest.mark.parametrize(
    ("name", "reply"),
    [
        ("ModelList", models_page(MODELS, Window())),
        ("ModelList", models_page((), Window())),
        ("GoogleModelList", google_models(MODELS, None, None)),
        ("Usage", usage_object(Bill(Usage(input=1), 1, 0), None)),
        ("Error", orjson.loads(error_body(ModelNotFound("None such.", param="model"), None))),
    ],
)
def test_what_is_answered_is_what_the_schema_says(name: str, reply: Any) -> None:
    schema: Any = {**REPLIES[name], "components": {"schemas": REPLIES}}  # type: ignore[dict-item]
    assert [error.message for error in Draft202012Validator(schema).iter_errors(reply)] == []
