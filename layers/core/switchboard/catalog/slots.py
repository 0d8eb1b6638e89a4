"""Addresses with something left open: `https://bedrock-runtime.{region}.amazonaws.com`. A provider whose address keeps
an open slot cannot be called.
"""

from collections.abc import Mapping
from dataclasses import replace

from switchboard.catalog.model import Catalog, Provider
from switchboard.json_types import Json

REGION = "region"


def with_slots(catalog: Catalog, variables: Mapping[str, str]) -> Catalog:
    """The same catalog, its slots filled with what the variables named in a provider's base_url_env say."""
    return with_providers(catalog, {key: _filled(provider, variables) for key, provider in catalog.providers.items()})


def with_providers(catalog: Catalog, providers: Mapping[str, Provider]) -> Catalog:
    """The same models, served by these providers."""
    models = {
        key: replace(
            model,
            endpoints=tuple(replace(offer, provider=providers[offer.provider.id]) for offer in model.endpoints),
        )
        for key, model in catalog.models.items()
    }
    return Catalog(models, providers, catalog.aliases)


def _filled(provider: Provider, variables: Mapping[str, str]) -> Provider:
    """A region that the provider's row names goes before the process's own."""
    slots: Json = provider.facts.get("base_url_env")
    url = provider.base_url.replace("{" + REGION + "}", provider.region) if provider.region else provider.base_url
    for slot, name in (slots if isinstance(slots, dict) else {}).items():
        if value := variables.get(str(name)):
            url = url.replace("{" + slot + "}", value)
    return replace(provider, base_url=url)
