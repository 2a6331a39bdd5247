"""What earlier calls tell about the latest one."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, QuerySet

from cm_suite.core.errors import Outcome


def answer_lost_before(attempts: QuerySet[Any], latest: Model | None) -> bool:
    """Whether an earlier call of the same errand may have arrived, its answer lost.

    `attempts`: every call of the errand, each with an `outcome`; `latest`: the one just made, None before it.
    A network that then claims to have these words already may have them from us.
    """
    if latest is None:
        return False
    return attempts.exclude(pk=latest.pk).filter(outcome=Outcome.UNKNOWN).exists()
