"""Golden invoices: what providers say they counted, in the shapes of their own documentation, and what it costs.

Prices are nano-dollars for one token (2 US dollars for a million are 2,000), as the provider's page has them; the sum
is written out, and never computed by the code that it tests. `began` is a time of day in UTC.
"""

from dataclasses import dataclass
from typing import Any

import orjson

MIDNIGHT = 1_799_971_200  # 2027-01-15 00:00 UTC
NOON = 12 * 3600
CHAT, RESPONSES, CLAUDE = "openai-chat", "openai-responses", "anthropic-messages"
GEMINI, BEDROCK = "google-generate", "bedrock-converse"
SEARCH_CALL = {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search"}}
OPENED_PAGE = {"type": "web_search_call", "id": "ws_2", "status": "completed", "action": {"type": "open_page"}}


@dataclass(frozen=True, slots=True)
class Invoice:
    """`reply` is the provider's whole answer; `cost` is nano-dollars, None where no page says what it costs."""

    name: str
    dialect: str
    endpoint: str
    reply: bytes
    cost: int | None
    second_of_day: int = NOON

    @property
    def began(self) -> float:
        return MIDNIGHT + self.second_of_day


def chat(usage: Any, **more: Any) -> bytes:
    choice = {"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}
    return orjson.dumps({"id": "c", "object": "chat.completion", "choices": [choice], "usage": usage, **more})


def response(usage: Any, *items: Any, **more: Any) -> bytes:
    said = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hi"}]}
    return orjson.dumps({"id": "r", "status": "completed", "output": [*items, said], "usage": usage, **more})


def message(usage: Any) -> bytes:
    content = [{"type": "text", "text": "Hi"}]
    return orjson.dumps({"type": "message", "content": content, "stop_reason": "end_turn", "usage": usage})


def gemini(usage: Any, queries: int = 0) -> bytes:
    candidate: dict[str, Any] = {"content": {"parts": [{"text": "Hi"}]}, "finishReason": "STOP", "index": 0}
    if queries:
        candidate["groundingMetadata"] = {"webSearchQueries": [f"query {number}" for number in range(queries)]}
    return orjson.dumps({"candidates": [candidate], "usageMetadata": usage})


def converse(usage: Any, **more: Any) -> bytes:
    output = {"message": {"role": "assistant", "content": [{"text": "Hi"}]}}
    return orjson.dumps({"output": output, "stopReason": "end_turn", "usage": usage, **more})


def openai(prompt: int, completion: int, cached: int = 0, reasoning: int = 0) -> Any:
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": cached, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": reasoning,
            "audio_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def responses(given: int, made: int, cached: int = 0, reasoning: int = 0) -> Any:
    details = {
        "input_tokens_details": {"cached_tokens": cached},
        "output_tokens_details": {"reasoning_tokens": reasoning},
    }
    return {"input_tokens": given, "output_tokens": made, "total_tokens": given + made, **details}


def deepseek(hit: int, miss: int, completion: int) -> Any:
    hits = {"prompt_cache_hit_tokens": hit, "prompt_cache_miss_tokens": miss}
    return {"prompt_tokens": hit + miss, "completion_tokens": completion, **hits}


def of(modality: str, tokens: int) -> Any:
    return [{"modality": modality, "tokenCount": tokens}]


FLASH, PRO = "deepseek/deepseek-v4-flash@deepseek", "deepseek/deepseek-v4-pro@deepseek"
SONNET, HAIKU = "anthropic/claude-sonnet-4.5@anthropic", "anthropic/claude-haiku-4.5@anthropic"
OPUS, GROK = "anthropic/claude-opus-4.6@anthropic", "xai/grok-4.3@xai"
GEMINI_PRO, GEMINI_FLASH = "google/gemini-2.5-pro@google", "google/gemini-2.5-flash@google"
GEMINI_3 = "google/gemini-3-flash-preview@google"
GPT_41, GPT_5, GPT_54 = "openai/gpt-4.1@openai", "openai/gpt-5@openai", "openai/gpt-5.4@openai"

OPENAI = (
    Invoice("plain", CHAT, GPT_41, chat(openai(19, 10)), 19 * 2000 + 10 * 8000),
    Invoice("cached", CHAT, GPT_41, chat(openai(2006, 300, 1920)), 86 * 2000 + 1920 * 500 + 300 * 8000),
    Invoice("reasoning", CHAT, GPT_5, chat(openai(75, 1186, 0, 1024)), 75 * 1250 + 1186 * 10_000),
    Invoice("flex", CHAT, GPT_5, chat(openai(1000, 100), service_tier="flex"), 1000 * 625 + 100 * 5000),
    Invoice(
        "priority, cached",
        CHAT,
        GPT_41,
        chat(openai(1100, 10, 1000), service_tier="priority"),
        100 * 3500 + 1000 * 875 + 10 * 14_000,
    ),
    Invoice(
        "asked for priority, served as usual", CHAT, GPT_41, chat(openai(100, 10), service_tier="default"), 280_000
    ),
    Invoice("at the bound", CHAT, GPT_54, chat(openai(272_000, 500)), 272_000 * 2500 + 500 * 15_000),
    Invoice(
        "above the bound, the whole of it",
        CHAT,
        GPT_54,
        chat(openai(300_000, 500, 100_000)),
        200_000 * 5000 + 100_000 * 500 + 500 * 22_500,
    ),
    Invoice("azure", CHAT, "openai/gpt-4.1@azure", chat(openai(50, 20)), 50 * 2000 + 20 * 8000),
    Invoice("responses", RESPONSES, GPT_41, response(responses(36, 87)), 36 * 2000 + 87 * 8000),
    Invoice(
        "responses, reasoning and cached",
        RESPONSES,
        GPT_5,
        response(responses(1000, 200, 500, 128)),
        500 * 1250 + 500 * 125 + 200 * 10_000,
    ),
    Invoice(
        "responses, two searches and an opened page",
        RESPONSES,
        GPT_5,
        response(responses(328, 356), SEARCH_CALL, OPENED_PAGE, SEARCH_CALL),
        328 * 1250 + 356 * 10_000 + 2 * 10_000_000,
    ),
    Invoice(
        "responses, priority",
        RESPONSES,
        GPT_5,
        response(responses(100, 10, 40), service_tier="priority"),
        60 * 2500 + 40 * 250 + 10 * 20_000,
    ),
    Invoice("a tier without a price", CHAT, "openai/gpt-4.1@azure", chat(openai(9, 9), service_tier="priority"), None),
)
COMPATIBLE = (
    Invoice("off the peak", CHAT, FLASH, chat(deepseek(4608, 33, 12)), 33 * 150 + 4608 * 3 + 12 * 600),
    Invoice("peak", CHAT, FLASH, chat(deepseek(4608, 33, 12)), 33 * 300 + 4608 * 6 + 12 * 1200, 2 * 3600),
    Invoice("the peak begins", CHAT, PRO, chat(deepseek(64, 36, 10)), 36 * 1320 + 64 * 44 + 10 * 3960, 6 * 3600),
    Invoice("the peak is over", CHAT, PRO, chat(deepseek(64, 36, 10)), 36 * 660 + 64 * 22 + 10 * 1980, 10 * 3600),
    Invoice(
        "xAI counts reasoning beside the answer",
        CHAT,
        GROK,
        chat(openai(32, 9, 6, 94)),
        26 * 1250 + 6 * 200 + 103 * 2500,
    ),
    Invoice("xAI, from 200,000 tokens on", CHAT, GROK, chat(openai(200_000, 10)), 200_000 * 2500 + 10 * 5000),
    Invoice(
        "Mistral",
        CHAT,
        "mistral/mistral-large-2512@mistral",
        chat({"prompt_tokens": 1040, "completion_tokens": 9, "total_tokens": 1049, "num_cached_tokens": 1000}),
        40 * 500 + 1000 * 50 + 9 * 1500,
    ),
    Invoice(
        "Groq",
        CHAT,
        "openai/gpt-oss-120b@groq",
        chat({"queue_time": 0.02, **openai(300, 40, 256)}, x_groq={"id": "req"}, service_tier="on_demand"),
        44 * 150 + 256 * 75 + 40 * 600,
    ),
)
ANTHROPIC = (
    Invoice(
        "both lives of a cache",
        CLAUDE,
        SONNET,
        message(
            {
                "input_tokens": 10,
                "cache_read_input_tokens": 1000,
                "cache_creation_input_tokens": 2100,
                "cache_creation": {"ephemeral_5m_input_tokens": 2000, "ephemeral_1h_input_tokens": 100},
                "output_tokens": 7,
                "service_tier": "standard",
            }
        ),
        10 * 3000 + 1000 * 300 + 2000 * 3750 + 100 * 6000 + 7 * 15_000,
    ),
    Invoice(
        "a cache whose life is not told",
        CLAUDE,
        SONNET,
        message({"input_tokens": 21, "cache_creation_input_tokens": 188_086, "output_tokens": 393}),
        21 * 3000 + 188_086 * 3750 + 393 * 15_000,
    ),
    Invoice(
        "above 200,000 tokens, cached ones included",
        CLAUDE,
        SONNET,
        message({"input_tokens": 150_000, "cache_read_input_tokens": 60_000, "output_tokens": 1000}),
        150_000 * 6000 + 60_000 * 600 + 1000 * 22_500,
    ),
    Invoice(
        "searches",
        CLAUDE,
        HAIKU,
        message({"input_tokens": 105, "output_tokens": 6039, "server_tool_use": {"web_search_requests": 2}}),
        105 * 1000 + 6039 * 5000 + 2 * 10_000_000,
    ),
    Invoice(
        "thinking is output",
        CLAUDE,
        OPUS,
        message({"input_tokens": 43, "output_tokens": 500, "output_tokens_details": {"thinking_tokens": 400}}),
        43 * 5000 + 500 * 25_000,
    ),
    Invoice(
        "batch",
        CLAUDE,
        OPUS,
        message({"input_tokens": 100, "output_tokens": 10, "service_tier": "batch"}),
        100 * 2500 + 10 * 12_500,
    ),
    Invoice("capacity bought beforehand", CLAUDE, OPUS, message({"input_tokens": 1, "service_tier": "priority"}), None),
)
GOOGLE = (
    Invoice(
        "thoughts beside the answer",
        GEMINI,
        GEMINI_PRO,
        gemini({"promptTokenCount": 10, "candidatesTokenCount": 5, "thoughtsTokenCount": 7, "totalTokenCount": 22}),
        10 * 1250 + 12 * 10_000,
    ),
    Invoice(
        "cached inside the prompt",
        GEMINI,
        GEMINI_PRO,
        gemini({"promptTokenCount": 1200, "cachedContentTokenCount": 1000, "candidatesTokenCount": 5}),
        200 * 1250 + 1000 * 125 + 5 * 10_000,
    ),
    Invoice(
        "above 200,000 tokens",
        GEMINI,
        GEMINI_PRO,
        gemini({"promptTokenCount": 250_000, "cachedContentTokenCount": 50_000, "candidatesTokenCount": 100}),
        200_000 * 2500 + 50_000 * 250 + 100 * 15_000,
    ),
    Invoice(
        "audio",
        GEMINI,
        GEMINI_FLASH,
        gemini({"promptTokenCount": 100, "promptTokensDetails": of("AUDIO", 80), "candidatesTokenCount": 30}),
        20 * 300 + 80 * 1000 + 30 * 2500,
    ),
    Invoice(
        "audio from the cache",
        GEMINI,
        GEMINI_FLASH,
        gemini(
            {
                "promptTokenCount": 100,
                "promptTokensDetails": of("AUDIO", 80),
                "cachedContentTokenCount": 50,
                "cacheTokensDetails": of("AUDIO", 50),
            }
        ),
        20 * 300 + 30 * 1000 + 50 * 100,
    ),
    Invoice(
        "pictures are tokens",
        GEMINI,
        GEMINI_FLASH,
        gemini({"promptTokenCount": 268, "promptTokensDetails": of("IMAGE", 258), "candidatesTokenCount": 4}),
        268 * 300 + 4 * 2500,
    ),
    Invoice(
        "results of its own tools",
        GEMINI,
        GEMINI_FLASH,
        gemini({"promptTokenCount": 10, "toolUsePromptTokenCount": 90, "candidatesTokenCount": 4}),
        100 * 300 + 4 * 2500,
    ),
    Invoice(
        "up to 2.5 a grounded prompt is one search",
        GEMINI,
        GEMINI_FLASH,
        gemini({"promptTokenCount": 10, "candidatesTokenCount": 4}, queries=3),
        10 * 300 + 4 * 2500 + 35_000_000,
    ),
    Invoice(
        "from 3 on every query is",
        GEMINI,
        GEMINI_3,
        gemini({"promptTokenCount": 10, "candidatesTokenCount": 4}, queries=3),
        10 * 500 + 4 * 3000 + 3 * 14_000_000,
    ),
)
AMAZON = (
    Invoice(
        "cached beside the input",
        BEDROCK,
        "amazon/nova-lite@amazon-bedrock",
        converse({"inputTokens": 10, "outputTokens": 5, "totalTokens": 915, "cacheReadInputTokens": 900}),
        10 * 60 + 900 * 15 + 5 * 240,
    ),
    Invoice(
        "priority, which has no price here",
        BEDROCK,
        "amazon/nova-lite@amazon-bedrock",
        converse({"inputTokens": 10, "outputTokens": 5, "totalTokens": 15}, serviceTier={"type": "priority"}),
        None,
    ),
)
INVOICES = (*OPENAI, *COMPATIBLE, *ANTHROPIC, *GOOGLE, *AMAZON)
