"""A release plan put in force: the file and its audit entry together."""

from pathlib import Path

from mapper.base.files import digest_of, read_regular, write_whole
from mapper.base.toml_file import LARGEST
from mapper.disclosure.plan_month import check_plan
from mapper.disclosure.release_plan import PLAN_FILE, ReleasePlan, read_plan
from mapper.records.audit import Event, append
from mapper.records.database import Database
from mapper.records.lock import sole_writer
from mapper.records.releases import DatabaseRegister


def fix_plan(
    database: Database, workspace: Path, path: Path, *, person: str, role: str = ""
) -> ReleasePlan:
    """Check a plan as a whole and put it in force for the months that are still to be given.

    What was given stays as it is: months share no incident.

    Raises
    ------
    DisclosureError
        Naming every fault of the file, or what was released of its months before.
    RecordsError
        When another process is writing, or it cannot be recorded.
    """
    digest = digest_of(path) if path.is_file() else ""
    plan = read_plan(path, digest)
    kept, content = workspace / PLAN_FILE, read_regular(path, at_most=LARGEST)
    detail = {"first": f"{plan.first}", "last": f"{plan.last}", "lenses": ", ".join(plan.lenses)}
    with (
        sole_writer(workspace, doing="fixing the release plan", wait=30),
        database.write() as connection,
    ):
        check_plan(plan, DatabaseRegister(database, person=person, role=role))
        append(connection, Event("settings", person, "release plan", role, digest, detail))
        write_whole(kept, content)
    return plan
