"""From a cold server with a real provider: who gets what, and who gets nothing."""

import json
import re
import sqlite3
import time
from contextlib import ExitStack

import httpx
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus

from mapper.records.open import open_database
from mapper.records.saving import Work, save
from mapper.records.versions import newest
from tests.logs import hold_no_detail
from tests.records.test_agency_acts import ANNE, CONTENT
from tests.security.people_server import Visitor, serving
from tests.small_extract import write_extract

PAGES = ("/", "/hot-spots", "/data", "/audit", "/your-sign-in", "/no-such-page")
INSIDE = (
    "/_stcore/metrics",
    "/_stcore/host-config",
    "/_stcore/script-health-check",
    "/media/00.csv",
    "/_stcore/upload_file/session/file",
    "/component/x/index.html",
    "/_stcore/bidi-components/x/y.js",
    "/app/static/x.png",
    "/static/js/index.js",
    "/maps/" + "0" * 48,
    "/favicon.png",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("people")


@pytest.fixture(scope="module")
def address(folder):
    with serving(folder, write_extract(folder / "small.csv")) as started:
        yield started


@pytest.fixture
def visitor(address):
    """A maker of new visitors: signed in under a name, or strangers."""
    with ExitStack() as open_ones:

        def make(name=None):
            made = Visitor(address)
            open_ones.callback(made.close)
            if name:
                made.sign_in(name)
            return made

        yield make


@pytest.fixture(scope="module")
def people(address):
    """People who stay signed in through the module, one sign-in each."""
    with ExitStack() as open_ones:
        made = {}

        def person(name):
            if name not in made:
                made[name] = Visitor(address)
                open_ones.callback(made[name].close)
                made[name].sign_in(name)
            return made[name]

        yield person


@pytest.fixture(scope="module")
def ann(people):
    """An analyst with the Hot spots page open, for the whole module."""
    visitor = people("ann")
    visitor.line = visitor.open_page()
    return visitor


def files_made(line):
    """Have the first file of a page made and return its id and address."""
    ids = [word.split('"')[1] for word in line.text.split("deferred_file_id: ")[1:]]
    line.order(ids[0])
    line.wait_for("backend_operation_response")
    return ids[0], line.told("/media/")[0]


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_sees_the_sign_in_page_and_nothing_else(visitor, path):
    answer = visitor().get(path, accept="text/html")
    assert answer.status_code == 401
    assert 'href="/sign-in"' in answer.text
    assert "Streamlit" not in answer.text
    assert answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", [*PAGES, *INSIDE])
def test_a_strangers_program_gets_nothing(visitor, path):
    answer = visitor().get(path)
    assert (answer.status_code, answer.text) == (401, "Sign in first.")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "HEAD"])
def test_no_other_way_of_asking_helps(visitor, method):
    for path in ("/", "/_stcore/upload_file/s/f", "/_stcore/metrics", "/media/00.csv"):
        assert visitor().web.request(method, f"{visitor().address}{path}").status_code == 401


@pytest.mark.parametrize(
    "path", ["//media/x", "/media/../_stcore/metrics", "/%6dedia/x", "/./", "/_stcore//metrics"]
)
def test_no_spelling_of_a_path_goes_round_the_gate(visitor, path):
    assert visitor().get(path).status_code == 401


def test_a_stranger_opens_no_websocket(visitor):
    stranger = visitor()
    assert not stranger.is_let_in()
    for forged in (
        "_streamlit_user=x",
        "_streamlit_user=" + "a." * 3_000,
        "_streamlit_user=chunks-2",
    ):
        assert not stranger.is_let_in(cookies=forged)
        assert stranger.get("/", cookie=forged).status_code == 401


def test_only_whether_it_lives_is_open(visitor):
    answer = visitor().get("/_stcore/health")
    assert (answer.status_code, answer.text) == (200, "ok")


def test_a_sign_in_opens_the_pages_of_its_role_alone(people):
    menus = {
        "ann": ["Hot spots", "Data", "Your sign-in"],
        "nia": ["Hot spots", "Your sign-in"],
        "pat": ["Hot spots", "Your sign-in"],
        "ada": ["Audit", "Your sign-in"],
    }
    for name, titles in menus.items():
        line = people(name).open_page("your-sign-in")
        known = {title for each in menus.values() for title in each}
        assert [title for title in line.menu if title in known] == titles
        assert f"Signed in as {name}" in line.text


@pytest.mark.parametrize(
    ("name", "page", "inside"),
    [
        ("pat", "data", "Quality of the data"),
        ("nia", "data", "Quality of the data"),
        ("pat", "plans", "Why this version"),
        ("pat", "campaigns", "Why this version"),
        ("pat", "late-and-due", "Whose actions"),
        ("nia", "our-actions", "Save how it stands"),
        ("ann", "audit", "Is the log whole"),
        ("ada", "hot-spots", "hotspot_panel"),
        ("ada", "data", "Quality of the data"),
    ],
)
def test_a_page_of_another_role_does_not_run(people, name, page, inside):
    line = people(name).open_page(page)
    assert inside not in line.text
    assert "is not open to your role" in line.text


