from dataclasses import replace

from switchboard.catalog.model import Price

from tests.examples import catalog, endpoint, model

CATALOG = catalog(model(endpoint(), aliases=("one", "uno")))


def test_a_model_is_found_by_its_id_and_by_every_alias() -> None:
    found = [CATALOG.find(name) for name in ("lab/one", "one", "uno")]
    assert [each.id if each else None for each in found] == ["lab/one"] * 3


def test_an_unknown_name_finds_nothing() -> None:
    assert CATALOG.find("lab/two") is None


def test_a_price_is_known_once_input_and_output_are() -> None:
    assert Price({"input": 0, "output": 0}).is_known
    assert not Price({"input": 1}).is_known
    assert not Price({}).is_known


def test_an_endpoint_speaks_as_its_provider_does() -> None:
    assert (endpoint().protocol, endpoint().dialect) == ("openai-chat", "openai-chat")


def test_an_endpoint_may_say_that_it_is_offered_in_one_dialect_alone() -> None:
    spoken = endpoint(spoken="openai-responses")
    assert (spoken.protocol, spoken.dialect) == ("openai-responses", "openai-responses")


def test_only_bedrock_passes_on_another_dialect() -> None:
    """Elsewhere the word means nothing: a provider that is simulated as another dialect's keeps its rows."""
    plain = endpoint(invoke="anthropic-messages")
    assert (plain.protocol, plain.dialect) == ("openai-chat", "openai-chat")
    bedrock = replace(plain, provider=replace(plain.provider, protocol="bedrock-converse"))
    assert (bedrock.protocol, bedrock.dialect) == ("bedrock-invoke", "anthropic-messages")
