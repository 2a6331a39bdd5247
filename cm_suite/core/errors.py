"""The four outcomes of anything that talks to the outside, and the exceptions that carry three of them.

    OutcomeError
    ├── Later      nothing was sent, or the other side said "try at T"
    ├── Never      refused; `step` is what the user can do next
    └── Unknown    bytes may have left: reconcile, never send again

Success is a plain return value. No Django here.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar


class Outcome(StrEnum):
    """How an exchange with the outside ended."""

    DONE = "done"
    LATER = "later"
    NEVER = "never"
    UNKNOWN = "unknown"


class NextStep(StrEnum):
    """What a person can do about a refusal."""

    EDIT = "edit"
    RECONNECT = "reconnect"
    PAY = "pay"
    CONTACT = "contact"
    NONE = "none"


class OutcomeError(Exception):
    """An exchange that did not end in *done*.

    `code` is stable snake_case, turned into words by an application's messages; `answer` is what the
    other side said, already redacted, for the attempt's record.
    """

    outcome: ClassVar[Outcome]

    def __init__(self, code: str, *, answer: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.answer = answer


class Later(OutcomeError):
    """Nothing was sent, or the other side named a time: trying again is safe.

    `retry_at` is an aware instant, or None when nobody named one.
    """

    outcome = Outcome.LATER

    def __init__(self, code: str, *, answer: str = "", retry_at: datetime | None = None) -> None:
        super().__init__(code, answer=answer)
        self.retry_at = retry_at


class Never(OutcomeError):
    """Refused: trying the same again gives the same refusal. `step` is the user's next step."""

    outcome = Outcome.NEVER

    def __init__(self, code: str, *, answer: str = "", step: NextStep = NextStep.NONE) -> None:
        super().__init__(code, answer=answer)
        self.step = step


class Unknown(OutcomeError):
    """Bytes may have left and no usable answer came back: ask the other side before anything else."""

    outcome = Outcome.UNKNOWN
