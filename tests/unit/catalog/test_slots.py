from dataclasses import replace

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


def regions(geography: str | None, region: str | None, **variables: str) -> list[str | None]:
    maker = provider("acme", base_url=OPEN, region=region, facts=FACTS)
    offer = replace(endpoint("acme", provider=maker), region=geography)
    return [kept.region for kept in with_slots(catalog(model(offer)), variables).models["lab/one"].endpoints]


def test_an_endpoint_for_another_part_of_the_world_is_left_out() -> None:
    assert regions("eu", None, AWS_REGION="us-east-1") == []
    assert regions("eu", None, AWS_REGION="eu-central-1") == ["eu"]
    assert regions("jp", None, AWS_REGION="ap-southeast-2") == []
    assert regions("au", "ap-southeast-2", AWS_REGION="us-east-1") == ["au"], (
        "the provider is called where its row says"
    )


def test_an_endpoint_for_all_the_world_stays_and_so_does_any_where_the_region_is_unknown() -> None:
    assert regions("global", None, AWS_REGION="us-east-1") == ["global"]
    assert regions(None, None, AWS_REGION="us-east-1") == [None]
    assert regions("eu", None) == ["eu"]
