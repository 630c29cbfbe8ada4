"""What is said of keys, changes and people's data in the language of whoever looks: every text that there is."""

from sqlalchemy import Table

from commerce.rules import api_keys
from commerce.tables import customers, loads, order_tracking, orders, shipments, tracking_scans
from commerce.tables.people import consents, happenings, members, merges, profiles
from tests.conftest import Backroom
from webapp import guards, job_words
from webapp.export_words import FIELDS
from webapp.person_exports import OURS
from webapp.stores import runs
from webapp.team import audit_words, scope_words
from webapp.views import operator_overview

_NOT_GIVEN = ("members_apart", "profile_words")  # tables of which nobody's data are given


class TestWords:
    def test_of_scopes_are_those_of_the_rules(self) -> None:
        assert {scope: str(words) for scope, words in scope_words.SCOPES.items()} == dict(api_keys.SCOPES)

    def test_of_acts_are_those_of_the_views(self, backroom: Backroom) -> None:
        app = backroom.client.application
        takers = [view for view in app.view_functions.values() if getattr(view, "takes", False)]
        changing = {rule.endpoint for rule in app.url_map.iter_rules() if rule.methods and "POST" in rule.methods}
        views = [app.view_functions[endpoint] for endpoint in changing]
        joining = app.view_functions["sign_in.use"]  # which notes for itself
        acts = [view for view in views if guards.guard_of(view) in guards.DASHBOARD or view is joining]
        acts += takers
        said = {(view.__doc__ or "").strip().splitlines()[0] for view in acts}
        assert said == {str(words) for words in audit_words.ACTS}

    def test_of_actors_are_said_and_addresses_stay(self) -> None:
        assert [audit_words.actor(name) for name in ("Operator", "jo@example.com", None)] == [
            "Operator",
            "jo@example.com",
            "",
        ]

    def test_of_listings_are_all_marked(self) -> None:
        walked = {name for names in runs.LISTINGS.values() for name in names}
        assert walked == {str(words) for words in runs.LISTED}

    def test_of_waiting_things_are_all_marked(self) -> None:
        assert [str(words).lower() for words in operator_overview.KINDS] == list(loads.KINDS)

    def test_of_a_persons_data_are_all_marked(self) -> None:
        tables = (customers, orders, shipments, order_tracking, tracking_scans, consents, happenings, members, merges)
        found = [vars(module).values() for module in (*tables, profiles)]
        columns = {
            column.name
            for values in found
            for table in values
            if isinstance(table, Table) and table.name not in _NOT_GIVEN
            for column in table.columns
        }
        words = {name.replace("_", " ").capitalize() for name in columns - set(OURS)}
        assert words <= {str(field) for field in FIELDS}

    def test_of_a_job_without_any_are_its_name(self) -> None:
        assert job_words.title("jobs.new.thing") == "jobs.new.thing"
