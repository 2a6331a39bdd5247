"""The base of every class of the back office: nobody sees a row of a brand they do not lead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.contrib.admin import ModelAdmin
from django.contrib.admin.filters import RelatedFieldListFilter
from django.db.models import Field, Model, QuerySet
from django.http import HttpRequest

from pages.admin_labels import Labels, Readings, filter_for, named
from pages.admin_site import is_keeper, led_brands
from pages.models import Person

if TYPE_CHECKING:
    Admin = ModelAdmin[Any]
else:
    Admin = ModelAdmin


class ScopedRelatedFilter(RelatedFieldListFilter):
    """A filter by a related row that offers only rows this person may see."""

    def field_choices(
        self, field: Any, request: HttpRequest, model_admin: ModelAdmin[Any]
    ) -> list[tuple[str, Any]]:
        """The choices, by the related model's own rows in scope."""
        rows = scoped_rows(field.remote_field.model, request, model_admin)
        return [(str(row.pk), str(row)) for row in rows]


class BrandScopedAdmin(Admin):
    """Rows of the brands a person leads, read-only unless a class says otherwise.

    `brand_path` leads from the model to its brand (`page__brand`, `brand`, `pk` for the brand itself).
    `labels` name columns that the model leaves unnamed, `readings` word their codes: of what is only read.
    `keeper_sees_all`: those who run the installation see the rows of all brands, led or not.
    """

    brand_path: ClassVar[str] = "brand"
    labels: ClassVar[Labels] = {}
    readings: ClassVar[Readings] = {}
    keeper_sees_all: ClassVar[bool] = False
    adds: ClassVar[bool] = False
    changes: ClassVar[bool] = False
    deletes: ClassVar[bool] = False
    view_on_site = False
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Rows in scope; every view, filter, search and choice of the back office starts here."""
        rows = super().get_queryset(request)
        if self._keeps(request):
            return rows
        return rows.filter(**{f"{self.brand_path}__in": led_brands(request)})

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> QuerySet[Any] | None:
        """What a related field may be set to: rows in scope, whatever the form sends."""
        return scoped_rows(db_field.remote_field.model, request, self)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """The columns under their names."""
        return named(self.model, super().get_list_display(request), self.labels, self.readings)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """The fields under their names."""
        return named(self.model, super().get_fields(request, obj), self.labels, self.readings)

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """The filters, with relations held to rows in scope."""
        return [self._held(each) for each in super().get_list_filter(request)]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what the class itself filters by: an address cannot be used to guess a hidden column."""
        filters: list[Any] = list(self.list_filter)
        roots = {_asked_by(each).partition("__")[0] for each in filters} | {"pk", "id"}
        if self.date_hierarchy:
            roots.add(self.date_hierarchy)
        return lookup.partition("__")[0] in roots and super().lookup_allowed(lookup, value, request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever leads the row's brand; without a row, whoever leads any."""
        if self._keeps(request):
            return True
        led = led_brands(request)
        return bool(led) if obj is None else self.brand_id_of(obj) in led

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only where rows are made by hand."""
        return self.adds and self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only where rows are changed by hand."""
        return self.changes and self.has_view_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only where no history is lost."""
        return self.deletes and self.has_view_permission(request, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the model shows on the index."""
        return self.has_view_permission(request)

    def brand_id_of(self, obj: Model) -> int | None:
        """The id of the brand a row belongs to; None for a row that is not saved and has none yet."""
        *way, last = self.brand_path.split("__")
        row: Any = obj
        for step in way:
            row = getattr(row, step)
        name = last if last == "pk" or last.endswith("_id") else f"{last}_id"
        return cast("int | None", getattr(row, name))

    def _keeps(self, request: HttpRequest) -> bool:
        return self.keeper_sees_all and is_keeper(request)

    def _held(self, each: Any) -> Any:
        """A filter given by the name of a relation, bound to rows in scope."""
        if not isinstance(each, str):
            return each
        field = self._relation(each)
        if field is not None and field.is_relation:
            return (each, ScopedRelatedFilter)
        told = each in self.labels or each in self.readings
        own = filter_for(field, worded=each in self.readings) if field is not None and told else None
        return (each, own) if own else each

    def _relation(self, path: str) -> Field[Any, Any] | None:
        """The field at the end of a path of names."""
        options = self.opts
        field: Any = None
        for name in path.split("__"):
            field = options.get_field(name)
            if field.is_relation:
                options = field.related_model._meta
        return cast("Field[Any, Any] | None", field)


def _asked_by(each: Any) -> str:
    """What a filter is called in the address: a field's path, or the name a filter of its own has."""
    if isinstance(each, str):
        return each
    return str(each[0] if isinstance(each, tuple) else each.parameter_name)


def scoped_rows(model: type[Model], request: HttpRequest, asking: ModelAdmin[Any]) -> QuerySet[Any]:
    """Rows of a model this person may see in the back office; none of a model that is not there."""
    admins = asking.admin_site._registry
    known = admins.get(model)
    if isinstance(known, BrandScopedAdmin):
        return known.get_queryset(request)
    if model is Person:
        people = Person.objects.order_by("name", "pk")
        if is_keeper(request):
            return people
        return people.filter(memberships__brand__in=led_brands(request)).distinct()
    return model._default_manager.none()
