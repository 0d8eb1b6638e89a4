"""What a key's owner allows it: models, providers, and how they may treat prompts. Pure."""

from dataclasses import dataclass

from switchboard.catalog.model import Endpoint


@dataclass(frozen=True, slots=True)
class KeyPolicy:
    """Models are model ids, providers are provider ids or endpoint tags; an empty tuple restricts nothing.

    `zero_retention` and `no_training` are floors: what a provider does not say counts as the worst.
    """

    allowed_models: tuple[str, ...] = ()
    ignored_models: tuple[str, ...] = ()
    allowed_providers: tuple[str, ...] = ()
    ignored_providers: tuple[str, ...] = ()
    zero_retention: bool = False
    no_training: bool = False

    def objection(self, endpoint: Endpoint) -> str | None:
        """Why the key may not use this endpoint, in words that its caller can read; None if it may."""
        return self._to_model(endpoint) or self._to_provider(endpoint) or self._to_data_policy(endpoint)

    def _to_model(self, endpoint: Endpoint) -> str | None:
        if self.allowed_models and endpoint.model not in self.allowed_models:
            return f"this API key may not use the model `{endpoint.model}`: it is not among its allowed models"
        if endpoint.model in self.ignored_models:
            return f"this API key may not use the model `{endpoint.model}`: it is among its ignored models"
        return None

    def _to_provider(self, endpoint: Endpoint) -> str | None:
        if self.allowed_providers and not _names(self.allowed_providers, endpoint):
            return f"this API key may not use {endpoint.tag}: it is not among its allowed providers"
        if _names(self.ignored_providers, endpoint):
            return f"this API key may not use {endpoint.tag}: it is among its ignored providers"
        return None

    def _to_data_policy(self, endpoint: Endpoint) -> str | None:
        policy = endpoint.data_policy
        if self.zero_retention and policy.retention_days != 0:
            kept = "does not say" if policy.retention_days is None else f"keeps them {policy.retention_days} days"
            return f"this API key asks that prompts are not kept (zdr), and {endpoint.tag} {kept}"
        if self.no_training and policy.training is not False:
            does = "does not say" if policy.training is None else "trains on them"
            return f"this API key asks that nobody trains on prompts (no_training), and {endpoint.tag} {does}"
        return None


NO_POLICY = KeyPolicy()


def _names(names: tuple[str, ...], endpoint: Endpoint) -> bool:
    """A bare provider id names every variant of it."""
    return endpoint.provider.id in names or endpoint.tag in names
