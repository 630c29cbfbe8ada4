"""Who is asked for a carrier's parcels, and how often."""

from integrations import registry
from integrations.carrier_api import About, Quota
from integrations.carriers import ways


class TestAskedAt:
    def test_is_the_carrier_itself_with_an_account_or_where_it_needs_none(self) -> None:
        found = ways.asked_at({"ups"})
        assert found["ups"] == "ups"
        assert found["sandbox"] == "sandbox"
        assert not {"fedex", "house", ""} & set(found)

    def test_is_the_one_that_stands_in_for_all_others(self) -> None:
        found = ways.asked_at({"ups", "easypost"}, "easypost")
        assert (found["ups"], found["fedex"], found["easypost"], found[""]) == ("ups", *["easypost"] * 3)
        assert set(found) == {name for name, about in registry.carriers().items() if about.tracks} | {""}


class TestLimits:
    def test_are_those_that_the_merchant_chose(self) -> None:
        about = About(name="x", title="X", quotas=(Quota(calls=10, seconds=1),))
        assert ways.limits(about) == ((10, 1),)
        assert ways.limits(about, ((5, 60),)) == ((5, 60),)

    def test_leave_two_calls_for_tokens_that_count(self) -> None:
        about = About(name="x", title="X", quotas=(Quota(calls=10, seconds=1),), token_calls_count=True)
        assert ways.limits(about) == ((8, 1),)
        assert ways.limits(about, ((2, 60),)) == ((1, 60),)
