"""Which model a request seems to ask for, before it is parsed: what is kept of that model can be read meanwhile.

A guess that costs a microsecond. Whoever trusts it loses nothing but a read if it is wrong.
"""

import re

from switchboard.protocols.interface import Arrival

# SDKs put the model first or last; what stands inside a text has its quotation marks escaped.
_MODEL = re.compile(rb'"model"\s*:\s*"([^"\\]{1,200})"')
_LOOKED_AT = 2048


def seems_to_ask_for(arrival: Arrival) -> str | None:
    target = arrival.path.get("target")
    if target:
        return target.rpartition(":")[0]
    body = arrival.body
    found = _MODEL.search(body[:_LOOKED_AT]) or _MODEL.search(body[-_LOOKED_AT:])
    return found[1].decode("utf-8", "replace") if found else None
