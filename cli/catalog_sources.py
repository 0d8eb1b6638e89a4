"""What others say about the endpoints of our catalog: their files, read into one form. Nothing of it is written back.

Prices are US dollars for a million tokens, as decimals.
"""

import importlib.util
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from switchboard.catalog.model import NANO, Catalog

from cli.outcome import BadUsage, Unreachable

MILLION = 10**6
TIMEOUT_SECONDS = 30.0
# Where each source publishes its file, and under which name a directory may hold a copy of it.
ADDRESSES = {
    "models.dev": "https://models.dev/api.json",
    "litellm": "https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json",
}
FILES = {"models.dev": "models.dev.json", "litellm": "litellm.json"}
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

Offer = tuple[str, str]  # the provider's id, and its own name of the model


@dataclass(frozen=True, slots=True)
class Said:
    """What one source says of one offer; None is not said."""

    input: Decimal | None = None
    output: Decimal | None = None
    context: int | None = None
    max_output: int | None = None


def read_source(name: str) -> dict[str, dict[Offer, Said]]:
    """By source: of a directory, whatever files of sources lie in it. Raises BadUsage or Unreachable."""
    if name in ADDRESSES:
        return {name: _READERS[name](_published(name))}
    folder = Path(name)
    if not folder.is_dir():
        raise BadUsage(f"--from takes {', '.join(ADDRESSES)} or a directory; `{name}` is none of them.")
    found = {source: folder / file for source, file in FILES.items() if (folder / file).is_file()}
    if not found:
        raise BadUsage(f"{folder} has neither {' nor '.join(FILES.values())}: put a copy of a source's file there.")
    return {source: _READERS[source](_parsed(path)) for source, path in found.items()}


def ours(catalog: Catalog) -> dict[Offer, Said]:
    """Our own endpoints in the same form; of several with one upstream name the first."""
    offers: dict[Offer, Said] = {}
    for model in catalog.models.values():
        for one in model.endpoints:
            rates = {unit: Decimal(rate) / NANO for unit, rate in one.price.rates.items()}
            said = Said(rates.get("input"), rates.get("output"), one.context, one.max_output)
            offers.setdefault((one.provider.id, one.upstream_id), said)
    return offers


def _published(name: str) -> Any:  # Any: JSON
    """An installed litellm has the file; else it is fetched."""
    if name == "litellm" and (found := importlib.util.find_spec("litellm")) and found.origin:
        return _parsed(Path(found.origin).parent / LITELLM_FILE)
    try:
        with urlopen(ADDRESSES[name], timeout=TIMEOUT_SECONDS) as reply:  # noqa: S310  # one of two https addresses
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
    return Said(_decimal(cost.get("input")), _decimal(cost.get("output")), limit.get("context"), limit.get("output"))


def _litellm(document: Any) -> dict[Offer, Said]:  # Any: JSON
    offers: dict[Offer, Said] = {}
    for key, row in _tables(document):
        named = str(row.get("litellm_provider", ""))
        provider = LITELLM_PROVIDERS.get(named, named)
        said = Said(
            _decimal(row.get("input_cost_per_token"), MILLION),
            _decimal(row.get("output_cost_per_token"), MILLION),
            row.get("max_input_tokens"),
            row.get("max_output_tokens"),
        )
        offers[provider, key.removeprefix(f"{named}/").removeprefix(f"{provider}/")] = said
    return offers


_READERS = {"models.dev": _models_dev, "litellm": _litellm}


def _tables(value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:  # Any: JSON
    """The objects in an object; whatever else lies there is passed over."""
    for name, each in (value if isinstance(value, dict) else {}).items():
        if isinstance(each, dict):
            yield name, each


def _decimal(number: Any, times: int = 1) -> Decimal | None:  # Any: JSON
    return Decimal(str(number)) * times if isinstance(number, int | float | Decimal) else None
