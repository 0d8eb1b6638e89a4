"""The `switchboard` command: keys, usage, one generation, and whether the gateway is all right.

Exit codes: 0 done, 1 refused, 2 wrong usage, 3 nobody answered.
"""

import typer

from cli import keys, route
from cli.doctor import doctor
from cli.spill import replay_spill
from cli.usage import generation, usage

app = typer.Typer(no_args_is_help=True, add_completion=False)
app.add_typer(keys.app, name="keys")
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
