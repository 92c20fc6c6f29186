"""Where an entry stands in its device's log, as the fold sees it: next on its first branch, or a fork.

* Whatever its effect, an entry that is not forked takes its place, so what follows it follows it.
* Behind a declared gap a log goes on. An entry that was believed lost still finds its place in the gap.
* Who folds some feeds only has every line of its own unit's devices. Of the office's devices it sees what concerns it:
  that nothing is forked there is the server's word.
"""

from sajja_schemas.entry import OFFICE, EntryRef, Head
from sajja_schemas.events import Body
from sajja_schemas.events.trust_repairs import GapDeclared
from sajja_schemas.standing import Device, Fork, Gap, Trust
from sajja_schemas.verdicts import Effect


def place(trust: Trust, head: Head | Body, entry_hash: str) -> Effect | None:
    """Put an entry into its device's log; `FORKED` where it does not continue it, None where it does."""
    if entry_hash == trust.fingerprint:
        return None
    device = trust.devices.get(head.device)
    if device is None:
        return Effect.NOT_AUTHORISED
    is_next = head.sequence == device.sequence + 1 and head.previous == (device.head or trust.fingerprint)
    if not is_next and not _is_beyond_gap(trust, device, head) and not _goes_on(trust, device, head):
        return None if _fills(trust, device, head, entry_hash) else Effect.FORKED
    device.head, device.sequence = entry_hash, head.sequence
    return None


def declare_gap(trust: Trust, event: GapDeclared) -> None:
    """Let a device's log go on behind entries that are lost."""
    gap = Gap(event.last_sequence, event.last_hash, event.next_sequence, event.next_previous)
    trust.gaps.setdefault(event.device, []).append(gap)


def has_come(trust: Trust, ref: EntryRef) -> bool:
    """Whether a device's log has passed an entry's place, so that what was not seen of it will not come."""
    device = trust.devices.get(ref.device)
    if device is None or device.sequence < ref.sequence:
        return False
    return not any(
        max(gap.last_sequence, gap.filled_sequence) < ref.sequence < gap.next_sequence
        for gap in trust.gaps.get(ref.device, ())
    )


def begin_fork(trust: Trust, head: Head | Body, entry_hash: str) -> Fork:
    """Note an entry beside its device's log. Gives the device's fork."""
    fork = trust.forks.setdefault(head.device, Fork(sequence=head.sequence))
    fork.sequence = min(fork.sequence, head.sequence) if fork.entries else head.sequence
    fork.entries[entry_hash] = head.sequence
    return fork


def disputed(forks: dict[str, Fork]) -> dict[tuple[str, int, str], int]:
    """What the undecided entries of forks would add to balances."""
    sums: dict[tuple[str, int, str], int] = {}
    for fork in forks.values():
        for key, amount in fork.lines.items():
            sums[key] = sums.get(key, 0) + amount
    return sums


def _is_beyond_gap(trust: Trust, device: Device, head: Head | Body) -> bool:
    """A village's feed has every line of its own tablets; only the office's speak elsewhere, too."""
    return trust.partial and device.unit == OFFICE and head.sequence > device.sequence + 1


def _goes_on(trust: Trust, device: Device, head: Head | Body) -> bool:
    """Whether an entry is the first behind a gap that begins where its device's log stands."""
    for gap in trust.gaps.get(head.device, ()):
        is_there = device.sequence > gap.last_sequence or (
            device.sequence == gap.last_sequence and (device.head or trust.fingerprint) == gap.last_hash
        )
        is_first = (head.sequence, head.previous) == (gap.next_sequence, gap.next_previous)
        if is_first and is_there and device.sequence < gap.next_sequence:
            gap.filled_sequence, gap.filled_hash = device.sequence, device.head or trust.fingerprint
            return True
    return False


def _fills(trust: Trust, device: Device, head: Head | Body, entry_hash: str) -> bool:
    """Whether this is the next of the entries that were believed lost."""
    for gap in trust.gaps.get(head.device, ()):
        if trust.partial and device.unit == OFFICE:
            if gap.last_sequence < head.sequence < gap.next_sequence:
                return True
        elif (head.sequence, head.previous) == (gap.filled_sequence + 1, gap.filled_hash):
            is_last = head.sequence == gap.next_sequence - 1
            if head.sequence < gap.next_sequence and (not is_last or entry_hash == gap.next_previous):
                gap.filled_sequence, gap.filled_hash = head.sequence, entry_hash
                return True
    return False
