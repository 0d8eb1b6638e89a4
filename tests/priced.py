"""The shipped catalog and the real adapters, for tests and checks of what things cost."""

from collections.abc import Mapping

from switchboard.catalog.compile import compile_directories
from switchboard.catalog.load import load_catalog
from switchboard.catalog.model import Endpoint
from switchboard.chat import Usage
from switchboard.clock import SystemClock
from switchboard.providers.anthropic_messages import AnthropicMessagesUpstream
from switchboard.providers.bedrock_converse import BedrockConverseUpstream
from switchboard.providers.google_generate import GoogleGenerateUpstream
from switchboard.providers.interface import UpstreamDialect
from switchboard.providers.openai_chat import OpenAiChatUpstream
from switchboard.providers.openai_responses import OpenAiResponsesUpstream

from tests.house import ROOT
from tests.invoices import Invoice

CLOCK = SystemClock()
ADAPTERS: tuple[UpstreamDialect, ...] = (
    OpenAiChatUpstream(CLOCK),
    OpenAiResponsesUpstream(CLOCK),
    AnthropicMessagesUpstream(CLOCK),
    GoogleGenerateUpstream(CLOCK),
    BedrockConverseUpstream(CLOCK),
)


def shipped_endpoints() -> Mapping[str, Endpoint]:
    """By id."""
    catalog = load_catalog(compile_directories(ROOT / "layers" / "catalog"))
    return {endpoint.id: endpoint for model in catalog.models.values() for endpoint in model.endpoints}


def decoded(invoice: Invoice, endpoints: Mapping[str, Endpoint]) -> Usage:
    """The provider's reply, read by the adapter that reads it in production."""
    adapter = next(adapter for adapter in ADAPTERS if adapter.name == invoice.dialect)
    chunk = adapter.decode_reply(invoice.reply, endpoints[invoice.endpoint])
    (usage,) = [event for event in chunk.events if isinstance(event, Usage)]
    return usage
