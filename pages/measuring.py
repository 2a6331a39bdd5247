"""Whose turn it is to be counted. Part of `pages.models`, which is where to import it from."""

from collections.abc import Mapping
from typing import ClassVar, Final

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cm_suite.core.leases import Leased
from pages.enums import Counted

IDLE: Final = "idle"
READING: Final = "reading"


class Measuring(Leased):
    """When the posts of a page, or its audience, are counted next, and how the last turn ended.

    One of both at a time: the database itself refuses a second, so that counting never has two requests of
    one account in flight.
    """

    MOVES: ClassVar[Mapping[str, frozenset[str]]] = {
        IDLE: frozenset({READING}),
        READING: frozenset({IDLE}),
    }

    page = models.ForeignKey("pages.Page", models.CASCADE, related_name="measurings")
    kind = models.CharField(max_length=12, choices=Counted)
    state = models.CharField(max_length=8, default=IDLE, choices=[(IDLE, IDLE), (READING, READING)])
    next_at = models.DateTimeField(null=True, blank=True)
    measured_at = models.DateTimeField(null=True, blank=True)  # when the last whole turn began
    tries = models.PositiveSmallIntegerField(default=0)  # turns failed since
    code = models.CharField(max_length=60, blank=True)  # why the last turn failed, if so

    class Meta:
        app_label = "pages"
        verbose_name = _("count")
        verbose_name_plural = _("counts")
        constraints = (
            models.UniqueConstraint("page", "kind", name="one_measuring_per_page_and_kind"),
            models.UniqueConstraint(
                fields=("page",), condition=Q(state=READING), name="one_kind_of_a_page_is_counted_at_a_time"
            ),
        )
        indexes = (models.Index(fields=("state", "next_at"), name="measuring_turn"),)
