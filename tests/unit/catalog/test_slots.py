from switchboard.catalog.slots import with_slots

from tests.examples import catalog, endpoint, model, provider

OPEN = "https://bedrock.{region}.test"
FACTS = {"base_url_env": {"region": "AWS_REGION", "resource": "RESOURCE"}}


def url(base_url: str, region: str | None, **variables: str) -> str:
    maker = provider("acme", base_url=base_url, region=region, facts=FACTS)
    filled = with_slots(catalog(model(endpoint("acme", provider=maker))), variables)
    [offer] = filled.models["lab/one"].endpoints
    assert offer.provider == filled.providers["acme"]
    return offer.provider.base_url


def test_a_variable_fills_its_slot() -> None:
    assert url(OPEN, None, AWS_REGION="eu-west-1") == "https://bedrock.eu-west-1.test"
    assert url("https://{resource}.test/{region}", None, RESOURCE="mine", AWS_REGION="x") == "https://mine.test/x"


def test_the_providers_own_region_goes_first() -> None:
    assert url(OPEN, "us-west-2", AWS_REGION="eu-west-1") == "https://bedrock.us-west-2.test"


def test_what_nothing_fills_stays_open() -> None:
    assert url(OPEN, None, AWS_REGION="") == OPEN
