import os
import signal
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given, settings
from hypothesis import strategies as st

from bailiwick.model.errors import ConflictError, InputError, UnknownNameError
from bailiwick.plans.store import Store
from bailiwick.plans.store_tables import metadata

N = 30
FRAME = {"territories": [{"id": f"T{i}", "name": str(i), "gone": False} for i in range(4)], "locked_units": []}


def made(store, name="plan"):
    return store.create(
        name, np.zeros(N, dtype=np.int16), FRAME, note="", made_from="", origin={"definition": "x"}, market="m", unit_ids=["u"] * N,
        at="2026-01-01T00:00:00Z",
    )


def move(store, scenario, version, units, to, who="a", frame=None):
    return store.edit(
        scenario, version, "move", at="2026-01-01T00:00:01Z", who=who, units=np.array(units, dtype=np.int64), to=np.full(len(units), to), frame=frame
    )


def test_migrations_make_the_tables_that_the_code_uses(tmp_path):
    store = Store(tmp_path)
    with store._engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    assert differences == []


def test_a_second_window_gets_the_difference_and_overwrites_nothing(tmp_path):
    store = Store(tmp_path)
    scenario = made(store).id
    move(store, scenario, 0, [1, 2, 3], 1, who="first")
    with pytest.raises(ConflictError) as told:
        move(store, scenario, 0, [3, 4], 2, who="second")
    assert told.value.current == 1
    assert told.value.units == (1, 2, 3)
    assert "another window" in str(told.value)
    assert store.get(scenario).labels[[3, 4]].tolist() == [1, 0]
    assert move(store, scenario, 1, [3, 4], 2, who="second").labels[[1, 3, 4]].tolist() == [1, 2, 2]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.one_of(st.tuples(st.integers(0, N - 1), st.integers(0, 3)), st.sampled_from(["undo", "redo"])), max_size=25))
def test_undo_and_redo_are_those_of_a_plain_list(tmp_path_factory, steps):
    store = Store(tmp_path_factory.mktemp("store"))
    scenario, version = made(store).id, 0
    stood, at = [np.zeros(N, dtype=np.int16)], 0
    for step in steps:
        if isinstance(step, tuple):
            labels = stood[at].copy()
            labels[step[0]] = step[1]
            stood, at = [*stood[: at + 1], labels], at + 1
            version = move(store, scenario, version, [step[0]], step[1]).version
            continue
        wanted = at - 1 if step == "undo" else at + 1
        turn = getattr(store, step)
        if not 0 <= wanted < len(stood):
            with pytest.raises(InputError, match="nothing to"):
                turn(scenario, version, at="", who="")
            continue
        at = wanted
        version = turn(scenario, version, at="", who="").version
        assert store.get(scenario).labels.tolist() == stood[at].tolist()
    assert store.get(scenario).labels.tolist() == stood[at].tolist()
    assert len(store.history(scenario)) == version
    store.close()


def test_the_frame_goes_back_and_forth_too(tmp_path):
    store = Store(tmp_path)
    scenario = made(store).id
    renamed = {**FRAME, "locked_units": [3]}
    move(store, scenario, 0, [], 0, frame=renamed)
    assert store.undo(scenario, 1, at="", who="").frame == FRAME
    store.close()
    again = Store(tmp_path)  # undo and redo outlive the process
    assert again.redo(scenario, 2, at="", who="").frame == renamed


KILLED = """
    import sys, numpy as np
    from pathlib import Path
    from bailiwick.plans.store import Store
    store, scenario = Store(Path(sys.argv[1])), sys.argv[2]
    for version in range(10_000):
        store.edit(scenario, version, "move", at="", who="", units=np.array([version % 30]), to=np.array([1 + version % 3]))
        print(version + 1, flush=True)
"""


def test_a_killed_process_loses_no_finished_edit(tmp_path):
    store = Store(tmp_path)
    scenario = made(store).id
    store.close()
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(KILLED), str(tmp_path), scenario], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    told = 0
    for line in process.stdout:
        told = int(line)
        if told == 25:
            os.kill(process.pid, signal.SIGKILL)
            break
    rest = [int(line) for line in process.stdout.read().split() if line.strip().isdigit()]
    process.stdout.close()
    process.wait()
    found = Store(tmp_path).get(scenario)
    assert found.version >= max([told, *rest])
    assert len(Store(tmp_path).history(scenario)) == found.version


def test_names_and_ids_are_refused_in_a_sentence(tmp_path):
    store = Store(tmp_path)
    with pytest.raises(InputError, match="1 to 120 characters"):
        made(store, " ")
    kept = made(store)
    with pytest.raises(UnknownNameError, match="plan"):
        store.get("nothing")
    store.remove(kept.id)
    with pytest.raises(UnknownNameError):
        store.get(kept.id)
    assert store.all() == []
