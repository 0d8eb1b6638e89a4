"""What `make run` prints when it is ready: the key, a request that streams, and where to look."""

from switchboard.catalog.model import Catalog

from local.demo import BROKEN
from local.settings import LocalSettings

MODEL = "openai/gpt-4.1"


def greeting(settings: LocalSettings, catalog: Catalog, key: str, simulator_url: str | None) -> str:
    url = f"http://{settings.host}:{settings.port}"
    simulated = [provider for provider in catalog.providers.values() if provider.facts.get("simulated") is True]
    lines = [
        f"Switchboard is ready at {url}",
        "",
        f"  base URL  {url}/api/v1",
        f"  API key   {key}",
        f"  models    {len(catalog.models)} at {len(catalog.providers)} providers, {len(simulated)} of them simulated"
        " (set a provider's key in the environment or in .env to use the real one)",
        f"  pages     {url}/ ({url}/activity takes the management key in {_management_key(settings)})",
        f"  catalog   {url}/api/v1/models",
        "",
        "Try it:",
        "",
        f"  curl -N {url}/api/v1/chat/completions \\",
        f"    -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' \\",
        f'    -d \'{{"model": "{MODEL}", "stream": true, "messages": [{{"role": "user", "content": "Hello!"}}]}}\'',
    ]
    if simulator_url:
        lines += [
            "",
            "Break a provider, and see the request fall back to the next (DELETE mends it):",
            "",
            f"  curl {simulator_url}/_faults -H 'Content-Type: application/json' "
            '-d \'{"provider": "openai", "fault": "500"}\'',
        ]
    if settings.demo:
        lines += ["", f"Requests come by themselves, and {BROKEN} fails now and then: see {url}/models/{MODEL}"]
    return "\n".join([*lines, "", "Ctrl-C stops everything; the state stays in " + str(settings.state_dir) + "."])


def _management_key(settings: LocalSettings) -> str:
    """Where it is: what administers is not printed."""
    return "SWITCHBOARD_ADMIN_KEY" if settings.admin_key else str(settings.state_dir / "management-key")
