"""The catalog on a laptop: compiled at start, with simulated providers in place of those without a key."""

import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from switchboard.catalog.compile import compile_directories
from switchboard.catalog.load import load_catalog
from switchboard.catalog.model import Catalog, Provider
from switchboard.catalog.slots import with_providers, with_slots

from local.settings import ROOT, LocalSettings

SHIPPED = ROOT / "layers" / "catalog"
# What the simulator speaks; a provider of any other dialect is simulated as one that speaks the first.
SIMULATED_DIALECTS = (
    "openai-chat",
    "openai-responses",
    "anthropic-messages",
    "google-generate",
    "bedrock-converse",
    "bedrock-invoke",
)
_SLOT = re.compile(r"[{}]")
LOOPBACK = ("127.", "localhost", "[::1]", "::1")


def read_catalog(settings: LocalSettings) -> Catalog:
    """Raises CatalogError, which names file and field."""
    return with_slots(load_catalog(compile_directories(SHIPPED, settings.catalog_dir)), settings.variables)


def simulated(catalog: Catalog, variables: Mapping[str, str], simulator_url: str) -> Catalog:
    """Providers whose key is not set answer from the simulator instead, marked as simulated."""
    stand_ins = {
        key: replace(
            provider,
            base_url=f"{simulator_url}/{key}{_path_of(provider)}",
            auth="none",
            protocol=provider.protocol if provider.protocol in SIMULATED_DIALECTS else SIMULATED_DIALECTS[0],
            facts={**provider.facts, "simulated": True},
        )
        if needs_stand_in(provider, variables)
        else provider
        for key, provider in catalog.providers.items()
    }
    return with_providers(catalog, stand_ins)


def _path_of(provider: Provider) -> str:
    """What the provider's own address goes on with after its host: dialects differ in it. A slot becomes its name."""
    return _SLOT.sub("", urlsplit(provider.base_url).path)


def needs_stand_in(provider: Provider, variables: Mapping[str, str]) -> bool:
    """A provider on this machine is never replaced: whoever points there means it."""
    if provider.key_env is None or (urlsplit(provider.base_url).hostname or "").startswith(LOOPBACK):
        return False
    return not variables.get(provider.key_env) or "{" in provider.base_url
