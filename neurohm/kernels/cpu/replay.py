"""Compiled work on a program: threads take whatever instruction is ready until all are done.

Every instruction is carried out once and after all that it depends on, so the order in which
threads come to it changes no bit. A thread that finds nothing ready gives its core away.
"""

# mypy: disable-error-code="call-arg, unreachable, var-annotated"

from __future__ import annotations

from numba import njit, types

from neurohm.kernels.cpu import atomic
from neurohm.kernels.cpu.operation import invoke
from neurohm.kernels.cpu.scalar import EXACT

# columns of a program's table
ADDRESS, WORDS, WAITS, FIRST, END = range(5)
COLUMNS = 5
# words of a program's head
SIZE, TABLE, SUCCESSORS, REMAINING, CLAIMED, DONE = range(6)
HEAD = 6
# words of the mailbox that workers watch, a cache line each
ROUND, PROGRAM, ASLEEP = 0, 8, 16
MAILBOX = 24
_BYTES = 8

_yield_core = types.ExternalFunction("sched_yield", types.int32())


@njit(**EXACT)
def run_in_order(head):  # type: ignore[no-untyped-def]
    """Carry out a program, one instruction after the other."""
    table = atomic.read(head, TABLE)
    for i in range(atomic.read(head, SIZE)):
        row = i * COLUMNS
        invoke(atomic.read(table, row + ADDRESS), atomic.read(table, row + WORDS))


@njit(**EXACT)
def announce(mailbox, head):  # type: ignore[no-untyped-def]
    """Make a program ready to be worked on once more, and let the workers know.

    A thread that is late from the time before may look on: an instruction shows as free only
    after its number of waits is back.
    """
    size, table = atomic.read(head, SIZE), atomic.read(head, TABLE)
    remaining, claimed = atomic.read(head, REMAINING), atomic.read(head, CLAIMED)
    for i in range(size):
        atomic.store(remaining + _BYTES * i, atomic.read(table, i * COLUMNS + WAITS))
    for i in range(size):
        atomic.store(claimed + _BYTES * i, 0)
    atomic.store(atomic.read(head, DONE), 0)
    atomic.store(mailbox + _BYTES * PROGRAM, head)
    atomic.add(mailbox + _BYTES * ROUND, 1)


@njit(**EXACT)
def work(head):  # type: ignore[no-untyped-def]
    """Take ready instructions until all of a program are done."""
    size, done = atomic.read(head, SIZE), atomic.read(head, DONE)
    claimed, remaining = atomic.read(head, CLAIMED), atomic.read(head, REMAINING)
    first = 0
    while atomic.load(done) < size:
        while first < size and atomic.load(claimed + _BYTES * first) != 0:
            first += 1
        i = first
        while i < size and not _claim(claimed + _BYTES * i, remaining + _BYTES * i):
            i += 1
        if i < size:
            _carry_out(head, i)
        else:
            _yield_core()


@njit(**EXACT)
def attend(mailbox, seen, patience):  # type: ignore[no-untyped-def]
    """Wait for a round after the one seen and work on its program; return the round, or ``seen``.

    ``patience`` is how often the core is given away before the wait is over.
    """
    for _ in range(patience):
        now = atomic.load(mailbox + _BYTES * ROUND)
        if now != seen:
            work(atomic.load(mailbox + _BYTES * PROGRAM))
            return now
        _yield_core()
    return seen


@njit(**EXACT)
def _claim(claimed, remaining):  # type: ignore[no-untyped-def]
    """Claim an instruction, if it is free and waits for nothing."""
    ready = atomic.load(claimed) == 0 and atomic.load(remaining) == 0
    return ready and atomic.exchange(claimed, 0, 1)


@njit(**EXACT)
def _carry_out(head, i):  # type: ignore[no-untyped-def]
    """Carry out an instruction, and tell those that waited for it."""
    row, table = i * COLUMNS, atomic.read(head, TABLE)
    invoke(atomic.read(table, row + ADDRESS), atomic.read(table, row + WORDS))
    successors, remaining = atomic.read(head, SUCCESSORS), atomic.read(head, REMAINING)
    for s in range(atomic.read(table, row + FIRST), atomic.read(table, row + END)):
        atomic.add(remaining + _BYTES * atomic.read(successors, s), -1)
    atomic.add(atomic.read(head, DONE), 1)
