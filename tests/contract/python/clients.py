"""Every client of the suite. A new SDK is one driver and one line here."""

from tests.contract.python.driver import Driver
from tests.contract.python.drivers import pydantic_ai
from tests.contract.python.drivers.anthropic_messages import AnthropicMessages
from tests.contract.python.drivers.google_generate import GoogleGenerate
from tests.contract.python.drivers.langchain_openai import LangChainOpenAi
from tests.contract.python.drivers.openai_chat import OpenAiChat
from tests.contract.python.drivers.openai_responses import OpenAiResponses
from tests.contract.python.drivers.openrouter_chat import OpenRouterChat
from tests.contract.python.drivers.pydantic_ai import PydanticAi

CLIENTS: tuple[Driver, ...] = (
    OpenAiChat(),
    OpenRouterChat(),
    LangChainOpenAi("openai-chat"),
    PydanticAi("OpenAIChatModel", "openai-chat", pydantic_ai.openai_chat),
    PydanticAi("OpenRouterModel", "openai-chat", pydantic_ai.openrouter),
    OpenAiResponses(),
    LangChainOpenAi("openai-responses"),
    PydanticAi("OpenAIResponsesModel", "openai-responses", pydantic_ai.openai_responses),
    AnthropicMessages(),
    PydanticAi("AnthropicModel", "anthropic-messages", pydantic_ai.anthropic),
    GoogleGenerate(),
    PydanticAi("GoogleModel", "google-generate", pydantic_ai.google),
)
