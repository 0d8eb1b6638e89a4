"""The dialects that simulated providers speak, each an independent reading of its inventor's documents."""

from local.simulator.dialects.anthropic_messages import AnthropicMessages
from local.simulator.dialects.bedrock_converse import BedrockConverse
from local.simulator.dialects.bedrock_invoke import BedrockInvoke
from local.simulator.dialects.google_generate import GoogleGenerate
from local.simulator.dialects.interface import Dialect
from local.simulator.dialects.openai_chat import OpenAiChat
from local.simulator.dialects.openai_responses import OpenAiResponses

OPENAI_CHAT = OpenAiChat()
OPENAI_RESPONSES = OpenAiResponses()
ANTHROPIC_MESSAGES = AnthropicMessages()
GOOGLE_GENERATE = GoogleGenerate()
BEDROCK_CONVERSE = BedrockConverse()
BEDROCK_INVOKE = BedrockInvoke()
DIALECTS: tuple[Dialect, ...] = (
    OPENAI_CHAT,
    OPENAI_RESPONSES,
    ANTHROPIC_MESSAGES,
    GOOGLE_GENERATE,
    BEDROCK_CONVERSE,
    BEDROCK_INVOKE,
)
