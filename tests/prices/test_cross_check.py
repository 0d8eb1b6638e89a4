"""Our invoices against two independent tables. A disagreement is listed with its reason, or it fails."""

import json
import subprocess
from collections.abc import Mapping

import pytest
from switchboard.chat import BUCKETS

from tests.house import ROOT
from tests.invoices import INVOICES
from tests.priced import decoded, shipped_endpoints

OTHERS = ROOT / ".venv-prices" / "bin" / "python"
GENAI, LITELLM = "genai-prices", "litellm"
# By endpoint and invoice: whose answer is another one, and why ours is the page's.
NO_HOURS = "its table knows no hours and has the peak price all day"
KNOWN: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("deepseek/deepseek-v4-flash@deepseek", "off the peak"): {LITELLM: NO_HOURS},
    ("deepseek/deepseek-v4-pro@deepseek", "the peak is over"): {LITELLM: NO_HOURS},
    ("anthropic/claude-sonnet-4.5@anthropic", "above 200,000 tokens, cached ones included"): {
        LITELLM: "its row has no price for long prompts, genai-prices has ours",
    },
    ("xai/grok-4.3@xai", "xAI, from 200,000 tokens on"): {LITELLM: "it takes the bound itself for a short prompt"},
}


@pytest.fixture(scope="module")
def votes() -> list[dict[str, int | None]]:
    if not OTHERS.exists():
        pytest.fail("There is no .venv-prices; run `make prices`.")
    endpoints = shipped_endpoints()
    asked = []
    for invoice in INVOICES:
        usage, endpoint = decoded(invoice, endpoints), endpoints[invoice.endpoint]
        asked.append(
            {
                "provider": endpoint.provider.id,
                "upstream_id": endpoint.upstream_id,
                "buckets": {name: getattr(usage, name) for name in BUCKETS if getattr(usage, name)},
                "service_tier": usage.service_tier,
                "began": invoice.began,
            }
        )
    script = ROOT / "tests" / "prices" / "votes.py"
    told = subprocess.run([OTHERS, script], input=json.dumps(asked), capture_output=True, text=True, check=True)
    return [dict(zip((GENAI, LITELLM), pair, strict=True)) for pair in json.loads(told.stdout)]


def test_others_charge_the_same_but_where_we_know_why_not(votes: list[dict[str, int | None]]) -> None:
    differing = {
        (invoice.endpoint, invoice.name): {
            name: cost for name, cost in each.items() if cost not in (None, invoice.cost)
        }
        for invoice, each in zip(INVOICES, votes, strict=True)
        if invoice.cost is not None
    }
    found = {key: set(costs) for key, costs in differing.items() if costs}
    assert found == {key: set(reasons) for key, reasons in KNOWN.items()}, differing


def test_most_invoices_are_confirmed_by_somebody(votes: list[dict[str, int | None]]) -> None:
    confirmed = [
        invoice.name
        for invoice, each in zip(INVOICES, votes, strict=True)
        if invoice.cost is not None and invoice.cost in each.values()
    ]
    assert len(confirmed) >= 25
