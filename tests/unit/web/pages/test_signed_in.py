from typing import Any

from switchboard.web.pages.signed_in import activity_object, playground_object

from tests.examples import catalog, endpoint, model

TOOLS = model(endpoint(supported_parameters=frozenset({"tools"})), aliases=("uno",))
VECTORS = model(endpoint("b", model="lab/v", output_modalities=frozenset({"embedding"})), name="lab/v")


def test_the_activity_page_names_the_route_that_answers_the_same() -> None:
    assert str(activity_object("https://gateway.test")["api"]).startswith("https://gateway.test/api/v1/activity?")


def test_the_playground_offers_what_answers_and_opens_with_the_model_of_the_link() -> None:
    page: Any = playground_object(catalog(VECTORS, TOOLS), "https://gateway.test", "uno")
    assert (page["model"], page["models"]) == ("lab/one", ["lab/one"])


def test_a_link_to_no_model_opens_with_one_that_there_is() -> None:
    assert playground_object(catalog(VECTORS, TOOLS), "", "<b>")["model"] == "lab/one"
    assert playground_object(catalog(VECTORS), "", "<b>")["model"] == ""
