"""Brands, people, connected pages and what all apps share about them."""

from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cm_suite.core.crypto import EncryptedTextField
from cm_suite.core.text import clip
from pages.enums import BrandKind, DepartureCause, PageState, Role
from pages.managers import PersonManager
from pages.measuring import Measuring as Measuring
from pages.networks.types import Metric


class Accent(models.TextChoices):
    INK = "ink", _("Ink")
    TERRACOTTA = "terracotta", _("Terracotta")
    FOREST = "forest", _("Forest")
    PLUM = "plum", _("Plum")
    OCEAN = "ocean", _("Ocean")


class Person(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in. Rights come from memberships; `is_superuser` runs the installation."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="fr")
    is_active = models.BooleanField(_("active"), default=True)
    joined_at = models.DateTimeField(_("joined"), auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = PersonManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        """Django's admin asks this; the back office itself decides by membership."""
        return self.is_superuser


class Brand(models.Model):
    """One client of the agency. Everything belongs to a brand."""

    name = models.CharField(_("name"), max_length=80)
    slug = models.SlugField(_("address"), max_length=60, unique=True)
    zone = models.CharField(_("time zone"), max_length=50, default="Europe/Paris")
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="fr")
    tagline = models.CharField(_("tagline"), max_length=160, blank=True)
    accent = models.CharField(_("accent"), max_length=12, choices=Accent, default=Accent.INK)
    kind = models.CharField(_("who it is"), max_length=12, choices=BrandKind, default=BrandKind.COMPANY)
    publisher = models.CharField(_("who publishes"), max_length=160, blank=True)
    publication_director = models.CharField(_("publication director"), max_length=120, blank=True)
    contact_email = models.EmailField(_("contact point"), blank=True)
    postal_address = models.TextField(_("postal address"), blank=True)
    host = models.CharField(_("hosting provider"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brands")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One role of one person on one brand."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships", verbose_name=_("person"))
    brand = models.ForeignKey(Brand, models.CASCADE, related_name="memberships", verbose_name=_("brand"))
    role = models.CharField(_("role"), max_length=12, choices=Role)
    since = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = (models.UniqueConstraint("person", "brand", name="one_role_per_brand"),)

    def __str__(self) -> str:
        return f"{self.person} · {self.brand} · {self.get_role_display()}"


class Invitation(models.Model):
    """An invitation by e-mail; only the hash of its token is kept."""

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="invitations", verbose_name=_("brand"))
    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=12, choices=Role)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        Person, models.SET_NULL, null=True, related_name="+", verbose_name=_("invited by")
    )
    created_at = models.DateTimeField(_("sent"), auto_now_add=True)
    expires_at = models.DateTimeField(_("until"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = (
            models.UniqueConstraint(
                fields=("brand", "email"),
                condition=Q(accepted_at=None, revoked_at=None),
                name="one_open_invitation",
            ),
        )

    def __str__(self) -> str:
        return f"{self.email} · {self.brand}"


class Page(models.Model):
    """One account of a brand on one network. Reconnecting keeps the row, its plan and its history."""

    MOVES: ClassVar[Mapping[str, frozenset[str]]] = {
        PageState.CONNECTED: frozenset({PageState.NEEDS_RECONNECT, PageState.DISCONNECTED}),
        PageState.NEEDS_RECONNECT: frozenset({PageState.CONNECTED, PageState.DISCONNECTED}),
        PageState.DISCONNECTED: frozenset({PageState.CONNECTED}),
    }

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="pages", verbose_name=_("brand"))
    network = models.CharField(_("network"), max_length=20)
    remote_id = models.CharField(_("number on the network"), max_length=200)
    host = models.CharField(_("server"), max_length=200, blank=True)  # an origin: https://example.social
    name = models.CharField(_("name"), max_length=120)
    handle = models.CharField(_("handle"), max_length=200, blank=True)
    url = models.URLField(_("address"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=PageState, default=PageState.CONNECTED)
    text_limit = models.PositiveIntegerField(_("longest text"), null=True, blank=True)
    url_length = models.PositiveSmallIntegerField(null=True, blank=True)  # of any address, as counted
    followers = models.PositiveIntegerField(_("followers"), null=True, blank=True)  # at `checked_at`
    paced_until = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(_("last check"), null=True, blank=True)
    health_code = models.CharField(
        _("why the check failed"), max_length=60, blank=True
    )  # why the last check failed, if so
    subscribed_at = models.DateTimeField(
        null=True, blank=True, editable=False
    )  # since when its network rings when something is new there
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        ordering = ("network", "name")
        constraints = (
            models.UniqueConstraint("brand", "network", "host", "remote_id", name="one_page_per_account"),
        )

    def __str__(self) -> str:
        return self.name


class Credential(models.Model):
    """What opens a page on its network, encrypted at rest and shown to nobody."""

    page = models.OneToOneField(Page, models.CASCADE, related_name="credential", verbose_name=_("page"))
    token = EncryptedTextField()
    login = models.CharField(max_length=200, blank=True)  # goes with an application password
    refresh_token = EncryptedTextField(blank=True, default="")
    scopes = models.TextField(blank=True)  # as granted, blanks between
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    expires_at = models.DateTimeField(_("until"), null=True, blank=True)
    refresh_expires_at = models.DateTimeField(null=True, blank=True)
    refreshing_until = models.DateTimeField(
        null=True, blank=True
    )  # somebody renews it; by the database's clock
    warned_days = models.PositiveSmallIntegerField(
        null=True, blank=True
    )  # last notice before its end: 14, 7, 1

    class Meta:
        verbose_name = _("credential")
        verbose_name_plural = _("credentials")


class Consent(models.Model):
    """One way to a network's consent page and back, for one person; used once, for some minutes."""

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="+")
    network = models.CharField(max_length=20)
    host = models.CharField(max_length=200, blank=True)
    page = models.ForeignKey(Page, models.CASCADE, null=True, related_name="+")  # the one to reconnect
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    state_hash = models.CharField(max_length=64, unique=True)
    verifier = EncryptedTextField()
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.network} · {self.created_at:%Y-%m-%d %H:%M}"


