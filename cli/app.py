"""The `switchboard` command: deploy, watch and administer a gateway.

Exit codes: 0 done, 1 refused, 2 wrong usage, 3 nobody answered.
"""

import typer

from cli import catalog, keys, probes, providers, route
from cli.deploy import deploy
from cli.doctor import doctor
from cli.init import init
from cli.logs import logs
from cli.provider_test import provider_test
from cli.spill import replay_spill
from cli.status import status
from cli.usage import generation, usage

app = typer.Typer(no_args_is_help=True, add_completion=False)
app.command("init")(init)
app.command("deploy")(deploy)
app.command("status")(status)
app.command("logs")(logs)
providers.app.command("test")(provider_test)
app.add_typer(providers.app, name="providers")
app.add_typer(keys.app, name="keys")
app.add_typer(probes.app, name="probes")
app.add_typer(catalog.app, name="catalog")
app.add_typer(route.app, name="route")
app.command("usage")(usage)
app.command("generation")(generation)
app.command("doctor")(doctor)
app.command("replay-spill")(replay_spill)


@app.callback()
def switchboard() -> None:
    """Administer a Switchboard gateway: the one of `make run`, any --url, or a deployed --stack.

    Keys are read from SWITCHBOARD_ADMIN_KEY and SWITCHBOARD_KEY, from stdin (--key-stdin), from what `make run` made,
    or asked for; never from the command line. AWS_PROFILE, AWS_REGION and AWS_ENDPOINT_URL are honoured.
    """


def main() -> None:
    app()
