"""What answers to call-outs mean, whatever they say."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from commerce.rules.order_steps.asking import UNTIL, Asked, Heard, paid, told
from commerce.rules.order_steps.outcomes import STATES

NOW = datetime(2026, 5, 1, tzinfo=UTC)
ANSWERS = st.one_of(
    st.text(),
    st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=9), st.lists, max_leaves=5).map(repr),
    st.builds(
        '{{"result": {}, "paid": {}, "message": {}, "retry_after": {}}}'.format,
        st.sampled_from(('"done"', '"hold"', '"fail"', '"WAIT"', "7", "null")),
        st.sampled_from(("true", "false", '"pending"', "null", "[]")),
        st.sampled_from(('"x"', '"\\ud800"', "null", '"' + "y" * 500 + '"')),
        st.sampled_from(("1", "-5", "1e308", "NaN", "Infinity", "true", '"9"')),
    ),
)


class TestAnyAnswer:
    def test_may_name_a_number_of_any_size(self) -> None:
        asked = Asked(attempts=0, until=NOW + UNTIL)
        outcome = told(Heard(body='{"result": "wait", "retry_after": ' + "9" * 400 + "}"), asked, now=NOW)
        assert (outcome.state, outcome.due_at) == ("waiting", NOW + timedelta(days=1))

    @given(body=ANSWERS, attempts=st.integers(0, 10**6), left=st.integers(-5, 10**5))
    def test_means_something_and_never_waits_beyond_its_time(self, body: str, attempts: int, left: int) -> None:
        asked = Asked(attempts=attempts, until=NOW + timedelta(seconds=left))
        for meaning in (told, paid):
            for heard in (Heard(body=body), Heard(error="It answered 500.", wished=10.0)):
                outcome = meaning(heard, asked, now=NOW)
                assert outcome.state in STATES
                assert 0 < len(outcome.words) <= 400
                outcome.words.encode()
                if outcome.state == "waiting":
                    assert outcome.due_at is not None
                    assert NOW < outcome.due_at <= asked.until
                else:
                    assert outcome.due_at is None
