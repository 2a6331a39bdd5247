"""State machines on the database: each run sees an empty one, at a time of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import time_machine
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test


class Undone(RuleBasedStateMachine):
    """Whatever a run writes is undone at its end. Time stands still until `pass_time`."""

    def __init__(self, began: datetime) -> None:
        super().__init__()
        self.now = began
        self._travel = time_machine.travel(began, tick=False)
        self._traveller = self._travel.start()
        self._atomic = transaction.atomic()
        self._atomic.__enter__()

    def pass_time(self, step: timedelta) -> None:
        """Let time go on."""
        self.now += step
        self._traveller.move_to(self.now, tick=False)

    def at_the_end(self) -> None:
        """What must hold when a run is over."""

    def teardown(self) -> None:
        """Look once more, then undo everything."""
        try:
            if not transaction.get_connection().needs_rollback:
                self.at_the_end()
        finally:
            transaction.set_rollback(True)
            self._atomic.__exit__(None, None, None)
            self._travel.stop()


def run(machine: Callable[[], RuleBasedStateMachine], *, examples: int = 25, steps: int = 25) -> None:
    """Let Hypothesis look for a sequence of acts that breaks the machine."""
    run_state_machine_as_test(
        machine,  # type: ignore[arg-type]  # the library takes any callable that makes one
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
