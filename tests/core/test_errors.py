"""The four outcomes, as exceptions."""

import pickle
from datetime import UTC, datetime

import pytest

from cm_suite.core.errors import Later, Never, NextStep, Outcome, OutcomeError, Unknown


def test_each_exception_carries_its_outcome() -> None:
    assert {kind: kind.outcome.value for kind in (Later, Never, Unknown)} == {
        Later: "later",
        Never: "never",
        Unknown: "unknown",
    }
    assert Outcome.DONE.value == "done"


@pytest.mark.parametrize(
    "error",
    [
        Later("rate_limited", answer="429", retry_at=datetime(2026, 1, 1, tzinfo=UTC)),
        Never("refused", answer="422", step=NextStep.EDIT),
        Unknown("no_answer"),
    ],
)
def test_an_outcome_survives_pickling(error: OutcomeError) -> None:
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes
    assert (type(again), vars(again), str(again)) == (type(error), vars(error), error.code)