class Offer(models.Model):
    """An account that somebody may connect after saying yes; forgotten with its consent."""

    consent = models.ForeignKey(Consent, models.CASCADE, related_name="offers")
    remote_id = models.CharField(max_length=200)
    name = models.CharField(max_length=120)
    handle = models.CharField(max_length=200, blank=True)
    url = models.URLField(max_length=500, blank=True)
    via = models.CharField(max_length=200, blank=True)
    lacks = models.TextField(blank=True)  # blanks between
    token = EncryptedTextField()
    refresh_token = EncryptedTextField(blank=True, default="")
    scopes = models.TextField(blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    refresh_expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("via", "name", "pk")
        constraints = (models.UniqueConstraint("consent", "remote_id", name="one_offer_per_account"),)

    def __str__(self) -> str:
        return self.name


class ServerApp(models.Model):
    """How this installation is known to one server, where each server registers applications itself."""

    network = models.CharField(max_length=20)
    host = models.CharField(max_length=200)
    client_id = models.CharField(max_length=200)
    client_secret = EncryptedTextField()
    redirect_uri = models.URLField(max_length=500)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint("network", "host", "redirect_uri", name="one_app_per_server"),)

    def __str__(self) -> str:
        return self.host


class Budget(models.Model):
    """What a brand lets a network that is paid by the call cost in a calendar month (UTC)."""

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="budgets", verbose_name=_("brand"))
    network = models.CharField(_("network"), max_length=20)
    microdollars = models.PositiveBigIntegerField(_("a month"))  # millionths of a US dollar
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("budget")
        verbose_name_plural = _("budgets")
        constraints = (models.UniqueConstraint("brand", "network", name="one_budget_per_network"),)

    def __str__(self) -> str:
        return f"{self.brand} · {self.network}"


