"""One provider for each upstream dialect, as an operator's catalog files: each serves one model of its own name."""

from dataclasses import dataclass
from pathlib import Path

DIALECTS = (
    "openai-chat",
    "openai-responses",
    "anthropic-messages",
    "google-generate",
    "bedrock-converse",
    "bedrock-invoke",
)
CONTEXT = 200_000
# Without `structured_outputs` in the list a model at Bedrock is asked for JSON in words.
PARAMETERS = [
    *("max_tokens", "temperature", "top_p", "stop", "tools", "tool_choice", "parallel_tool_calls"),
    *("response_format", "structured_outputs", "reasoning"),
]
# How each dialect's own endpoint is asked to think (the facts of layers/catalog/providers), and what else it needs.
FACTS = {
    "anthropic-messages": 'reasoning_style = "budget"',
    "bedrock-converse": f'reasoning_style = "anthropic"\nsupported_parameters = {PARAMETERS}',
    "bedrock-invoke": 'invoke = "anthropic-messages"\nreasoning_style = "budget"',
    "google-generate": 'reasoning_style = "budget"',
}
INVOKED = 'invoke = "anthropic-messages"'
OLDER = f'reasoning_style = "anthropic"\nsupported_parameters = {[*PARAMETERS[:7], "reasoning"]}'
BASES = {
    "google-generate": "https://contract.test/v1beta",
    "bedrock-converse": "https://contract.test",
    "bedrock-invoke": "https://contract.test",
}
PROTOCOLS = {"bedrock-invoke": "bedrock-converse"}
# InvokeModel takes Anthropic's own body, in an envelope.
NATIVE = {"bedrock-invoke": "anthropic-messages"}


@dataclass(frozen=True, slots=True)
class Upstream:
    dialect: str

    @property
    def provider(self) -> str:
        return f"contract-{self.dialect}"

    @property
    def model(self) -> str:
        return f"contract/{self.dialect}"

    def result(self, protocol: str) -> str:
        return "yes" if protocol == NATIVE.get(self.dialect, self.dialect) else "translated"


UPSTREAMS = tuple(Upstream(dialect) for dialect in DIALECTS)


# Shipped providers that differ from the rest of their dialect, each asked for a model of its own.
ODD = ("azure", "deepseek", "mistral", "xai")


def odd_model(provider: str) -> str:
    return f"contract/at-{provider}"


# Two providers of one model, once for each case of a fallback: what fails is let alone for a while afterwards.
PAIR = ("azure", "openai")
PAIRS = 14


def pair_model(case: int) -> str:
    return f"contract/pair-{case}"


def small_model(dialect: str) -> str:
    """Its context is known to its provider alone."""
    return f"contract/{dialect}-8k"


# It is not among those at Bedrock that know schemas.
OLDER_MODEL = "contract/bedrock-converse-older"


def write_catalog(folder: Path) -> None:
    """The key's variable is never set, so that `make run` simulates these providers."""
    folder.mkdir()
    for provider in {*ODD, *PAIR}:
        models = [odd_model(provider), *(pair_model(case) for case in range(PAIRS) if provider in PAIR)]
        offers = "".join(map(_offer, models))
        text = f'[provider]\nid = "{provider}"\nkey_env = "SWITCHBOARD_CONTRACT_KEY"\n{offers}'
        (folder / f"odd-{provider}.toml").write_text(text, encoding="utf-8")
    for upstream in UPSTREAMS:
        (folder / f"{upstream.provider}.toml").write_text(_toml(upstream), encoding="utf-8")


def _toml(upstream: Upstream) -> str:
    return f"""\
[provider]
id = "{upstream.provider}"
name = "Contract {upstream.dialect}"
protocol = "{PROTOCOLS.get(upstream.dialect, upstream.dialect)}"
base_url = "{BASES.get(upstream.dialect, "https://contract.test/v1")}"
key_env = "SWITCHBOARD_CONTRACT_KEY"

[model]
id = "{upstream.model}"
input_modalities = ["text", "image", "file", "audio"]
output_modalities = ["text", "audio"]
context = {CONTEXT}
max_output = 64000

[[endpoints]]
upstream_id = "contract-{upstream.dialect}"
context = {CONTEXT}
max_output = 64000
input_modalities = ["text", "image", "file", "audio"]
output_modalities = ["text", "audio"]
price = {{ input = "1", output = "2", cache_read = "0.5" }}
{FACTS.get(upstream.dialect, "")}
{_offer(small_model(upstream.dialect), INVOKED if upstream.dialect in NATIVE else "")}
{_offer(OLDER_MODEL, OLDER) if upstream.dialect == "bedrock-converse" else ""}
"""


def _offer(model: str, facts: str = "") -> str:
    return f"""
[[endpoints]]
model = "{model}"
upstream_id = "{model.replace("/", "-")}"
price = {{ input = "1", output = "2" }}
{facts}
"""
