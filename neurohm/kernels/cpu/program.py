"""A recorded step: instructions, and which of them wait for which."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from neurohm.backend import Array
from neurohm.kernels.cpu import replay
from neurohm.kernels.cpu.instruction import Instruction

Span = tuple[int, int]


class RecordedProgram:
    """Instructions in an order in which each comes after those that it depends on.

    Two instructions depend on each other if one writes memory that the other reads or writes.
    Among what is ready, that with the longest way to the end comes first.

    Parameters
    ----------
    instructions : sequence of Instruction
        As they were issued.
    """

    def __init__(self, instructions: Sequence[Instruction]) -> None:
        waits_for = dependencies(instructions)
        order = np.argsort(-_ways_to_end(instructions, waits_for), kind="stable")
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        self.instructions = [instructions[i] for i in order]
        self._lay_out([sorted(place[list(waits_for[i])].tolist()) for i in order])

    def run(self) -> None:
        """Carry out the whole program in this thread."""
        replay.run_in_order(self.head)

    def _lay_out(self, waits_for: list[list[int]]) -> None:
        """Write the tables that compiled code reads; they live as long as the program."""
        size = len(self.instructions)
        followers: list[list[int]] = [[] for _ in range(size)]
        for i, before in enumerate(waits_for):
            for j in before:
                followers[j].append(i)
        self._successors = np.array([i for f in followers for i in f] or [0], np.int64)
        ends = np.cumsum([len(f) for f in followers])
        self._table = np.zeros((size, replay.COLUMNS), np.int64)
        for i, instruction in enumerate(self.instructions):
            self._table[i, replay.ADDRESS] = instruction.address
            self._table[i, replay.WORDS] = _address(instruction.words)
            self._table[i, replay.WAITS] = len(waits_for[i])
        self._table[:, replay.END] = ends
        self._table[1:, replay.FIRST] = ends[:-1]
        self._state = np.zeros((2, size), np.int64)
        self._done = np.zeros(1, np.int64)
        self._head = np.zeros(replay.HEAD, np.int64)
        self._head[replay.SIZE] = size
        self._head[replay.TABLE] = _address(self._table)
        self._head[replay.SUCCESSORS] = _address(self._successors)
        self._head[replay.ARRIVED] = _address(self._state[0])
        self._head[replay.CLAIMED] = _address(self._state[1])
        self._head[replay.DONE] = _address(self._done)
        self.head = _address(self._head)


def dependencies(instructions: Sequence[Instruction]) -> list[set[int]]:
    """Return, for each instruction, those before it that it has to wait for.

    Examples
    --------
    >>> a, b = np.zeros(2), np.zeros(2)
    >>> def instruction(reads, writes):
    ...     return Instruction("", 0, np.zeros(0, np.int64), reads, writes, 1.0)
    >>> dependencies([instruction((), (a,)), instruction((), (b,)), instruction((a,), (b,))])
    [set(), set(), {0, 1}]
    """
    touched = [
        (*_span(array), place, written)
        for place, instruction in enumerate(instructions)
        for arrays, written in ((instruction.reads, 0), (instruction.writes, 1))
        for array in arrays
    ]
    begin, end, owner, written = np.array(touched, np.int64).reshape(-1, 4).T
    meet = (begin < end[:, None]) & (begin[:, None] < end) & (written[:, None] | written > 0)
    before, after = np.nonzero(meet & (owner[:, None] < owner))
    waits_for: list[set[int]] = [set() for _ in instructions]
    for earlier, now in zip(owner[before].tolist(), owner[after].tolist(), strict=True):
        waits_for[now].add(earlier)
    return waits_for


def _ways_to_end(
    instructions: Sequence[Instruction], waits_for: list[set[int]]
) -> npt.NDArray[np.float64]:
    """Return the cost of the most expensive chain from each instruction to the end."""
    way = np.array([instruction.cost + 1.0 for instruction in instructions])
    longest = way.copy()
    for now in reversed(range(len(instructions))):
        for before in waits_for[now]:
            longest[before] = max(longest[before], way[before] + longest[now])
    return longest


def _span(array: Array) -> Span:
    """Return the addresses at which an array begins and ends."""
    begin = _address(array)
    return begin, begin + array.nbytes


def _address(array: Array) -> int:
    return int(array.__array_interface__["data"][0])
