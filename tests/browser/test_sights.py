"""Every page that a lead can open: fits a telephone, no fault in the console, nothing for axe to say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, ViewportSize
from pytest_django import Settings

from cm_suite.demo import people
from cm_suite.demo.seed import seed
from cm_suite.ops.sights import Sight, sights
from pages.models import Brand, Person
from tests.browser import stage
from tests.browser.axe import violations
from tests.browser.conftest import WIDE, Eyes, Opening
from tests.browser.smallweb import web

SHARES = 2  # one for each hand
TELEPHONE: ViewportSize = {"width": 360, "height": 740}
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
UNSHOWN = {302, 403, 405}
"""Answers of addresses that show nothing to a lead: acts, doors to elsewhere, the keeper's own rooms."""
NO_PAGES = {"newsroom:feed", "ops:health", "admin:jsi18n", "moderation:evidence"}
PAINTED = """async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  for (let turn = 0; turn < 3; turn += 1) await frame();
  document.getAnimations().forEach((each) => { if (each instanceof CSSTransition) each.finish(); });
  await frame();
}"""


@dataclass(frozen=True)
class Finding:
    """Something wrong on a page."""

    sight: str
    what: str


def report(findings: list[Finding]) -> str:
    """Each fault once, with the pages that have it; empty when there is none."""
    pages: dict[str, list[str]] = defaultdict(list)
    for finding in findings:
        pages[finding.what].append(finding.sight)
    return "\n".join(f"{what}\n    on {', '.join(names)}" for what, names in pages.items())


@pytest.fixture
def lead(transactional_db: None, settings: Settings, redis_url: str) -> Iterator[Person]:
    """The lead of the demo's first brand, whose small web is served."""
    with web() as served:
        settings.CM_DEMO_WEB, settings.CM_ALLOWED_HOSTS = served.port, served.doors
        seed()
        yield Person.objects.get(email=people.LEAD)


def to_see(lead: Person) -> list[Sight]:
    """All there is to see, each address once: the first brand, the second one's account elsewhere, a brand
    with nothing yet.
    """
    brand = Brand.objects.get(slug=people.FIRST)
    links = stage.widen(brand)
    first = [*sights(brand, lead), *links]
    second = [each for each in sights(Brand.objects.get(slug=people.SECOND), lead) if "mastodon" in each.name]
    empty = stage.empty_rooms(sights(stage.bare(lead), lead))
    more = (each for each in second if each.name not in {known.name for known in first})
    return list({each.path: each for each in reversed([*first, *more, *empty])}.values())


def pages_of(found: list[Sight], signed: Page, anonymous: Page) -> tuple[list[Sight], list[Finding]]:
    """The sights that answer with a page of their own, and those that answer what they should not."""
    shown, wrong = [], []
    for sight in found:
        asked = anonymous if sight.public else signed
        answer = asked.request.get(sight.path, max_redirects=0)
        if answer.status in UNSHOWN or sight.name in NO_PAGES:
            continue
        if answer.status == (404 if sight.name.startswith(("fault:", "pages:invitation")) else 200):
            shown.append(sight)
        else:
            wrong.append(Finding(sight.name, f"answers {answer.status} at {sight.path}"))
    return shown, wrong


def kind(sight: Sight) -> str:
    """What axe reads once: the histories of the back office differ in their rows alone."""
    return "history" if sight.name.startswith("admin:") and sight.name.endswith("_history") else sight.path


def darken(page: Page) -> None:
    """Let the system prefer dark, and wait until the page is painted so."""
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.evaluate(PAINTED)


def look(page: Page, sight: Sight, eyes: Eyes, *, thoroughly: bool) -> list[Finding]:
    """Open one page: wide, in both themes, with axe, or not; then on a telephone."""
    eyes.faults.clear()
    page.set_viewport_size(WIDE if thoroughly else TELEPHONE)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.goto(sight.path, wait_until="load")
    said = []
    if thoroughly:
        said += [f"light: {each}" for each in violations(page)]
        if not sight.name.startswith("admin:"):
            darken(page)
            said += [f"dark: {each}" for each in violations(page, ["color-contrast"])]
        page.set_viewport_size(TELEPHONE)
    wider = page.evaluate(OVERFLOW)
    if wider > 0:
        said.append(f"{wider} px wider than a telephone")
    return [Finding(sight.name, what) for what in [*said, *eyes.faults]]


@pytest.mark.parametrize("share", range(SHARES))
def test_every_page(share: int, lead: Person, opening: Opening, eyes: Eyes) -> None:
    found = to_see(lead)[share::SHARES]
    eyes.expected = ("404 (Not Found)",)
    findings: list[Finding] = []
    shown: list[Sight] | None = None
    for language in ("fr", "en"):
        Person.objects.update(language=language)
        Brand.objects.update(language=language)
        signed = opening(lead, locale=language).new_page()
        anonymous = opening(locale=language).new_page()
        for page in (signed, anonymous):
            eyes.watch(page)
        if shown is None:
            shown, findings = pages_of(found, signed, anonymous)
            looks = {kind(each): each for each in shown}.values()
        for sight in shown:
            page = anonymous if sight.public else signed
            findings += look(page, sight, eyes, thoroughly=language == "fr" and sight in looks)
    if findings:
        pytest.fail(report(findings), pytrace=False)
    assert shown is not None
    assert len(shown) > 110 / SHARES
