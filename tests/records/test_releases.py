"""The register of releases in the database: what goes in comes out, and goes with its entry."""

import threading
from datetime import date

import numpy as np
import pytest
from sqlalchemy import delete, update

from mapper.base.errors import RecordsError
from mapper.disclosure.register import Selection, StoredRelease, checked_and_kept
from mapper.grid.hexagons import cells_to_discs, cells_to_strings, points_to_cells
from mapper.records.audit_check import verify
from mapper.records.audit_query import AuditFilter, find_entries
from mapper.records.releases import (
    DatabaseRegister,
    kept_releases,
    pack,
    register_faults,
    set_release_expiry,
    unpack,
)
from mapper.records.schema.trust import releases


def stored(seed=1, audience="partnership", rings=3):
    drawn = np.random.default_rng(seed)
    centre = points_to_cells(np.array([-2.95]), np.array([53.42]), resolution=9)
    cells = tuple(cells_to_strings(np.unique(cells_to_discs(centre, rings=rings)[1])))
    low = drawn.integers(0, 40, len(cells)) * 5
    return StoredRelease(
        digest=f"{seed:064x}",
        audience=audience,
        title="Harm “linked” to {{county}} lines",
        area_title="Merseyside",
        first=date(2021, 9, 1),
        last=date(2022, 8, 31),
        resolution=9,
        selection=Selection(
            include=(
                (("county_line", "is", True), ("type", "in", ("A", "B"))),
                (("knife", "is", True),),
            )
        ),
        cells=cells,
        region=np.arange(len(cells), dtype=np.int64),
        low=low,
        high=low + 4,
        filters={"police_generated": "no"},
    )


def same(one, other):
    arrays = ("region", "low", "high")
    parts = {name: value for name, value in vars(one).items() if name not in arrays}
    assert {name: vars(other)[name] for name in parts} == parts
    for name in arrays:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), strict=True)


def entries(database):
    with database.read() as connection:
        assert verify(connection).whole
        return find_entries(connection, AuditFilter())


def faults(database):
    with database.read() as connection:
        return register_faults(connection)


def test_a_release_comes_back_as_it_was(database):
    register = DatabaseRegister(database, person="anna", role="analyst")
    for seed in (3, 1, 2):
        register.add(stored(seed))
    register.add(stored(4, audience="public"))
    found = register.earlier("partnership")
    assert [one.digest for one in found] == [f"{seed:064x}" for seed in (3, 1, 2)]
    for one, seed in zip(found, (3, 1, 2), strict=True):
        same(one, stored(seed))
    assert [one.audience for one in register.earlier("public")] == ["public"]
    assert faults(database) == []


def test_the_stamp_changes_with_each_release_of_any_audience(database):
    register = DatabaseRegister(database, person="anna")
    stamps = [register.stamp()]
    for one in (stored(1), stored(1), stored(2), stored(3, audience="public")):
        register.add(one)
        stamps.append(register.stamp())
    assert stamps[1] == stamps[2]
    assert len(set(stamps)) == 4


def test_it_is_kept_small():
    large = stored(rings=40)
    assert len(large.cells) == 4_921
    assert len(pack(large)) < 6 * len(large.cells)
    assert pack(large) == pack(large)
    same(unpack(pack(large)), large)


def test_a_release_goes_with_its_entry(database):
    DatabaseRegister(database, person="anna", role="analyst").add(stored())
    (entry,) = entries(database)
    assert (entry.kind, entry.person, entry.role) == ("release", "anna", "analyst")
    assert (entry.subject, entry.digest) == (stored().title, stored().digest)


def test_the_same_release_twice_is_kept_once_and_logged_once(database):
    register = DatabaseRegister(database, person="anna")
    register.add(stored())
    register.add(stored())
    assert len(register.earlier("partnership")) == 1
    assert len(entries(database)) == 1
    assert faults(database) == []