def test_a_partner_gets_no_operational_figure(people):
    line = people("pat").open_page()
    assert not line.told("/maps/") or "partnership" in line.text
    assert "for operational use" not in line.text.replace("OFFICIAL-SENSITIVE <span>for", "")


def test_a_person_without_a_role_is_told_so_and_gets_nothing(visitor):
    eve = visitor()
    answer = eve.sign_in("eve")
    assert answer.headers["location"] == "/?signed-out=no-role"
    assert "_streamlit_user" not in eve.web.cookies
    page = eve.get("/?signed-out=no-role", accept="text/html")
    assert page.status_code == 401
    assert "have no role here" in page.text
    assert not eve.is_let_in()


def test_maps_and_files_are_for_the_sign_in_that_was_told_of_them(ann, people, visitor):
    (map_address,) = ann.line.told("/maps/")
    file_id, file_address = files_made(ann.line)
    assert ann.get(map_address).status_code == 200
    assert (
        ann.get(file_address).content.startswith(b"\xef\xbb\xbf") or ann.get(file_address).content
    )
    bob = people("bob")
    line = bob.open_page("your-sign-in")
    for own in (map_address, file_address):
        assert bob.get(own).status_code == 404
        assert visitor().get(own).status_code == 401
    line.order(file_id)  # is passed over in silence
    line.run("your-sign-in")
    assert "backend_operation_response" not in line.text


def test_uploads_go_to_ones_own_session(ann, people, visitor):
    asked = BackMsg()
    asked.file_urls_request.request_id = "up"
    asked.file_urls_request.file_names.append("x.csv")
    ann.line.ask(asked)
    ann.line.wait_for("file_urls_response")
    upload = ann.line.told("/_stcore/upload_file/")[0]
    headers = {"X-Xsrftoken": ann.web.cookies["_streamlit_xsrf"], "Origin": ann.address}
    sent = ann.web.put(ann.address + upload, files={"file": b"a,b\n"}, headers=headers)
    assert sent.status_code == 204
    bob = people("bob")
    bob.get("/_stcore/health")
    headers["X-Xsrftoken"] = bob.web.cookies["_streamlit_xsrf"]
    for ask in (bob.web.put, visitor().web.put):
        answer = ask(ann.address + upload, files={"file": b"evil"}, headers=headers)
        assert answer.status_code in {401, 404}
    assert bob.web.delete(ann.address + upload, headers=headers).status_code == 404


def test_a_partner_is_given_no_place_for_a_file_and_a_file_is_refused(people):
    pat = people("pat")
    line = pat.open_page("your-sign-in")
    asked = BackMsg()
    asked.file_urls_request.request_id = "up"
    asked.file_urls_request.file_names.append("x.csv")
    line.ask(asked)
    line.run("your-sign-in")
    assert "file_urls_response" not in line.text
    headers = {"X-Xsrftoken": pat.web.cookies["_streamlit_xsrf"], "Origin": pat.address}
    address = f"{pat.address}/_stcore/upload_file/{line.session}/one"
    assert pat.web.put(address, files={"file": b"a"}, headers=headers).status_code == 403


def test_a_forged_message_of_a_partner_changes_no_other_agencys_action(people, folder):
    """The button of the police's action is not on the page, so a press of it is nothing."""
    kept = open_database(workspace=folder / "workspace")
    save(kept, Work("C-1", "campaign", CONTENT), viewer=ANNE, reason="agreed")
    line = people("pat").open_page("our-actions")
    own = re.search(r"\$\$ID-\w+-C-1 0 1 save", line.text)[0]
    assert "C-1 1 1 save" not in line.text
    for forged in (own.replace("C-1 0 1", "C-1 1 1"), own.replace("0 1 save", "1 1 save")):
        press(line, forged)
        assert newest(kept, "C-1").number == 1
    press(line, own)  # the same message with the own button is a save
    saved = newest(kept, "C-1")
    assert (saved.number, saved.author) == (2, "pat")
    assert saved.content["actions"][1:] == CONTENT["actions"][1:]
    kept.close()


def press(line, button):
    """Press a button of the partners' page, as its browser would say it."""
    asked = BackMsg()
    asked.rerun_script.page_name = "our-actions"
    state = asked.rerun_script.widget_states.widgets.add()
    state.id, state.trigger_value = button, True
    line.ask(asked)
    line.wait_for("script_finished")


def test_nobody_clears_what_is_everybodys_or_writes_on_the_server(people):
    line = people("bob").open_page("your-sign-in")
    for name in ("clear_cache", "load_git_info", "debug_shutdown_runtime"):
        asked = BackMsg()
        setattr(asked, name, True)
        line.ask(asked)
    asked = BackMsg()
    asked.backend_operation_request.request_id = "skills"
    asked.backend_operation_request.install_skills.SetInParent()
    line.ask(asked)
    line.run("your-sign-in")
    assert "backend_operation_response" not in line.text