class Spending(models.Model):
    """What a brand spent on a network in one calendar month (UTC), by what it was spent on."""

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="+")
    network = models.CharField(max_length=20)
    month = models.DateField()  # its first day
    what = models.CharField(max_length=40)
    times = models.PositiveBigIntegerField(default=0)
    microdollars = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint("brand", "network", "month", "what", name="one_sum_per_month_and_use"),
        )

    def __str__(self) -> str:
        return f"{self.network} · {self.month:%Y-%m} · {self.what}"


class AudienceCount(models.Model):
    """One count of one page on one day, under the network's own word and API version. No row: not told."""

    page = models.ForeignKey(Page, models.CASCADE, related_name="audience_counts")
    day = models.DateField()  # the network's own day; ours (UTC) where only a total is known
    metric = models.CharField(max_length=16, choices=[(m.value, m.value) for m in Metric])
    value = models.BigIntegerField()
    name = models.CharField(max_length=80)
    version = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint("page", "day", "metric", "name", name="one_count_per_day_and_metric"),
        )

    def __str__(self) -> str:
        return f"{self.day} · {self.metric}"


class Pause(models.Model):
    """Stops sends on a page, or on the whole brand when `page` is empty, until somebody ends it."""

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="pauses", verbose_name=_("brand"))
    page = models.ForeignKey(
        Page, models.CASCADE, null=True, blank=True, related_name="pauses", verbose_name=_("page")
    )
    reason = models.CharField(_("reason"), max_length=300)
    started_by = models.ForeignKey(
        Person, models.SET_NULL, null=True, related_name="+", verbose_name=_("started by")
    )
    started_at = models.DateTimeField(_("since"), auto_now_add=True)
    ended_by = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("ended by")
    )
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        constraints = (
            models.UniqueConstraint(
                fields=("brand",), condition=Q(ended_at=None, page=None), name="one_open_pause_per_brand"
            ),
            models.UniqueConstraint(
                fields=("page",),
                condition=Q(ended_at=None) & ~Q(page=None),
                name="one_open_pause_per_page",
            ),
        )

    def __str__(self) -> str:
        return f"{self.page or self.brand} · {clip(self.reason, 60)}"


class Charter(models.Model):
    """The rules of conversation a brand shows to its visitors."""

    brand = models.OneToOneField(Brand, models.CASCADE, related_name="charter", verbose_name=_("brand"))
    text = models.TextField(_("text"), max_length=20_000)
    updated_by = models.ForeignKey(
        Person, models.SET_NULL, null=True, related_name="+", verbose_name=_("changed by")
    )
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("charter")
        verbose_name_plural = _("charters")

    def __str__(self) -> str:
        return str(self.brand)


class ThreadSnapshot(models.Model):
    """A post of a page as it stood when somebody spoke under it: what a comment answers."""

    page = models.ForeignKey(Page, models.CASCADE, related_name="threads")
    remote_id = models.CharField(max_length=300)
    url = models.URLField(max_length=500, blank=True)
    text = models.TextField(blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField()

    class Meta:
        verbose_name = _("thread")
        verbose_name_plural = _("threads")
        constraints = (models.UniqueConstraint("page", "remote_id", name="one_snapshot_per_thread"),)

    def __str__(self) -> str:
        return clip(" ".join(self.text.split()) or self.url or self.remote_id, 60)


class Departure(models.Model):
    """A fan who left a page, and why, in their words' place: a cause from a closed list."""

    page = models.ForeignKey(Page, models.CASCADE, related_name="departures", verbose_name=_("page"))
    cause = models.CharField(_("reason"), max_length=16, choices=DepartureCause, blank=True)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("departure")
        verbose_name_plural = _("departures")
        ordering = (F("at").desc(),)
        indexes = (models.Index(fields=("page", "at"), name="departure_page_at"),)

    def __str__(self) -> str:
        return f"{self.page} · {self.at:%Y-%m-%d}"
