"""What holds for any catalog: it survives JSON, its prices stay exact, and nothing but CatalogError comes out."""

import json
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from switchboard.catalog.compile import CatalogError, CatalogFile, compile_catalog
from switchboard.catalog.fields import ENDPOINT, MODEL, PROVIDER
from switchboard.catalog.load import load_catalog

from tests.unit.catalog.acme import ACME, ONE

Offers = dict[tuple[str, str], dict[str, dict[str, Decimal]]]  # by author and slug, then by variant
words = st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=8)
prices = st.decimals(min_value=0, max_value=10_000, places=6)
offers = st.fixed_dictionaries(
    {"input": prices, "output": prices}, optional={"cache_read": prices, "web_search": prices}
)
catalogs = st.dictionaries(st.tuples(words, words), st.dictionaries(words, offers, min_size=1, max_size=3), max_size=4)
KEYS = sorted({*PROVIDER, *MODEL, *ENDPOINT, "new"})
plain_values: st.SearchStrategy[object] = st.recursive(
    st.one_of(st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(), words),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(words, inner, max_size=3)),
    max_leaves=6,
)


def toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(member)}" for key, member in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value).replace("NaN", "nan").replace("Infinity", "inf")


@settings(deadline=None)  # a busy machine is no reason to fail
@given(catalogs)
def test_the_document_survives_json_and_loads_with_exact_prices(
    catalog: Offers,
) -> None:
    files: list[CatalogFile] = [("acme.toml", ACME)]
    for (author, slug), variants in catalog.items():
        rows = [
            f'[[endpoints]]\nprovider = "acme"\nvariant = "{name}"\nupstream_id = "x"\nprice = '
            + toml({unit: str(usd) for unit, usd in price.items()})
            for name, price in variants.items()
        ]
        files.append((f"{author}-{slug}.toml", "\n".join([f'[model]\nid = "{author}/{slug}"', *rows])))
    document = compile_catalog(files)
    again = json.loads(json.dumps(document, allow_nan=False))
    assert again == document
    loaded = load_catalog(again)
    assert set(loaded.models) == {f"{author}/{slug}" for author, slug in catalog}
    for (author, slug), variants in catalog.items():
        for row in loaded.models[f"{author}/{slug}"].endpoints:
            price = variants[row.tag.removeprefix("acme/")]
            assert row.price.is_known
            assert row.price.rates["input"] == price["input"] * 10**9
            assert row.price.rates.get("web_search", 0) == price.get("web_search", 0) * 10**15


def explained(text: str) -> list[str]:
    """What the compiler says of one file; a file it accepts must also load."""
    try:
        document = compile_catalog([("any.toml", text)])
    except CatalogError as error:
        return list(error.problems)
    load_catalog(json.loads(json.dumps(document, allow_nan=False)))
    return ["any.toml: fine"]


@settings(deadline=None)
@given(st.sampled_from(["provider", "model", "endpoint"]), st.sampled_from(KEYS), plain_values)
def test_whatever_value_a_key_has_the_files_compile_or_are_explained(where: str, key: str, value: object) -> None:
    parts = {"provider": ACME, "model": ONE, "endpoint": '[[endpoints]]\nupstream_id = "one"\n'}
    kept = "\n".join(line for line in parts[where].splitlines() if not line.startswith(f"{key} ="))
    parts[where] = f"{kept}\n{key} = {toml(value)}\n"
    said = explained("".join(parts.values()))
    assert said
    assert all(problem.startswith("any.toml: ") for problem in said)


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_at_all_compiles_or_is_explained(text: str) -> None:
    assert explained(text)