def test_what_is_refused_while_held_leaves_nothing(database):
    register = DatabaseRegister(database, person="anna")

    def refuse():
        with register.hold(), register.hold():
            register.add(stored())
            assert len(register.earlier("partnership")) == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        refuse()
    assert register.earlier("partnership") == ()
    assert entries(database) == []


def test_check_and_add_are_one_turn(database):
    """Each thread releases only where nothing was released before: one of six may."""

    def release(seed):
        register = DatabaseRegister(database, person=f"p{seed}")
        with register.hold():
            if not register.earlier("partnership"):
                register.add(stored(seed))

    threads = [threading.Thread(target=release, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(DatabaseRegister(database, person="x").earlier("partnership")) == 1


def test_a_check_keeps_nobody_from_writing_and_stands_beside_what_came_meanwhile(database):
    """Somebody else writes, and releases, during the first two checks: the third is kept."""
    register, seen = DatabaseRegister(database, person="anna"), []

    def check():
        seen.append(len(register.earlier("partnership")))
        if len(seen) < 3:
            other = threading.Thread(
                target=DatabaseRegister(database, person="otto").add, args=(stored(len(seen)),)
            )
            other.start()
            other.join(20)
            assert not other.is_alive()
        return len(seen), [stored(7)]

    assert checked_and_kept(register, check) == 3
    assert seen == [0, 1, 2]
    assert len(register.earlier("partnership")) == 3


def test_who_is_overtaken_again_and_again_holds_the_register_at_last(database):
    register, seen = DatabaseRegister(database, person="anna"), []

    def check():
        seen.append(len(register.earlier("partnership")))
        if len(seen) < 4:
            DatabaseRegister(database, person="otto").add(stored(len(seen)))
        return len(seen), [stored(9)]

    assert checked_and_kept(register, check) == 4
    assert seen == [0, 1, 2, 3]
    assert len(register.earlier("partnership")) == 4


def test_the_stamp_tells_one_release_from_another(database):
    register = DatabaseRegister(database, person="anna")
    stamps = [register.stamp()]
    register.add(stored(1))
    stamps.append(register.stamp())
    with register.hold():
        register.add(stored(2))
        stamps.append(register.stamp())
    with database.write() as connection:
        connection.execute(delete(releases).where(releases.c.release == stored(1).digest))
    stamps.append(register.stamp())
    register.add(stored(2))
    assert len(set(stamps)) == 4
    assert register.stamp() == stamps[-1]


def test_a_damaged_register_stops_releases(database):
    register = DatabaseRegister(database, person="anna")
    register.add(stored())
    with database.write() as connection:
        connection.execute(update(releases).values(content=pack(stored())[:-200]))
    with pytest.raises(RecordsError, match="register of releases is damaged"):
        register.earlier("partnership")


def test_an_altered_release_and_one_taken_away_are_found(database):
    register = DatabaseRegister(database, person="anna")
    for seed in (1, 2, 3):
        register.add(stored(seed))
    with database.write() as connection:
        changed = update(releases).where(releases.c.release == f"{1:064x}")
        connection.execute(changed.values(content=pack(stored(9))))
        connection.execute(delete(releases).where(releases.c.release == f"{2:064x}"))
    assert faults(database) == [
        "Release 000000000000 is not what the log says was released.",
        "1 releases that the log tells of are gone without a deletion.",
    ]


def test_a_date_of_its_own(database):
    DatabaseRegister(database, person="anna").add(stored())
    with database.write() as connection:
        set_release_expiry(connection, stored().digest, date(2027, 1, 1), person="ada")
    with database.read() as connection:
        (kept,) = kept_releases(connection)
    assert (kept.expires, kept.cells, kept.made_by) == (date(2027, 1, 1), 37, "anna")
    assert [entry.kind for entry in entries(database)] == ["settings", "release"]
    with pytest.raises(RecordsError, match="not kept any more"), database.write() as connection:
        set_release_expiry(connection, "f" * 64, None, person="ada")
