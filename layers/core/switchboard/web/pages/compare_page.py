"""Up to four models side by side, as one object. Pure."""

from collections.abc import Sequence
from typing import cast

from switchboard.catalog.model import Catalog, Model
from switchboard.errors import InvalidRequest
from switchboard.health.figures import Rankings
from switchboard.json_types import Json, JsonObject
from switchboard.routing.models import find_model
from switchboard.web.pages.calculator import Question, calculation
from switchboard.web.pages.listing import row_object, row_of

MOST_COMPARED = 4


def compared_models(catalog: Catalog, names: Sequence[str]) -> list[Model]:
    """Each once; fields left empty are left out. Raises ModelNotFound, or InvalidRequest for too many."""
    wanted = dict.fromkeys(name.strip() for name in names if name.strip())
    if len(wanted) > MOST_COMPARED:
        raise InvalidRequest(f"At most {MOST_COMPARED} models can be compared: leave some out.", param="model")
    models = {model.id: model for model in (find_model(catalog, name) for name in wanted)}
    return list(models.values())


def compare_object(catalog: Catalog, rankings: Rankings, models: Sequence[Model], question: Question) -> JsonObject:
    """`fields` has room for one model more, as long as there is."""
    columns = [_column(model, rankings, question) for model in models]
    every = {name for column in columns for name in cast("list[str]", column["supported_parameters"])}
    return {
        "title": "Compare",
        "measured_until": rankings.version * 60 if rankings.version else None,
        "prompt_tokens": question.prompt_tokens,
        "output_tokens": question.output_tokens,
        "hour": question.hour,
        "fields": [*(model.id for model in models), *[""] * (MOST_COMPARED - len(models))],
        "choices": list(catalog.models),
        "parameters": cast(Json, sorted(every)),
        "data": cast(Json, columns),
    }


def _column(model: Model, rankings: Rankings, question: Question) -> JsonObject:
    offers = cast("list[JsonObject]", calculation(model, question)["data"])
    priced = [offer for offer in offers if offer["fits"] and offer["usd"] is not None]
    return {
        **row_object(row_of(model, rankings.endpoints)),
        "max_output": model.max_output,
        "release_date": model.facts.get("release_date"),
        "reasoning": model.reasoning,
        "open_weights": model.facts.get("open_weights"),
        "request_usd": priced[0]["usd"] if priced else None,
        "request_tag": priced[0]["tag"] if priced else None,
    }
