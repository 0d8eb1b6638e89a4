"""How far each scheduled job has come, and who is at it: one item for each job."""

from dataclasses import dataclass

from switchboard.storage.database import (
    AnyOf,
    Compare,
    ConditionFailed,
    Database,
    Item,
    Key,
    Missing,
    Update,
)
from switchboard.storage.fields import whole

# Not `exp`: that is the attribute by which the table expires items, and this one has to stay.
UNTIL = "until"
OWNER = "o"
WATERMARK = "w"


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work until it runs out. `watermark` is what the last run that finished left, None at first."""

    job: str
    owner: str
    watermark: int | None


@dataclass(frozen=True, slots=True)
class JobStore:
    database: Database
    table: str

    async def acquire(self, job: str, owner: str, *, now: float, seconds: float) -> Lease | None:
        """None if someone else has it. `owner` must be a new name for each run; `now` is Unix seconds."""
        free = AnyOf((Missing(OWNER), Compare(UNTIL, "<", now)))
        update = Update(set={OWNER: owner, UNTIL: now + seconds})
        try:
            item = await self.database.update(self.table, _key(job), update, condition=free, repeatable=True)
        except ConditionFailed as refusal:
            if refusal.item is None or refusal.item.get(OWNER) != owner:
                return None
            item = refusal.item  # ours: the first try went through, only its reply was lost
        return Lease(job, owner, whole(item, WATERMARK))

    async def release(self, lease: Lease, *, watermark: int | None) -> bool:
        """Give it back, and say how far the job has come if it did. False if the lease was lost to someone else."""
        done: Item = {} if watermark is None else {WATERMARK: watermark}
        update = Update(set=done, remove=(OWNER, UNTIL))
        try:
            await self.database.update(self.table, _key(lease.job), update, condition=Compare(OWNER, "=", lease.owner))
        except ConditionFailed:
            return False
        return True


def _key(job: str) -> Key:
    return Key("JOB", job)
