"""What others say about the endpoints of our catalog: their files, read into one form. Nothing is written back."""

import importlib.util
import json
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from cli.catalog_genai import genai_offers, installed
from cli.catalog_offers import Offer, Said, decimal_of
from cli.outcome import BadUsage, Unreachable

MILLION = 10**6
TIMEOUT_SECONDS = 30.0
GENAI = "genai-prices"
# Where each source publishes its file, and under which name a directory may hold a copy of it.
ADDRESSES = {
    "models.dev": "https://models.dev/api.json",
    GENAI: "https://raw.githubusercontent.com/pydantic/genai-prices/refs/heads/main/prices/new_data/v2/data.json",
    "litellm": "https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json",
}
FILES = {"models.dev": "models.dev.json", GENAI: "genai-prices.json", "litellm": "litellm.json"}
LITELLM_FILE = "model_prices_and_context_window_backup.json"
# litellm's names of our providers, where they differ; its keys begin with most of them.
LITELLM_PROVIDERS = {
    "bedrock": "amazon-bedrock",
    "bedrock_converse": "amazon-bedrock",
    "cohere_chat": "cohere",
    "fireworks_ai": "fireworks-ai",
    "gemini": "google",
    "together_ai": "togetherai",
    "vertex_ai-language-models": "google-vertex",
}


def read_source(name: str, known: Collection[Offer]) -> dict[str, dict[Offer, Said]]:
    """By source: of a directory, whatever files of sources lie in it. `known` are our own offers. Raises BadUsage or
    Unreachable.
    """
    if name in ADDRESSES:
        return {name: _offers(name, _published(name), known)}
    folder = Path(name)
    if not folder.is_dir():
        raise BadUsage(f"--from takes {', '.join(ADDRESSES)} or a directory; `{name}` is none of them.")
    found = {source: folder / file for source, file in FILES.items() if (folder / file).is_file()}
    if not found:
        raise BadUsage(f"{folder} has none of {', '.join(FILES.values())}: put a copy of a source's file there.")
    return {source: _offers(source, _parsed(path), known) for source, path in found.items()}


def _offers(source: str, document: Any, known: Collection[Offer]) -> dict[Offer, Said]:  # Any: JSON
    match source:
        case "models.dev":
            return _models_dev(document)
        case "litellm":
            return _litellm(document)
        case _:
            return genai_offers(document, known, datetime.now(UTC).date())


def _published(name: str) -> Any:  # Any: JSON
    """Installed, litellm has the file and genai-prices what is in it; else it is fetched."""
    if name == GENAI and (told := installed()) is not None:
        return told
    if name == "litellm" and (found := importlib.util.find_spec("litellm")) and found.origin:
        return _parsed(Path(found.origin).parent / LITELLM_FILE)
    try:
        with urlopen(ADDRESSES[name], timeout=TIMEOUT_SECONDS) as reply:  # noqa: S310  # one of three https addresses
            return json.load(reply, parse_float=Decimal)
    except (URLError, OSError) as error:
        raise Unreachable(
            f"{ADDRESSES[name]} does not answer. Save a copy and give its directory: --from DIR"
        ) from error


def _parsed(path: Path) -> Any:  # Any: JSON
    try:
        return json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (OSError, ValueError) as error:
        raise BadUsage(f"{path} is no JSON that can be read: {error}") from error


def _models_dev(document: Any) -> dict[Offer, Said]:  # Any: JSON
    return {
        (provider, name): _models_dev_said(model)
        for provider, told in _tables(document)
        for name, model in _tables(told.get("models"))
    }


def _models_dev_said(model: Mapping[str, Any]) -> Said:
    cost, limit = model.get("cost") or {}, model.get("limit") or {}
    return Said(
        decimal_of(cost.get("input")), decimal_of(cost.get("output")), limit.get("context"), limit.get("output")
    )


def _litellm(document: Any) -> dict[Offer, Said]:  # Any: JSON
    offers: dict[Offer, Said] = {}
    for key, row in _tables(document):
        named = str(row.get("litellm_provider", ""))
        provider = LITELLM_PROVIDERS.get(named, named)
        said = Said(
            decimal_of(row.get("input_cost_per_token"), MILLION),
            decimal_of(row.get("output_cost_per_token"), MILLION),
            row.get("max_input_tokens"),
            row.get("max_output_tokens"),
        )
        offers[provider, key.removeprefix(f"{named}/").removeprefix(f"{provider}/")] = said
    return offers


def _tables(value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:  # Any: JSON
    """The objects in an object; whatever else lies there is passed over."""
    for name, each in (value if isinstance(value, dict) else {}).items():
        if isinstance(each, dict):
            yield name, each