def test_neighbours_see_their_own_wards_side_by_side(people):
    nia, noa = people("nia"), people("noa")
    lines = [nia.open_page(), noa.open_page()]
    pages = [
        one.get(line.told("/maps/")[0]).text for one, line in zip((nia, noa), lines, strict=True)
    ]
    for text, own, other in ((pages[0], "Anfield", "Central"), (pages[1], "Central", "Anfield")):
        assert own in text
        assert other not in text
    assert noa.get(lines[0].told("/maps/")[0]).status_code == 404
    assert "Only your wards are shown: Anfield" in lines[0].text


def test_metrics_are_for_administrators(people):
    assert people("ann").get("/_stcore/metrics").status_code == 403
    assert people("ada").get("/_stcore/metrics").status_code == 200


def test_signing_out_ends_everything_at_once(visitor):
    bob = visitor("bob")
    line = bob.open_page()
    (map_address,) = line.told("/maps/")
    _, file_address = files_made(line)
    stolen = bob.cookies()
    assert bob.get("/auth/logout").status_code == 302
    for path in ("/", map_address, file_address, "/_stcore/metrics"):
        assert visitor().get(path, cookie=stolen).status_code == 401
    assert not visitor().is_let_in(cookies=stolen)
    with pytest.raises(ConnectionClosed):
        line.wait_for("nothing", seconds=10)
    assert line.messages[-1].auth_redirect.url == "/?signed-out=over"


def test_another_origin_gets_no_websocket_even_with_the_cookie(ann):
    with (
        pytest.raises(InvalidStatus, match="403"),
        ann.connect(origin="http://evil.example"),
    ):
        pass


def test_a_signed_cookie_that_the_server_never_opened_is_worth_nothing(ann, visitor):
    half = ann.cookies().replace("_streamlit_user=.", "_streamlit_user=,")
    assert visitor().get("/", cookie=half).status_code == 401


def test_the_cookie_goes_no_further_than_it_must(address):
    stranger = Visitor(address)
    answer = stranger.sign_in("bob")
    stranger.close()
    (cookie,) = [
        one for one in answer.headers.get_list("set-cookie") if one.startswith("_streamlit_user=")
    ]
    assert "httponly" in cookie.lower()
    assert "samesite=lax" in cookie.lower()
    assert "Max-Age=36000" in cookie


def test_signing_in_again_replaces_the_sign_in(visitor):
    bob = visitor("bob")
    before = bob.cookies()
    assert bob.get("/").status_code == 200
    bob.sign_in("bob")
    assert bob.get("/").status_code == 200
    assert visitor().get("/", cookie=before).status_code == 401


def test_every_step_left_its_trace(address, folder, ann):
    time.sleep(0.5)
    with sqlite3.connect(folder / "workspace" / "mapper.sqlite") as kept:
        rows = kept.execute(
            "select kind, person, role, subject, digest, detail from audit"
        ).fetchall()
    kinds = {(kind, person) for kind, person, *_ in rows}
    assert ("sign-in", "ann") in kinds
    assert ("sign-out", "bob") in kinds
    assert ("view", "ann") in kinds
    assert ("export", "ann") in kinds
    assert any(kind == "sign-in refused" for kind, _ in kinds)
    refused = {(person, subject) for kind, person, _, subject, *_ in rows if kind == "refused"}
    assert {
        *(("pat", "Page Data"), ("ann", "Page Audit"), ("ada", "Page Hot spots")),
        *(("bob", "forged message"), ("pat", "forged message")),
    } <= refused
    assert any(person == "pat" and "/upload_file/" in subject for person, subject in refused)
    views = [json.loads(row[5]) for row in rows if row[:2] == ("view", "nia")]
    assert views[0]["wards"] == ["Anfield"]


def test_the_secrets_are_gone_from_every_place_others_may_read(folder):
    for path in folder.rglob("*"):
        if path.is_file():
            assert b"a secret of the test" not in path.read_bytes(), path


def test_no_log_holds_a_detail_or_a_credential(folder, people, ann):
    cookies = [one.value.strip('"') for one in people("ann").web.cookies.jar]
    assert max(map(len, cookies)) > 100  # the signed one of the sign-in
    hold_no_detail(folder, *(one for one in cookies if len(one) > 20), "a secret of the test")


def test_the_administrator_reads_who_saw_what(people, ann):
    line = people("ada").open_page()
    assert "Is the log whole?" in line.text
    assert "Operational detail shown" in line.text


def test_the_provider_is_asked_by_the_real_protocol(address):
    answer = httpx.get(f"{address}/sign-in", follow_redirects=False)
    assert answer.headers["location"].startswith("/auth/login?provider=")
    on = httpx.get(address + answer.headers["location"])
    assert "/oauth2/authorize?response_type=code" in on.headers["location"]
    assert "nonce=" in on.headers["location"]
    assert "state=" in on.headers["location"]
