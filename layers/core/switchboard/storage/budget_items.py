"""A key's state as an item, and every change of it as one conditional update (specs: RESERVE, ROLL, SETTLE, SWEEP).

`K#<key id>` / `STATE`, `STATE#1`, ...: for each window w (d, w, m, t) `w<w>` its label, `l<w>` its limit, `r<w>` what
remains, `s<w>` what was spent; `hh` the sum of the holds, `hn` their number, `h_...` one attribute for each; `mm` a
minute, `mr` and `mt` its requests and tokens; `on`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from switchboard.accounting.holds import HOLD_PREFIX, Claim, Limits, Purse, State, new_state
from switchboard.accounting.windows import WINDOWS, Window
from switchboard.storage.database import (
    PARTITION,
    SORT,
    AllOf,
    Compare,
    Condition,
    Exists,
    Item,
    Key,
    Minus,
    Missing,
    Update,
    Value,
)
from switchboard.storage.fields import whole
from switchboard.storage.keys import ApiKey

LETTER: Mapping[Window, str] = {"day": "d", "week": "w", "month": "m", "total": "t"}


@dataclass(frozen=True, slots=True)
class Change:
    """One update and what must hold for it: together they can be sent twice and happen once."""

    update: Update
    condition: Condition


def limits_of(key: ApiKey) -> Limits:
    return Limits(key.limit_nano, key.limit_reset, key.rpm, key.tpm, key.max_parallel)


def state_key(key_id: str, shard: int = 0) -> Key:
    return Key(f"K#{key_id}", f"STATE#{shard}" if shard else "STATE")


def shard_of(item: Item) -> int:
    return int(str(item[SORT]).partition("#")[2] or 0)


def new_item(key_id: str, shard: int, limits: Limits, labels: Mapping[Window, str]) -> Item:
    partition, sort = state_key(key_id, shard)
    item: Item = {PARTITION: partition, SORT: sort, "on": True, "hh": 0, "hn": 0, "mm": 0, "mr": 0, "mt": 0}
    for window, purse in new_state(limits, labels, shard).purses.items():
        letter = LETTER[window]
        item |= {f"{kind}{letter}": purse.limit for kind in "lr"} | {f"s{letter}": 0}
        if purse.label:
            item[f"w{letter}"] = purse.label
    return item


def state_of(item: Item) -> State:
    return State(
        purses={window: _purse(item, LETTER[window]) for window in WINDOWS},
        active=bool(item.get("on", True)),
        held=_number(item, "hh"),
        parallel=_number(item, "hn"),
        holds={name: _number(item, name) for name in item if name.startswith(HOLD_PREFIX)},
        minute=_number(item, "mm"),
        requests=_number(item, "mr"),
        tokens=_number(item, "mt"),
    )


def reserve(claim: Claim) -> Change:
    """Everything that is limited, in one write."""
    limits, counted = claim.limits, claim.counted_tokens
    changes: dict[str, Value | Minus] = {claim.hold: claim.amount}
    added = {"hh": claim.amount, "hn": 1, **_in_every_window("r", -claim.amount)}
    holds: list[Condition] = [Compare("on", "=", True), Missing(claim.hold)]
    holds += [Compare(f"w{LETTER[window]}", "=", label) for window, label in claim.labels.items()]
    holds += [Compare(f"r{letter}", ">=", claim.amount) for letter in LETTER.values()]
    if limits.parallel is not None:
        holds.append(Compare("hn", "<", limits.parallel))
    if limits.by_minute and claim.fresh_minute:
        changes |= {"mm": claim.minute, "mr": 1, "mt": counted}
        holds.append(Compare("mm", "<", claim.minute))
    elif limits.by_minute:
        added |= {"mr": 1, "mt": counted}
        holds.append(Compare("mm", "=", claim.minute))
        holds += _still_free(limits, counted)
    return Change(Update(set=changes, add=added), AllOf(tuple(holds)))


def roll(state: State, labels: Mapping[Window, str]) -> Change:
    """Into the new window go the limit and the holds in flight; `hh` is stored because one `-` is all there can be."""
    changes: dict[str, Value | Minus] = {}
    holds: list[Condition] = []
    for window in state.behind(labels):
        letter = LETTER[window]
        changes |= {f"w{letter}": labels[window], f"r{letter}": Minus(f"l{letter}", "hh"), f"s{letter}": 0}
        holds.append(Compare(f"w{letter}", "=", state.purses[window].label))
    return Change(Update(set=changes), AllOf(tuple(holds)))


def settle(hold: str, amount: int, actual: int, tokens: int) -> Change:
    """`tokens` corrects the minute's count by what was really used. A hold that is gone was settled or swept."""
    added = {"hh": -amount, "hn": -1, **_in_every_window("r", amount - actual), **_in_every_window("s", actual)}
    if tokens:
        added["mt"] = tokens
    return Change(Update(add=added, remove=(hold,)), Exists(hold))


def sweep(hold: str, amount: int) -> Change:
    """Nobody came back for it: charged in full, for the provider may have billed it."""
    added = {"hh": -amount, "hn": -1, **_in_every_window("s", amount)}
    return Change(Update(add=added, remove=(hold,)), Compare(hold, "=", amount))


def follow(item: Item, limits: Limits, shard: int, *, active: bool) -> Change | None:
    """What remains moves by as much as the limit does, and may become negative; None if nothing has to change."""
    changes: dict[str, Value | Minus] = {}
    added: dict[str, int] = {}
    holds: list[Condition] = []
    for window, letter in LETTER.items():
        wanted, known = limits.allotment(window, shard), _number(item, f"l{letter}")
        if wanted != known:
            changes[f"l{letter}"] = wanted
            added[f"r{letter}"] = wanted - known
            holds.append(Compare(f"l{letter}", "=", known))
    if item.get("on") is not active:
        changes["on"] = active
        holds.append(Compare("on", "=", not active))
    return Change(Update(set=changes, add=added), AllOf(tuple(holds))) if changes else None


def _in_every_window(kind: str, amount: int) -> dict[str, int]:
    return {f"{kind}{letter}": amount for letter in LETTER.values()} if amount else {}


def _still_free(limits: Limits, tokens: int) -> list[Condition]:
    holds: list[Condition] = []
    if limits.requests is not None:
        holds.append(Compare("mr", "<", limits.requests))
    if limits.tokens is not None:
        holds.append(Compare("mt", "<=", limits.tokens - tokens))
    return holds


def _purse(item: Item, letter: str) -> Purse:
    return Purse(
        str(item.get(f"w{letter}", "")),
        _number(item, f"l{letter}"),
        _number(item, f"r{letter}"),
        _number(item, f"s{letter}"),
    )


def _number(item: Item, name: str) -> int:
    return whole(item, name) or 0
