import pytest
from switchboard.catalog.compile import compile_directories
from switchboard.catalog.load import load_catalog

from cli.account_checks import bedrock_models, examine_account
from cli.finding import Finding
from local.catalog import SHIPPED
from tests.fake_account import CLOCK, FakeAccount

CATALOG = load_catalog(compile_directories(SHIPPED))
WANTED = bedrock_models(CATALOG)


def findings(account: FakeAccount, now: float = CLOCK) -> dict[str, Finding]:
    return {finding.check: finding for finding in examine_account(account, "prod", CATALOG, now)}


def good() -> FakeAccount:
    return FakeAccount(secrets={"/prod/providers/openai": "sk"}, offered=set(WANTED))


def test_an_account_that_is_ready_needs_no_advice() -> None:
    found = findings(good())
    assert list(found) == ["credentials", "clock", "region", "quota", "provider keys", "Bedrock"]
    assert {(finding.state, finding.advice) for finding in found.values()} == {("ok", "")}
    assert "openai" in found["provider keys"].found
    assert f"{len(WANTED)} models" in found["Bedrock"].found


def test_bedrocks_models_are_named_without_the_profiles_that_lead_to_them() -> None:
    assert WANTED
    assert all(model.split(".")[0] not in ("us", "eu", "apac", "global") for model in WANTED)


def changed(**changes: object) -> FakeAccount:
    account = good()
    for name, value in changes.items():
        setattr(account, name, value)
    return account


@pytest.mark.parametrize(
    ("check", "state", "words", "account"),
    [
        ("credentials", "failed", "AccessDenied", changed(denied={"identity"})),
        ("region", "failed", "none is set", changed(region="")),
        ("quota", "warning", "10 Lambda executions", changed(executions=10)),
        ("quota", "warning", "AccessDenied", changed(denied={"concurrency"})),
        ("provider keys", "warning", "none is stored", changed(secrets={})),
        ("provider keys", "warning", "called opnai", changed(secrets={"/prod/providers/opnai": "sk"})),
        ("Bedrock", "warning", f"not {WANTED[0]}", changed(closed={WANTED[0]})),
        ("Bedrock", "warning", "none of the catalog's models", changed(offered=set())),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(check: str, state: str, words: str, account: FakeAccount) -> None:
    finding = findings(account)[check]
    assert (finding.state, words in finding.found) == (state, True)
    assert finding.advice


def test_without_credentials_nothing_else_is_asked() -> None:
    assert list(findings(changed(denied={"identity"}))) == ["credentials"]


def test_clocks_are_compared_with_awss() -> None:
    assert findings(good(), CLOCK + 60)["clock"].state == "failed"
