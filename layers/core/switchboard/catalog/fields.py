"""Which keys a provider, a model and an endpoint may carry, how each is checked, and its one canonical form.

`schema.json` of the catalog layer says the same to editors; a test keeps the two in step.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple, cast

from switchboard.catalog.checks import (
    ANYTHING,
    COUNT,
    DATE,
    FLAG,
    TEXT,
    TOKENS,
    URL,
    Check,
    list_of,
    one_of,
    pattern,
    table_of,
    value_that,
)
from switchboard.catalog.prices import (
    decimal_text,
    discount_check,
    extra_check,
    price_check,
    tidy_extra,
    tidy_price,
    tidy_tiers,
    tier_check,
)
from switchboard.json_types import Json, JsonObject

PROTOCOLS = ("openai-chat", "openai-responses", "anthropic-messages", "google-generate", "bedrock-converse")
INVOKED = ("anthropic-messages",)
STATUSES = ("active", "beta", "alpha", "deprecated")
MODALITIES = ("text", "image", "file", "audio", "video", "embedding")
PROVIDER_SYNONYMS = {"docs_url": "docs"}


class Field(NamedTuple):
    """`tidy` gives a checked value its canonical form; a fact is kept for pages, the gateway does not act on it."""

    check: Check
    tidy: Callable[[Json], Json] = lambda value: value
    is_fact: bool = False


def _tidy_modalities(value: Json) -> Json:
    return ["file" if name == "pdf" else name for name in cast("list[Json]", value)]


def _tidy_policy(value: Json) -> Json:
    return {{"prompt_training": "training"}.get(key, key): member for key, member in cast(JsonObject, value).items()}


def _is_range(value: Json) -> bool:
    match value:
        case [int() | float() as least, int() | float() as most]:
            return least <= most
    return False


WORD = "[A-Za-z0-9][A-Za-z0-9._-]*"
TABLE = table_of({}, ANYTHING)
TEXTS = list_of(TEXT)
PROVIDER_ID = pattern(r"[a-z0-9][a-z0-9._-]*", "a provider id; write small letters, digits, and . _ - between")
MODEL_ID = pattern(f"{WORD}/{WORD}", 'a model id; write "author/slug" of letters, digits and . _ -')
TAG = pattern(f"{WORD}(/{WORD})*", "a tag; write letters, digits, . _ - and / between")
AUTH = pattern(
    r"none|bearer|header:[A-Za-z0-9-]+|aws-sigv4|google-oauth",
    "a way to sign in; write none, bearer, header:NAME, aws-sigv4 or google-oauth",
)
VARIABLE = pattern(r"[A-Za-z_][A-Za-z0-9_]*", "the name of an environment variable (never put the key itself here)")
HEADER = pattern(r"[^\r\n]*", "a text on one line")
RANGES = table_of({}, value_that(_is_range, "the least and the most of a value; write temperature = [0, 1.5]"))
POLICY = table_of({"training": FLAG, "prompt_training": FLAG, "retention_days": COUNT, "verified": FLAG}, ANYTHING)
MODALITY = Field(list_of(one_of((*MODALITIES, "pdf"))), _tidy_modalities)
DATA_POLICY = Field(POLICY, _tidy_policy)

PROVIDER: Mapping[str, Field] = {
    "id": Field(PROVIDER_ID),
    "name": Field(TEXT),
    "protocol": Field(one_of(PROTOCOLS)),
    "base_url": Field(URL),
    "auth": Field(AUTH),
    "key_env": Field(VARIABLE),
    "region": Field(TEXT),
    "headers": Field(table_of({}, HEADER)),
    "quirks": Field(TEXTS),
    "data_policy": DATA_POLICY,
    "status_page": Field(URL),
    "docs": Field(URL),
    "disabled": Field(FLAG),
    "base_url_env": Field(table_of({}, VARIABLE), is_fact=True),
    "ranges": Field(RANGES, is_fact=True),
    "env": Field(list_of(VARIABLE), is_fact=True),
    "protocols": Field(TEXTS, is_fact=True),
    "upstream_protocols": Field(TEXTS, is_fact=True),
    "type": Field(TEXT, is_fact=True),
    "billed_after_cancel": Field(FLAG, is_fact=True),
}

MODEL: Mapping[str, Field] = {
    "id": Field(MODEL_ID),
    "name": Field(TEXT),
    "description": Field(TEXT, lambda value: str(value).strip()),
    "created": Field(COUNT),
    "aliases": Field(TEXTS),
    "context": Field(TOKENS),
    "max_output": Field(TOKENS),
    "input_modalities": MODALITY,
    "output_modalities": MODALITY,
    "knowledge_cutoff": Field(DATE),
    "reasoning": Field(FLAG),
    "disabled": Field(FLAG),
    "release_date": Field(DATE, is_fact=True),
    "author": Field(TEXT, is_fact=True),
    "family": Field(TEXT, is_fact=True),
    "type": Field(TEXT, is_fact=True),
    "open_weights": Field(FLAG, is_fact=True),
    "weights": Field(TEXTS, is_fact=True),
    "tool_call": Field(FLAG, is_fact=True),
    "structured_output": Field(FLAG, is_fact=True),
    "reasoning_options": Field(list_of(TABLE), is_fact=True),
    "benchmarks": Field(list_of(TABLE), is_fact=True),
}

ENDPOINT: Mapping[str, Field] = {
    "provider": Field(PROVIDER_ID),
    "model": Field(MODEL_ID),
    "tag": Field(TAG),
    "variant": Field(TAG),
    "upstream_id": Field(TEXT),
    "invoke": Field(one_of(INVOKED)),
    "protocol": Field(one_of(PROTOCOLS)),
    "price": Field(price_check, tidy_price),
    "price_tiers": Field(list_of(tier_check), tidy_tiers),
    "price_extra": Field(extra_check, tidy_extra),
    "discount": Field(discount_check, decimal_text),
    "price_source": Field(TEXT),
    "context": Field(TOKENS),
    "max_output": Field(TOKENS),
    "input_modalities": MODALITY,
    "output_modalities": MODALITY,
    "supported_parameters": Field(TEXTS),
    "quantization": Field(TEXT),
    "region": Field(TEXT),
    "data_policy": DATA_POLICY,
    "status": Field(one_of(STATUSES)),
    "disabled": Field(FLAG),
    "id": Field(TEXT),
    "protocols": Field(TEXTS, is_fact=True),
    "upstream_protocols": Field(TEXTS, is_fact=True),
    "moderation": Field(TEXT, is_fact=True),
    "ranges": Field(RANGES, is_fact=True),
    "deprecation_date": Field(DATE, is_fact=True),
    "supported_parameters_source": Field(TEXT, is_fact=True),
    "sources": Field(TABLE, is_fact=True),
    "aliases": Field(TEXTS, is_fact=True),
    "aggregator": Field(FLAG, is_fact=True),
}
