import importlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.pagination import SyncPage as OpenAiPage
from openai.types import Model as OpenAiModel
from switchboard.errors import InvalidRequest
from switchboard.web.model_lists import Window, codex_models, google_models, models_page

from tests.examples import endpoint, model

TOOLS = frozenset({"tools", "parallel_tool_calls", "verbosity"})
MODELS = tuple(
    model(endpoint(model=name, supported_parameters=TOOLS), name=name, created=1_750_000_000, context=1000)
    for name in ("lab/a", "lab/b", "lab/c", "lab/d")
)
# What Codex's reader takes from each model; without any of these it takes none of the list.
CODEX_NEEDS = {
    *("slug", "display_name", "supported_reasoning_levels", "shell_type", "visibility", "supported_in_api"),
    *("priority", "base_instructions", "supports_reasoning_summaries", "support_verbosity", "truncation_policy"),
    *("supports_parallel_tool_calls", "experimental_supported_tools"),
}


def ids(page: Any) -> list[str]:  # Any: JSON
    return [row["id"] for row in page["data"]]


@pytest.mark.once
@pytest.mark.xdist_group("anthropic-sdk")  # its import is 4 s of CPU: one worker pays
def test_openais_and_anthropics_readers_take_the_same_page() -> None:
    page = models_page(MODELS, Window())
    assert OpenAiPage[OpenAiModel].model_validate(page).data[0].owned_by == "lab"
    pagination: Any = importlib.import_module("anthropic.pagination")
    read = pagination.SyncPage[importlib.import_module("anthropic.types").ModelInfo].model_validate(page)
    assert (read.data[0].type, read.data[0].display_name, read.data[0].created_at.year) == ("model", "lab/a", 2025)
    assert (read.first_id, read.last_id, read.has_more) == ("lab/a", "lab/d", False)


def test_a_limit_leaves_more() -> None:
    page = models_page(MODELS, Window(limit=3))
    assert (ids(page), page["has_more"], page["total_count"]) == (["lab/a", "lab/b", "lab/c"], True, 4)


def test_a_page_before_a_model_is_the_one_next_to_it() -> None:
    page = models_page(MODELS, Window(limit=2, before_id="lab/d"))
    assert (ids(page), page["has_more"]) == (["lab/b", "lab/c"], True)
    assert models_page(MODELS, Window(limit=3, before_id="lab/d"))["has_more"] is False


@given(st.integers(1, 5))
def test_following_the_cursor_shows_every_model_once(limit: int) -> None:
    shown: list[str] = []
    page = models_page(MODELS, Window(limit=limit))
    shown += ids(page)
    while page["has_more"]:
        page = models_page(MODELS, Window(limit=limit, after_id=str(page["last_id"])))
        shown += ids(page)
    assert shown == [each.id for each in MODELS]


@given(st.integers(1, 5), st.integers(0, 6))
def test_an_offset_leaves_out_the_first(limit: int, offset: int) -> None:
    page = models_page(MODELS, Window(limit=limit, offset=offset))
    assert ids(page) == [each.id for each in MODELS][offset : offset + limit]


def test_a_cursor_must_name_a_model() -> None:
    with pytest.raises(InvalidRequest, match="`after_id` must be the id of a model") as caught:
        models_page(MODELS, Window(after_id="lab/z"))
    assert caught.value.param == "after_id"


def test_codex_is_given_the_models_that_call_tools_with_all_that_it_insists_on() -> None:
    mute = model(endpoint(supported_parameters=frozenset()), name="lab/mute")
    listed: Any = codex_models((*MODELS, mute))["models"]
    assert [row["slug"] for row in listed] == [each.id for each in MODELS]
    assert all(row.keys() >= CODEX_NEEDS and row["base_instructions"] for row in listed)
    assert (listed[0]["context_window"], listed[0]["supported_reasoning_levels"]) == (1000, [])


def test_codex_is_offered_efforts_where_a_model_reasons() -> None:
    thinker = model(endpoint(supported_parameters=TOOLS), reasoning=True)
    listed: Any = codex_models((thinker,))["models"]
    assert [level["effort"] for level in listed[0]["supported_reasoning_levels"]] == ["low", "medium", "high"]


def test_googles_pages_lead_from_one_to_the_next() -> None:
    first: Any = google_models(MODELS, 3, None)
    assert [each["name"] for each in first["models"]] == ["models/lab/a", "models/lab/b", "models/lab/c"]
    last: Any = google_models(MODELS, 3, first["nextPageToken"])
    assert [each["baseModelId"] for each in last["models"]] == ["lab/d"]
    assert "nextPageToken" not in last


def test_googles_token_must_be_one_of_ours() -> None:
    with pytest.raises(InvalidRequest, match="pageToken"):
        google_models(MODELS, None, "x")
