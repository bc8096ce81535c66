"""Compiled work on a program: threads take whatever instruction is ready until all are done.

Every instruction is carried out once a round and after all that it depends on, so the order in
which threads come to it changes no bit. A thread that finds nothing ready gives its core away.

Nothing is set back between rounds: counts of what has arrived and been done only rise, and an
instruction is claimed by the number of the round. So a thread that was held up in one round can
take nothing in the next by mistake.
"""

from __future__ import annotations

import sys

from numba import njit, types

from neurohm.kernels.cpu import atomic
from neurohm.kernels.cpu.operation import invoke
from neurohm.kernels.cpu.scalar import EXACT

# columns of a program's table
ADDRESS, WORDS, WAITS, FIRST, END = range(5)
COLUMNS = 5
# words of a program's head
SIZE, TABLE, SUCCESSORS, ARRIVED, CLAIMED, DONE, ROUND = range(7)
HEAD = 7
# words of the mailbox that workers watch, a cache line each
CALLS, PROGRAM, ASLEEP = 0, 8, 16
MAILBOX = 24
_BYTES = 8

# of the C library, or of Windows
_yield_core = types.ExternalFunction(
    "SwitchToThread" if sys.platform == "win32" else "sched_yield", types.int32()
)


@njit(**EXACT)
def run_in_order(head):  # type: ignore[no-untyped-def]
    """Carry out a program, one instruction after the other."""
    table = atomic.read(head, TABLE)
    for i in range(atomic.read(head, SIZE)):
        row = i * COLUMNS
        invoke(atomic.read(table, row + ADDRESS), atomic.read(table, row + WORDS))


@njit(**EXACT)
def announce(mailbox, head):  # type: ignore[no-untyped-def]
    """Begin another round of a program, and let the workers know."""
    atomic.add(head + _BYTES * ROUND, 1)
    atomic.store(mailbox + _BYTES * PROGRAM, head)
    atomic.add(mailbox + _BYTES * CALLS, 1)


@njit(**EXACT)
def work(head):  # type: ignore[no-untyped-def]
    """Take ready instructions until all of this round of a program are done."""
    size, done, table = atomic.read(head, SIZE), atomic.read(head, DONE), atomic.read(head, TABLE)
    arrived, claimed = atomic.read(head, ARRIVED), atomic.read(head, CLAIMED)
    now = atomic.load(head + _BYTES * ROUND)
    first = 0
    while atomic.load(done) < now * size:
        while first < size and atomic.load(claimed + _BYTES * first) == now:
            first += 1
        i = first
        while i < size:
            waits = atomic.read(table, i * COLUMNS + WAITS)
            ready = atomic.load(arrived + _BYTES * i) == now * waits
            if ready and atomic.exchange(claimed + _BYTES * i, now - 1, now):
                break
            i += 1
        if i < size:
            _carry_out(head, i)
        else:
            _yield_core()


@njit(**EXACT)
def attend(mailbox, seen, patience):  # type: ignore[no-untyped-def]
    """Wait for a call after the one seen and work on its program; return the call, or ``seen``.

    ``patience`` is how often the core is given away before the wait is over.
    """
    for _ in range(patience):
        now = atomic.load(mailbox + _BYTES * CALLS)
        if now != seen:
            work(atomic.load(mailbox + _BYTES * PROGRAM))
            return now
        _yield_core()
    return seen


@njit(**EXACT)
def _carry_out(head, i):  # type: ignore[no-untyped-def]
    """Carry out an instruction, and tell those that waited for it."""
    row, table = i * COLUMNS, atomic.read(head, TABLE)
    invoke(atomic.read(table, row + ADDRESS), atomic.read(table, row + WORDS))
    successors, arrived = atomic.read(head, SUCCESSORS), atomic.read(head, ARRIVED)
    for s in range(atomic.read(table, row + FIRST), atomic.read(table, row + END)):
        atomic.add(arrived + _BYTES * atomic.read(successors, s), 1)
    atomic.add(atomic.read(head, DONE), 1)
