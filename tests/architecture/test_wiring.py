"""What is joined by a name is joined: queues, jobs, registry lines, views, guards, forms, migrations, documents."""

import re
import shlex
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from commerce.database import Database
from commerce.migrate import config, migrate, revisions
from commerce.settings import Settings
from commerce.tables import every
from integrations import registry
from jobs import (
    alarms,
    call_outs,
    calls,
    cdns,
    connections,
    digests,
    dispatches,
    drift,
    events,
    figures,
    job,
    labels,
    letters,
    loyalty,
    notifications,
    pages,
    people,
    privacy,
    products,
    queues,
    recommendations,
    replays,
    rereads,
    retention,
    search_settings,
    searches,
    segments,
    shipments,
    stock,
    sweep,
    syncs,
    walks,
    worker,
)
from jobs.order_steps import engine, registered, runs
from tests.conftest import Backroom
from tests.signed_in import as_operator
from webapp import app as application
from webapp import guards

ROOT = Path(__file__).resolve().parents[2]


def procfile() -> dict[str, str]:
    lines = (line.partition(":") for line in (ROOT / "Procfile").read_text().splitlines() if line.strip())
    return {name: given.strip() for name, _, given in lines}


class TestProcfile:
    def test_has_the_processes_there_are(self) -> None:
        assert set(procfile()) == {"release", "web", "worker", "inside", "cron"}

    @pytest.mark.parametrize("name", ["worker", "inside", "cron"])
    def test_starts_modules_that_have_a_main(self, name: str) -> None:
        python, flag, module, *chosen = shlex.split(procfile()[name])
        assert (python, flag) == ("python", "-m")
        assert set(chosen) <= set(queues.QUEUES)
        assert callable(import_module(module).main)

    def test_starts_the_web_from_its_factory(self) -> None:
        assert "webapp.app:create_app()" in procfile()["web"]
        assert callable(application.create_app)

    def test_migrates_with_a_command_that_exists(self, backroom: Backroom) -> None:
        assert procfile()["release"].split()[-1] in backroom.client.application.cli.commands


class TestQueues:
    def test_are_all_listened_to(self) -> None:
        assert worker.chosen_queues([]) == list(queues.QUEUES)
        _, _, _, *inside = shlex.split(procfile()["inside"])
        assert worker.chosen_queues(inside) == [name for name in queues.QUEUES if name != queues.OUTSIDE]
        assert {spec.queue for spec in job.JOBS.values()} <= set(queues.QUEUES)

    @pytest.mark.parametrize(("kind", "wake"), queues.WAKES.items(), ids=queues.WAKES.keys())
    def test_wake_jobs_that_are_declared_so(self, kind: str, wake: tuple[str, str, int]) -> None:
        queue, name, timeout = wake
        module, _, function = name.rpartition(".")
        assert callable(getattr(import_module(module), function))
        spec = job.JOBS[name]
        assert (spec.queue, spec.timeout) == (queue, timeout)

    def test_know_every_job_there_is(self) -> None:
        loaded = (
            *(alarms, calls, cdns, connections, drift, events, labels, loyalty, pages, people, privacy, products),
            *(dispatches, recommendations, replays, rereads, retention, search_settings, searches, segments),
            *(digests, figures, notifications, shipments, stock, sweep, syncs, walks),
            *(call_outs, engine, letters, runs),
        )
        declared = {name for name in job.JOBS if name.startswith("jobs.")}
        assert {name.rpartition(".")[0] for name in declared} == {module.__name__ for module in loaded}
        text = "".join(path.read_text() for path in (ROOT / "jobs").rglob("*.py"))
        assert text.count("\n@job(") == len(declared)


class TestRegistry:
    @pytest.mark.parametrize(
        "line",
        [
            *registry.PLATFORMS.values(),
            *registry.SHOP_APIS.values(),
            *registry.RENEWALS.values(),
            *registry.ENGINES.values(),
            *registered.RUNNERS.values(),
            *application.VIEWS,
            *application.COMMANDS,
        ],
    )
    def test_lines_resolve(self, line: str) -> None:
        assert registry.load(line) is not None

    @pytest.mark.parametrize("name", registry.PLATFORMS)
    def test_names_are_those_of_the_platforms(self, name: str) -> None:
        assert registry.platform(name).name == name

    def test_leaves_no_view_and_no_command_out(self) -> None:
        for folder, lines in (("views", application.VIEWS), ("commands", application.COMMANDS)):
            modules = {f"webapp.{folder}.{path.stem}" for path in (ROOT / "webapp" / folder).glob("[!_]*.py")}
            assert {line.partition(":")[0] for line in lines} == modules


