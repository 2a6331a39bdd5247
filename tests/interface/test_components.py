"""Components: what they print, with words and shapes, for whoever cannot see the colour."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from bs4 import BeautifulSoup, Tag
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from cm_suite.core.templatetags.figures import spark_points
from publishing.enums import ContentType, DeliveryState


def part(name: str, request: HttpRequest | None = None, **context: Any) -> Tag:
    """Render one component in English."""
    with translation.override("en"):
        html = render_to_string(f"components/{name}.html", context, request)
    return BeautifulSoup(html, "lxml")


def words(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())


def one(tag: Tag, selector: str) -> Tag:
    found = tag.select_one(selector)
    assert found is not None, selector
    return found


@pytest.mark.parametrize("state", DeliveryState.values)
def test_a_state_is_a_shape_and_a_word(state: str) -> None:
    mark = part("state", state=state)
    with translation.override("en"):
        assert words(mark) == str(DeliveryState(state).label)
    assert str(one(mark, "use")["href"]).endswith(f"#state-{state}")


@pytest.mark.parametrize("kind", ContentType.values)
def test_a_content_type_is_a_shape_and_a_word(kind: str) -> None:
    mark = part("content_type", type=kind)
    with translation.override("en"):
        assert words(mark) == str(ContentType(kind).label)
    assert str(one(mark, "use")["href"]).endswith(f"#type-{kind}")


def test_a_held_verdict_says_why_and_offers_the_slot() -> None:
    verdict = part(
        "verdict",
        allowed=False,
        text="Too soon.",
        reasons=["One", "Two"],
        act_label="Take Thu 10:00",
        act_name="take",
        act_value="7",
    )
    assert words(verdict) == "Too soon. One Two Take Thu 10:00"
    button = one(verdict, "button")
    assert (button["type"], button["name"], button["value"]) == ("submit", "take", "7")
    assert verdict.select_one(".is-held") is not None


def test_many_reasons_are_folded_and_none_is_lost() -> None:
    verdict = part("verdict", allowed=False, text="Too soon.", reasons=[f"Reason {n}" for n in range(7)])
    assert [line.get_text() for line in verdict.select("li")] == [f"Reason {n}" for n in range(7)]
    assert [line.get_text() for line in verdict.select("details li")] == ["Reason 4", "Reason 5", "Reason 6"]
    assert words(one(verdict, "summary")) == "3 more"


def test_an_allowed_verdict_has_no_act() -> None:
    verdict = part("verdict", allowed=True, text="Free to go.")
    assert words(verdict) == "Free to go."
    assert verdict.select("button") == []


@pytest.mark.parametrize(("used", "tone"), [(1, None), (3, ".tone-warn"), (4, ".tone-risk")])
def test_a_budget_says_its_figures_and_warns_when_spent(used: int, tone: str | None) -> None:
    budget = part("budget", label="Newsroom", used=used, limit=3)
    assert words(budget) == f"Newsroom {used} of 3"
    assert [css for css in (".tone-warn", ".tone-risk") if budget.select(css)] == ([tone] if tone else [])
    assert one(budget, "svg")["aria-hidden"] == "true"


def test_a_sparkline_says_in_words_what_it_draws() -> None:
    line = part("sparkline", values=[1, 2, 3], label="Fans, from 1 to 3")
    assert one(line, "svg")["aria-label"] == "Fans, from 1 to 3"
    assert one(line, "polyline")["points"] == "0.0,23.0 50.0,12.0 100.0,1.0"


@pytest.mark.parametrize(
    ("values", "points"),
    [([], ""), ([4], ""), ([4, 4], "0.0,23.0 100.0,23.0"), ([-1, 1], "0.0,23.0 100.0,1.0")],
)
def test_the_points_of_a_sparkline(values: list[float], points: str) -> None:
    assert spark_points(values) == points


def test_a_time_is_shown_in_the_zone_it_is_given_and_names_it() -> None:
    with time_machine.travel(datetime(2026, 12, 31, 22, 59, tzinfo=UTC), tick=False):
        shown = one(part("time", at=datetime(2026, 6, 4, 8, 0, tzinfo=UTC), zone="Europe/Paris"), "time")
    assert words(shown) == "Thu 4 June, 10:00"
    assert shown["title"] == "Thursday 4 June 2026, 10:00 (Europe/Paris, UTC+02:00)"
    assert words(part("time", at=None)) == ""


def test_a_time_of_another_year_says_which() -> None:
    with time_machine.travel(datetime(2026, 12, 31, 23, 1, tzinfo=UTC), tick=False):  # 2027 in Paris
        shown = part("time", at=datetime(2026, 6, 4, 8, 0, tzinfo=UTC), zone="Europe/Paris")
        assert words(shown) == "Thu 4 June 2026, 10:00"
        assert words(part("time", at=datetime(2026, 6, 4, 8, tzinfo=UTC), zone="UTC")) == "Thu 4 June, 08:00"


def test_an_error_stays_until_dismissed_and_a_success_leaves() -> None:
    assert part("toast", tone="error", text="No").select("[data-stay]") != []
    assert part("toast", tone="success", text="Yes").select("[data-stay]") == []


def test_a_confirmation_asks_for_a_reason_and_can_be_left() -> None:
    dialog = part(
        "confirm",
        RequestFactory().get("/"),
        id="pause",
        action="/x/",
        title="Pause?",
        submit="Pause",
        tone="danger",
        reason=True,
    )
    assert one(dialog, "form")["action"] == "/x/"
    assert dialog.select_one("[name=csrfmiddlewaretoken]") is not None
    field = one(dialog, "textarea[name=reason][required]")
    assert one(dialog, f"label[for={field['id']}]") is not None
    assert one(dialog, f"#{field['aria-describedby']}") is not None
    assert len(dialog.select("button[data-close]")) == 2


def test_pages_keep_the_rest_of_the_address() -> None:
    request = RequestFactory().get("/", {"state": "held", "page": "2"})
    pager = part("pagination", request, page=Paginator(range(50), 20).page(2))
    assert words(pager) == "21 to 40 of 50 Previous Next"
    assert [str(link["href"]) for link in pager.select("a")] == ["?state=held&page=1", "?state=held&page=3"]


def test_one_page_needs_no_pager() -> None:
    assert words(part("pagination", page=Paginator(range(5), 20).page(1))) == ""


def test_what_is_passed_in_is_escaped() -> None:
    for name, key in (
        ("verdict", "text"),
        ("banner", "text"),
        ("toast", "text"),
        ("empty", "title"),
        ("mark", "text"),
    ):
        assert part(name, None, **{key: "<b>x</b>"}).select("b") == []
