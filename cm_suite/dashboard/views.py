"""Today, and all brands."""

from django.http import HttpResponse
from django.shortcuts import render

from pages.access import BrandRequest, PersonRequest, brand_view, person_view
from pages.enums import Act


@person_view
def home(request: PersonRequest) -> HttpResponse:
    """All the person's brands."""
    return render(request, "dashboard/home.html")


@brand_view(Act.SEE)
def today(request: BrandRequest) -> HttpResponse:
    """What goes out today and tomorrow, and what needs a person now."""
    return render(request, "dashboard/today.html")