class TestRoutes:
    def test_all_have_a_guard(self, backroom: Backroom) -> None:
        app = backroom.client.application
        bare = [
            rule.rule
            for rule in app.url_map.iter_rules()
            if rule.endpoint != "static" and guards.guard_of(app.view_functions[rule.endpoint]) is None
        ]
        assert bare == []

    def test_have_the_guard_of_their_door(self, backroom: Backroom) -> None:
        app = backroom.client.application
        public = {"/api/v1/openapi.json", "/api/v1/docs"}
        for rule in app.url_map.iter_rules():
            guard = guards.guard_of(app.view_functions[rule.endpoint])
            if rule.rule.startswith("/dashboard"):
                assert guard in guards.DASHBOARD, rule.rule
            elif rule.rule.startswith("/api/v1/") and rule.rule not in public:
                assert guard == "api_key", rule.rule
            elif rule.rule.startswith("/storefront/v1/"):
                assert guard == "publishable_key" or "OPTIONS" in (rule.methods or ()), rule.rule

    def test_that_change_something_from_the_dashboard_refuse_a_form_without_token(self, backroom: Backroom) -> None:
        app, checked = backroom.client.application, 0
        as_operator(backroom.client)
        for rule in app.url_map.iter_rules():
            if rule.rule.startswith("/dashboard") and {"POST", "PUT", "PATCH", "DELETE"} & (rule.methods or set()):
                path = re.sub(r"<[^>]*>", "1", rule.rule)
                assert backroom.client.post(path).status_code == 400, rule.rule
                assert backroom.client.post(path, data={"csrf_token": "wrong"}).status_code == 400, rule.rule
                checked += 1
        assert checked > 0

    def test_of_forms_in_pages_carry_the_token(self) -> None:
        forms = re.compile(r"<form[^>]*method=[\"']?post.*?</form>", re.DOTALL | re.IGNORECASE)
        for page in (ROOT / "webapp/templates").glob("*.html"):
            for form in forms.findall(page.read_text()):
                # These are for whoever holds the token in the address; there is no session.
                known = ("sign_in_link.html", "sign_in_invitation.html", "message_preferences.html")
                assert "m.csrf()" in form or page.name in known, f"{page.name}: {form[:80]}"


class TestMigrations:
    def test_equal_the_models(self, database_url: str) -> None:
        database = Database(database_url)
        with database.read() as db:
            context = MigrationContext.configure(db, opts={"compare_type": True})
            differences = compare_metadata(context, every.metadata)
        database.dispose()
        assert differences == []

    def test_go_up_down_and_up_again(self, database_url: str) -> None:
        database = Database(database_url)
        with database.write() as db:
            command.downgrade(config(db), "base")
        with database.read() as db:
            assert set(inspect(db).get_table_names()) <= {"alembic_version"}
        migrate(database)
        migrate(database)
        present, newest = revisions(database)
        database.dispose()
        assert present == newest

    def test_know_every_table(self) -> None:
        assert {table.name for table in every.tables} == set(every.metadata.tables)
        modules = {path.stem for path in (ROOT / "commerce/tables").glob("[!_]*.py")}
        text = (ROOT / "commerce/tables/every.py").read_text()
        with_tables = {name for name in modules if "= Table(" in (ROOT / f"commerce/tables/{name}.py").read_text()}
        assert [name for name in with_tables if f"{name}." not in text] == []

    def test_give_every_row_a_shop(self) -> None:
        of_all = {"shops", "sign_ins", "carrier_quotas", "users", "sessions", "letters", "job_hours"}
        without = {table.name for table in every.tables if "shop_id" not in table.c}
        assert without == of_all


def links(path: Path) -> list[str]:
    """Where a page's links and pictures inside the repository point to."""
    found = re.findall(r"\]\(([^)\s]+)\)", path.read_text())
    return [link.partition("#")[0] for link in found if not link.startswith(("http", "mailto:", "#"))]


PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


class TestDocuments:
    def test_are_as_generated_from_the_code(self) -> None:
        arguments = [sys.executable, "-m", "docs.generate", "--check"]
        answer = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False)
        assert answer.returncode == 0, answer.stdout + answer.stderr

    @pytest.mark.parametrize("name", [field.upper() for field in Settings.__dataclass_fields__])
    def test_describe_every_setting(self, name: str) -> None:
        assert f"`{name}`" in (ROOT / "docs/reference/settings.md").read_text()

    @pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
    def test_point_only_to_what_exists(self, page: Path) -> None:
        assert [link for link in links(page) if not (page.parent / link).exists()] == []

    @pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
    def test_name_only_commands_that_exist(self, page: Path, backroom_commands: set[str]) -> None:
        text = page.read_text()
        targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
        blocks = "\n".join(re.findall(r"```[a-z]*\n(.*?)```", text, re.DOTALL) + re.findall(r"`([^`\n]+)`", text))
        made = set(re.findall(r"(?:^|[ ;&])make ([a-z][a-z-]*)", blocks, re.MULTILINE))
        assert made - targets == set()
        called = set(re.findall(r"flask --app webapp\.app ([a-z][a-z-]*)", blocks))
        assert called - backroom_commands == set()


@pytest.fixture(scope="module")
def backroom_commands() -> set[str]:
    return {"run", "shell", "routes"} | {str(registry.load(line).name) for line in application.COMMANDS}


class TestMakefile:
    def test_has_what_the_readme_promises(self) -> None:
        targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
        assert {"run", "test", "test-all", "lint", "bench", "docs", "sign-in"} <= targets

    def test_explains_every_target_that_people_call(self) -> None:
        told: Any = re.findall(r"^([a-z-]+):[^\n#]*## (\S.*)", (ROOT / "Makefile").read_text(), re.MULTILINE)
        assert {name for name, _ in told} >= {"run", "test", "test-all", "lint", "bench"}
