"""`switchboard doctor`: is the gateway all right, and if it is not, what to do."""

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from email.utils import parsedate_to_datetime
from itertools import pairwise
from typing import Annotated, Any

import typer

from cli import show
from cli.endpoint import Connection, connected
from cli.finding import Finding, clock_finding
from cli.gateway import Answer, HttpGateway
from cli.outcome import CommandError, Refused

MODEL = "openai/gpt-4.1"
GAPS_SHOWN = 20
DONE = b"data: [DONE]"


@connected
def doctor(
    to: Connection, model: Annotated[str, typer.Option(help="The model to stream a few words from.")] = MODEL
) -> None:
    """Reach the gateway, check the key, stream a tiny answer, compare clocks, look for providers without a key.

    With --stack the AWS account first: credentials, region, quota, provider keys in SSM, access to Bedrock's models.
    """
    findings = []
    try:
        for finding in _all(to, model):
            findings.append(finding)
            if not to.as_json:
                _print(finding)
    finally:  # what was found is worth reading even where nobody answers in the end
        if to.as_json:
            show.as_json([asdict(finding) for finding in findings])
    if any(finding.state == "failed" for finding in findings):
        raise Refused("Something is wrong: see above.")


def _print(finding: Finding) -> None:
    typer.echo(f"{finding.state:8}{finding.check}: {finding.found}")
    if finding.advice:
        typer.echo(f"{'':8}-> {finding.advice}")


def _all(to: Connection, model: str) -> Iterator[Finding]:
    if to.stack:
        to.use_profile()
        from cli.account import AwsAccount
        from cli.account_checks import examine_account
        from local.catalog import read_catalog
        from local.settings import LocalSettings

        account = list(examine_account(AwsAccount(), to.stack, read_catalog(LocalSettings.read()), time.time()))
        yield from account
        if any(finding.state == "failed" for finding in account):
            return
    yield from examine(to.over_http("inference"), model, time.time())


def examine(gateway: HttpGateway, model: str, now: float) -> Iterator[Finding]:
    """`now` is this machine's Unix time. Raises Unreachable if nobody answers at all."""
    health = gateway.ask("GET", "/healthz")
    if health.status != 200:
        said = f"/healthz answered {health.status}"
        yield Finding("health", "failed", said, "Is this address a Switchboard gateway?")
        return
    yield Finding("health", "ok", f"{gateway.url} answers")
    yield _clock(health, now)
    yield _key(gateway)
    yield _stream(gateway, model)
    yield _providers(gateway, model)


def _clock(answer: Answer, now: float) -> Finding:
    """The Date header has whole seconds."""
    if "date" not in answer.headers:
        return Finding("clock", "warning", "the answer has no Date header")
    return clock_finding(now - parsedate_to_datetime(answer.headers["date"]).timestamp(), "the gateway")


def _key(gateway: HttpGateway) -> Finding:
    answer = gateway.ask("GET", "/api/v1/key")
    if answer.status != 200:
        return Finding("key", "failed", _message(answer), "`switchboard keys create` makes a key.")
    data = answer.json()["data"]
    if data["is_management_key"]:
        return Finding("key", "warning", "this is a management key", "Use an inference key to try models.")
    if data["limit_remaining"] is not None and data["limit_remaining"] <= 0:
        return Finding("key", "failed", "its limit is used up", f"switchboard keys limit {data['hash'][:12]} USD")
    left = "" if data["limit_remaining"] is None else f", ${show.cell(data['limit_remaining'])} left"
    return Finding("key", "ok", f"{data['name']} ({data['label']}){left}")


def _stream(gateway: HttpGateway, model: str) -> Finding:
    """The gaps between chunks tell a stream from an answer that somebody on the way has collected first."""
    body = {
        "model": model,
        "stream": True,
        "max_tokens": 64,
        "messages": [{"role": "user", "content": "Count from one to ten in words."}],
    }
    began, times, last = time.monotonic(), list[float](), b""
    with gateway.open("POST", "/api/v1/chat/completions", body) as reply:
        if reply.status != 200:
            failed = Answer(reply.status, {}, reply.read())
            return Finding("stream", "failed", _message(failed), f"Try --model, or see what serves {model}.")
        for line in reply:
            if line.startswith(b"data:"):
                times.append(time.monotonic() - began)
                last = line.strip()
    if last != DONE or len(times) < 2:
        return Finding("stream", "failed", "it broke off before its end", "Try again; then look at the gateway's log.")
    gaps = [later - earlier for earlier, later in pairwise(times)]
    found = (
        f"first chunk after {times[0] * 1000:.0f} ms, {len(times)} chunks, "
        f"gaps of {sorted(gaps)[len(gaps) // 2] * 1000:.1f} ms (median) and {max(gaps) * 1000:.0f} ms (longest): "
        + " ".join(f"{gap * 1000:.0f}" for gap in gaps[:GAPS_SHOWN])
        + (" ..." if len(gaps) > GAPS_SHOWN else "")
    )
    return Finding("stream", "ok", found)


def _providers(gateway: HttpGateway, model: str) -> Finding:
    """Who has a key, the plan of a request alone knows: one that nobody can serve says why for each endpoint."""
    answer = gateway.ask("GET", "/api/v1/providers")
    if answer.status != 200:
        return Finding("providers", "failed", _message(answer), "Look at the log of the catalog function.")
    listed = answer.json()["data"]
    simulated = sorted(row["slug"] for row in listed if row.get("simulated"))
    missing = sorted(_without_key(gateway, model))
    if missing:
        advice = "Put each one's key into .env or, on AWS, into SSM: /<stack>/providers/<id>."
        return Finding("providers", "warning", f"no key for {', '.join(missing)}", advice)
    if simulated:
        advice = "Put a provider's key into .env to reach the real one."
        return Finding("providers", "ok", f"no key for {', '.join(simulated)}: they are simulated", advice)
    return Finding("providers", "ok", f"all {len(listed)} that were looked at can be called")


def _without_key(gateway: HttpGateway, model: str) -> set[str]:
    """Asked for with a provider that does not exist, every endpoint of a model is rejected with a reason."""
    body: dict[str, Any] = {
        "model": model,
        "max_tokens": 1,
        "messages": [{"role": "user", "content": "-"}],
        "provider": {"only": ["nobody"]},
    }
    answer = gateway.ask("POST", "/api/v1/chat/completions", body)
    with suppress(KeyError, TypeError, CommandError):
        rows = answer.json()["error"]["availability"]["endpoints"]
        return {row["endpoint"].rpartition("@")[2] for row in rows if row["code"] == "no_credential"}
    return set()


def _message(answer: Answer) -> str:
    with suppress(KeyError, TypeError, CommandError):
        return f"{answer.status}: {answer.json()['error']['message']}"
    return f"it answered {answer.status}"
