"""Compiled work on a program: threads take whatever instruction is ready until all are done.

Every instruction is carried out once and after all that it depends on, so the order in which
threads come to it changes no bit. A thread that finds nothing ready gives its core away.
"""

# mypy: disable-error-code="call-arg, unreachable, var-annotated"

from __future__ import annotations

from numba import njit, types

from neurohm.kernels.cpu import atomic
from neurohm.kernels.cpu.operation import integers, invoke
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
    of = integers(head, HEAD)
    table = integers(of[TABLE], of[SIZE] * COLUMNS)
    for i in range(of[SIZE]):
        invoke(table[i * COLUMNS + ADDRESS], table[i * COLUMNS + WORDS])


@njit(**EXACT)
def open_program(head):  # type: ignore[no-untyped-def]
    """Make a program ready to be worked on once more.

    A thread that is late from the time before may look on: an instruction shows as free only
    after its number of waits is back.
    """
    of = integers(head, HEAD)
    table = integers(of[TABLE], of[SIZE] * COLUMNS)
    for i in range(of[SIZE]):
        atomic.store(of[REMAINING] + _BYTES * i, table[i * COLUMNS + WAITS])
    for i in range(of[SIZE]):
        atomic.store(of[CLAIMED] + _BYTES * i, 0)
    atomic.store(of[DONE], 0)


@njit(**EXACT)
def work(head):  # type: ignore[no-untyped-def]
    """Take ready instructions until all of a program are done."""
    of = integers(head, HEAD)
    size = of[SIZE]
    first = 0
    while atomic.load(of[DONE]) < size:
        while first < size and atomic.load(of[CLAIMED] + _BYTES * first) != 0:
            first += 1
        taken = _take(of, first)
        if taken < 0:
            _yield_core()
        else:
            _carry_out(of, taken)


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
def announce(mailbox, head):  # type: ignore[no-untyped-def]
    """Open a program and let the workers know."""
    open_program(head)
    atomic.store(mailbox + _BYTES * PROGRAM, head)
    atomic.add(mailbox + _BYTES * ROUND, 1)


@njit(**EXACT)
def _take(of, first):  # type: ignore[no-untyped-def]
    """Return the first free instruction that waits for nothing, claimed; -1 if there is none."""
    for i in range(first, of[SIZE]):
        free = atomic.load(of[CLAIMED] + _BYTES * i) == 0
        ready = free and atomic.load(of[REMAINING] + _BYTES * i) == 0
        if ready and atomic.exchange(of[CLAIMED] + _BYTES * i, 0, 1):
            return i
    return -1


@njit(**EXACT)
def _carry_out(of, i):  # type: ignore[no-untyped-def]
    """Carry out an instruction, and tell those that waited for it."""
    table = integers(of[TABLE], of[SIZE] * COLUMNS)
    invoke(table[i * COLUMNS + ADDRESS], table[i * COLUMNS + WORDS])
    successors = integers(of[SUCCESSORS], table[of[SIZE] * COLUMNS - 1])
    for s in range(table[i * COLUMNS + FIRST], table[i * COLUMNS + END]):
        atomic.add(of[REMAINING] + _BYTES * successors[s], -1)
    atomic.add(of[DONE], 1)
