"""Small catalog files that the tests of the compiler share."""

from typing import Any

import pytest
from switchboard.catalog.compile import CatalogError, compile_catalog

ACME = """
[provider]
id = "acme"
name = "Acme"
protocol = "openai-chat"
base_url = "https://llm.acme.test/v1"
key_env = "ACME_API_KEY"
"""
LLAMA = """
[[endpoints]]
model = "acme/llama-3.3-70b"
upstream_id = "llama33"
context = 131072
max_output = 8192
price = { input = "0.20", output = "0.40" }
"""
ONE = """
[model]
id = "lab/one"
name = "One"
"""


def compiled(*texts: str, operator: tuple[str, ...] = ()) -> Any:  # Any: tests look deep into the document
    return compile_catalog(
        [(f"{i}.toml", text) for i, text in enumerate(texts)],
        [(f"op{i}.toml", text) for i, text in enumerate(operator)],
    )


def offer(document: Any, model: str = "acme/llama-3.3-70b") -> Any:
    return document["models"][model]["endpoints"][0]


def problems(*texts: str, operator: tuple[str, ...] = ()) -> list[str]:
    with pytest.raises(CatalogError) as caught:
        compiled(*texts, operator=operator)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return list(caught.value.problems)


def endpoint(lines: str) -> str:
    return f'{ACME}[[endpoints]]\nmodel = "lab/one"\nupstream_id = "one"\n{lines}'
