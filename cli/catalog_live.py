"""Do the providers still have what the catalog says? Each one's own list of models, asked with the key at hand."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from switchboard.catalog.model import Catalog, Provider

TIMEOUT_SECONDS = 20.0
GOOGLE_PREFIX = "models/"
HEADER = "header:"

# A URL and headers to the JSON that is there. Raises OSError or ValueError.
Fetch = Callable[[str, Mapping[str, str]], Any]  # Any: JSON


@dataclass(frozen=True, slots=True)
class Checked:
    """`outcome` is ok, gone or not asked; `detail` says which, or why."""

    provider: str
    outcome: str
    detail: str = ""


def checked(catalog: Catalog, variables: Mapping[str, str], fetch: Fetch) -> Iterator[Checked]:
    """`variables` hold the providers' keys, as `make run` reads them."""
    for provider in catalog.providers.values():
        headers = _headers(provider, variables)
        if isinstance(headers, str):
            yield Checked(provider.id, "not asked", headers)
            continue
        try:
            listed = model_ids(fetch(f"{provider.base_url}/models", headers))
        except (OSError, ValueError) as error:
            yield Checked(provider.id, "not asked", f"its list cannot be read: {error}")
            continue
        gone = sorted(_upstream_ids(catalog, provider) - listed)
        yield Checked(provider.id, "gone" if gone else "ok", ", ".join(gone) or f"lists {len(listed)} models")


def model_ids(document: Any) -> set[str]:  # Any: JSON
    """Of OpenAI's and Anthropic's lists, and of Google's. Raises ValueError for anything else."""
    rows = document.get("data", document.get("models")) if isinstance(document, dict) else document
    if not isinstance(rows, list):
        raise ValueError("it is no list of models")
    names = [row.get("id") or row.get("name") for row in rows if isinstance(row, dict)]
    return {str(name).removeprefix(GOOGLE_PREFIX) for name in names if name}


def fetched(url: str, headers: Mapping[str, str]) -> Any:  # Any: JSON
    request = Request(url, headers=dict(headers))  # noqa: S310  # the catalog's own address
    try:
        with urlopen(request, timeout=TIMEOUT_SECONDS) as reply:  # noqa: S310
            return json.load(reply)
    except URLError as error:
        raise OSError(str(error.reason)) from error


def _headers(provider: Provider, variables: Mapping[str, str]) -> Mapping[str, str] | str:
    """Or in words why it is not asked."""
    key = variables.get(provider.key_env or "")
    if provider.auth == "none":
        return provider.headers
    if not key:
        return f"no {provider.key_env or 'key'}"
    if "{" in provider.base_url:
        return "its address has a slot that is not filled"
    if provider.auth == "bearer":
        return {**provider.headers, "authorization": f"Bearer {key}"}
    if provider.auth.startswith(HEADER):
        return {**provider.headers, provider.auth.removeprefix(HEADER): key}
    return f"{provider.auth} is not spoken here"


def _upstream_ids(catalog: Catalog, provider: Provider) -> set[str]:
    endpoints = [one for model in catalog.models.values() for one in model.endpoints]
    return {one.upstream_id for one in endpoints if one.provider.id == provider.id}
