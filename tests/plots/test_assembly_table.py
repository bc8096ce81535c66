from __future__ import annotations

import numpy as np
import pytest

from neurohm.exceptions import ArgumentTypeError, InputError
from neurohm.plots import assembly_matrix, assembly_raster, triggered_average
from neurohm.plots.assembly_table import COLOURS, MARKS, assemblies_of, member_order


def test_members_are_positions_by_lag(recording, make_table):
    table = make_table(recording, [[7, 2, 5]], [[0.04, 0.0, 0.02]], [[1.0]])
    (assembly,) = assemblies_of(table)
    assert assembly.members.tolist() == [2, 5, 7]
    assert assembly.lags.tolist() == [0.0, 0.02, 0.04]
    assert assembly.peaks.tolist() == [42.0, 45.0, 47.0]
    (backward,) = assemblies_of(table, recording.unit_ids[::-1])
    assert backward.members.tolist() == [9, 6, 4]


def test_each_unit_once_by_its_first_assembly(recording, make_table):
    table = make_table(
        recording, [[4, 1], [1, 0, 2]], [[0.0, 0.02], [0.0, 0.02, 0.01]], [[1.0], [2.0]]
    )
    assert member_order(assemblies_of(table)).tolist() == [4, 1, 2, 0]


def test_colours_stay_in_a_part_of_the_table_and_marks_tell_repeats_apart(recording, make_table):
    table = make_table(recording, [[0, 1]] * 12, [[0.0, 0.02]] * 12, [[1.0]] * 12)
    drawn = assemblies_of(table)
    assert len({(assembly.colour, assembly.mark) for assembly in drawn}) == 12
    assert (drawn[11].colour, drawn[11].mark) == (COLOURS[1], MARKS[1])
    (last,) = assemblies_of(table.iloc[11:])
    assert (last.name, last.colour, last.mark) == ("11", COLOURS[1], MARKS[1])


def test_an_empty_table_is_an_error(recording, assemblies):
    for draw in (
        lambda table: assembly_raster(recording, table),
        lambda table: triggered_average(recording, table),
        assembly_matrix,
    ):
        with pytest.raises(InputError, match="a table without an assembly; expected at least one"):
            draw(assemblies.iloc[:0])


def test_other_tables_are_an_error(recording, assemblies):
    with pytest.raises(ArgumentTypeError, match="without 'times'"):
        assembly_matrix(assemblies.drop(columns="times"))
    with pytest.raises(ArgumentTypeError, match="of type Recording"):
        assembly_matrix(recording)
    bare = assemblies.copy()
    bare.attrs = {}
    with pytest.raises(ArgumentTypeError, match="without its settings"):
        assembly_matrix(bare)


def test_members_have_to_be_in_the_recording(recording, assemblies):
    missing = assemblies["members"].iloc[0][0]
    other = recording.select_units(np.setdiff1d(recording.unit_ids, [missing]))
    with pytest.raises(InputError, match=f"an assembly with the unit {missing}"):
        assembly_raster(other, assemblies)
