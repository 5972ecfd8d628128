"""Settings of an installation, read once from the environment; never changed while running.

Each is a variable that starts with ``MAPPER_``: ``MAPPER_WORKSPACE=/srv/mapper``. What shapes a
result is never a setting but a part of the request, so that it travels with every output.
"""

import json
import os
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)

from mapper.base.errors import MapperError
from mapper.base.validation import in_words

RECORDS_FILE = "mapper.sqlite"  # of the workspace, where no database is named
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "::1")
SHORTEST_TOKEN = 24


def _listed(given: object) -> object:
    """Return names with commas between, or a JSON list of them, as a list."""
    if not isinstance(given, str):
        return given
    parts = json.loads(given) if given.startswith("[") else given.split(",")
    return tuple(str(part).strip() for part in parts)


def _not_guessed(token: SecretStr) -> SecretStr:
    """Refuse a token that could be tried out."""
    if 0 < len(token.get_secret_value()) < SHORTEST_TOKEN:
        raise ValueError(f"a token needs {SHORTEST_TOKEN} characters or more")
    return token


class Settings(BaseModel):
    """Where work is kept and how much is taken in."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    workspace: Path = Path("workspace")  # folder for work; made when first needed
    area: str = ""  # the installation's own: a kept area by name, or the path of its table
    database: SecretStr | None = None  # PostgreSQL by URL; none keeps records in the workspace
    demonstration_file: Path | None = None  # an extract to show in place of the generated one
    demonstration_seed: int = Field(default=1, ge=0)
    upload_mb: int = Field(default=200, ge=1, le=2_000)  # largest upload; memory is twice that
    places: Path | None = None  # file, or folder of files, of places near (docs/context-places.md)
    outputs_for: Literal["owner", "group", "everybody"] = "owner"  # who may read what is written
    postcodes: Path | None = None  # directory of postcodes, for rows that have nothing finer
    disclosure_rules: Path | None = None  # own rules of audiences; may only be stricter
    agencies: Path | None = None  # agencies beside the common ones (docs/campaigns.md)
    campaigns: Path | None = None  # folder of own templates of campaigns (docs/campaigns.md)
    basemap: str = ""  # background offered: a .pmtiles file, a tile address, or openstreetmap
    basemap_credit: str = ""  # whom to name on maps over it
    hosts: Annotated[tuple[str, ...], BeforeValidator(_listed)] = (
        LOOPBACK_HOSTS  # names under which the app may be asked for
    )
    # Stores that may be asked for files; none is, unless it is named (docs/scale.md).
    stores: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()  # kinds: s3
    store_endpoint: str = ""  # where S3 is, if not at Amazon: https://store.example.police.uk
    store_key: SecretStr = SecretStr("")
    store_secret: SecretStr = SecretStr("")
    # Certificates for a scheduler of Dask on another machine (docs/scale.md).
    dask_ca: Path | None = None  # of the authority
    dask_cert: Path | None = None  # this machine's own
    dask_key: Path | None = None
    # Sign-in; without a provider one person uses the app, on this machine only.
    provider: str = ""  # address of the identity provider's OpenID configuration
    client_id: str = ""  # under which the provider knows this installation
    client_secret: SecretStr = SecretStr("")
    client_secret_file: Path | None = None  # a file that holds it, in its place
    address: str = ""  # where browsers find the app: https://mapper.example.police.uk
    people: Path | None = None  # file that gives roles and wards (docs/signing-in.md)
    bind: str = "127.0.0.1"  # address of this machine that the server listens on
    metrics_token: Annotated[SecretStr, AfterValidator(_not_guessed)] = SecretStr("")  # monitoring
    idle_minutes: float = Field(default=15, gt=0, le=24 * 60)  # then a person is signed out
    session_hours: float = Field(default=10, gt=0, le=24)  # longest sign-in

    @property
    def keeps_records(self) -> bool:
        """Whether there are records here: in a database that is named, or in the workspace."""
        return self.database is not None or (self.workspace / RECORDS_FILE).is_file()


@cache
def settings() -> Settings:
    """Return this installation's settings.

    Raises
    ------
    MapperError
        Naming every variable whose value cannot be used.
    """
    try:
        return Settings.model_validate(_environment())
    except ValidationError as error:
        faults = "; ".join(
            f"MAPPER_{'_'.join(map(str, fault['loc'])).upper()}: {in_words(fault)}"
            for fault in error.errors()
        )
        raise MapperError(f"Settings that cannot be used: {faults}. Mend or remove them.") from None


def _environment() -> dict[str, str]:
    """Return the variables of this program by the names of its settings; an empty one is none."""
    prefix = "MAPPER_"
    return {
        name.upper().removeprefix(prefix).lower(): value
        for name, value in os.environ.items()
        if value and name.upper().startswith(prefix)
    }
