import pytest
from switchboard.catalog.model import Price
from switchboard.errors import InvalidRequest
from switchboard.web.pages.calculator import Question, calculation, question_of

from tests.examples import endpoint, model, price


def test_an_empty_form_asks_for_a_usual_request_at_this_hour() -> None:
    assert question_of({"prompt_tokens": " ", "hour": ""}, 7 * 3600 + 5) == Question(1000, 500, 7)


def test_what_is_filled_in_counts() -> None:
    assert question_of({"prompt_tokens": "5", "output_tokens": "0", "hour": "23"}, 0) == Question(5, 0, 23)


@pytest.mark.parametrize(
    ("name", "value"),
    [("hour", "24"), ("hour", "-1"), ("prompt_tokens", "1e9"), ("output_tokens", "9" * 400), ("prompt_tokens", "²")],
)
def test_an_absurd_number_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        question_of({name: value}, 0)
    assert refused.value.param == name


def test_the_cheapest_that_fits_comes_first_and_the_unknown_last() -> None:
    offers = (
        endpoint("unknown", price=Price({})),
        endpoint("small", price=price(input=0.1, output=0.1), max_output=10),
        endpoint("dear"),
        endpoint("cheap", price=price(input=1, output=1)),
    )
    rows = calculation(model(*offers), Question(1000, 500, 0))["data"]
    assert isinstance(rows, list)
    assert [row["tag"] for row in rows if isinstance(row, dict)] == ["cheap", "dear", "unknown", "small"]
