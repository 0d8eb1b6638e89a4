"""What `switchboard doctor --stack` asks of the AWS account: credentials, clock, region, quota, keys, Bedrock."""

from collections.abc import Callable, Iterator, Mapping

from switchboard.catalog.model import Catalog, Provider

from cli.account import Account, first_of
from cli.finding import Finding, clock_finding
from cli.outcome import CommandError
from cli.providers import path_of, table_of

FEW_EXECUTIONS = 100
BEDROCK = "amazon-bedrock"
# An inference profile is a model's id behind the part of the world that it may be served from.
PROFILES = ("us.", "eu.", "apac.", "jp.", "au.", "global.", "us-gov.")


def examine_account(account: Account, stack: str, catalog: Catalog, now: float) -> Iterator[Finding]:
    """`now` is this machine's Unix time. What cannot be asked is a finding too."""
    try:
        who = account.identity()
    except CommandError as error:
        yield Finding("credentials", "failed", str(error), "Log in (aws sso login), or name a --profile.")
        return
    yield Finding("credentials", "ok", f"{who.name} in account {who.account}")
    yield clock_finding(now - who.clock, "AWS")
    if not account.region:
        yield Finding("region", "failed", "none is set", "Give --region, or set AWS_REGION.")
        return
    yield Finding("region", "ok", account.region)
    yield _tried("quota", lambda: _quota(account))
    yield _tried("provider keys", lambda: _keys(account, stack, catalog.providers))
    yield _tried("Bedrock", lambda: _bedrock(account, bedrock_models(catalog)))


def _tried(check: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except CommandError as error:
        return Finding(
            check, "warning", str(error), "You may lack the right to look; the gateway has rights of its own."
        )


def _quota(account: Account) -> Finding:
    most = account.concurrency()
    found = f"{most} Lambda executions at once, so as many requests"
    if most >= FEW_EXECUTIONS:
        return Finding("quota", "ok", found)
    advice = "Ask for more: Service Quotas, AWS Lambda, Concurrent executions (L-B99A9384)."
    return Finding("quota", "warning", found, advice)


def _keys(account: Account, stack: str, providers: Mapping[str, Provider]) -> Finding:
    rows = table_of(providers, account.secret_names(path_of(stack, "")))
    stored = [row["provider"] for row in rows if row["key"] == "stored"]
    strangers = sorted(account.secret_names(path_of(stack, "")) - providers.keys())
    if strangers:
        advice = f"switchboard providers unset ..., or correct the name: {path_of(stack, '<provider>')}"
        return Finding("provider keys", "warning", f"no provider is called {first_of(strangers)}", advice)
    if not stored:
        advice = f"switchboard providers set openai --stack {stack}"
        return Finding("provider keys", "warning", "none is stored; only Bedrock can be asked", advice)
    return Finding("provider keys", "ok", f"stored for {first_of(stored)}")


def _bedrock(account: Account, wanted: list[str]) -> Finding:
    offered = account.bedrock_models()
    here = [model for model in wanted if model in offered]
    closed = [model for model in here if not account.may_use(model)]
    if closed:
        advice = f"Bedrock's console, Model access, in {account.region}: ask for them; the first use may ask too."
        found = f"{len(here) - len(closed)} of {len(here)} models may be used; not {first_of(closed)}"
        return Finding("Bedrock", "warning", found, advice)
    if not here:
        advice = "Deploy to another region, or leave Bedrock out."
        return Finding("Bedrock", "warning", f"none of the catalog's models is in {account.region}", advice)
    return Finding("Bedrock", "ok", f"{len(here)} models may be used")


def bedrock_models(catalog: Catalog) -> list[str]:
    """Ids of foundation models, without the profiles in front of them."""
    found = {
        _without_profile(endpoint.upstream_id)
        for model in catalog.models.values()
        for endpoint in model.endpoints
        if endpoint.provider.id == BEDROCK
    }
    return sorted(found)


def _without_profile(upstream_id: str) -> str:
    for profile in PROFILES:
        if upstream_id.startswith(profile):
            return upstream_id.removeprefix(profile)
    return upstream_id
