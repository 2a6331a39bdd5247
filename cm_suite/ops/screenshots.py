"""Pictures of every page of a running demo: two languages, two widths, light and dark."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.conf import settings

from cm_suite.ops import chromium
from cm_suite.ops.sights import Sight, sights
from pages.models import Brand, Person

try:
    from playwright.sync_api import Error, sync_playwright

    INSTALLED = True
except ImportError:  # a development dependency
    INSTALLED = False

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LANGUAGES: Final = ("fr", "en")
THEMES: Final = ("light", "dark")
WIDTHS: Final = {"wide": (1440, 900), "360": (360, 740)}
PAINTED: Final = "() => new Promise((done) => setTimeout(() => requestAnimationFrame(done), 150))"
SHOWN: Final = frozenset({200, 403, 404})
NO_PAGES: Final = frozenset({"newsroom:feed", "ops:health", "admin:jsi18n"})

type Say = Callable[[str], None]


class CannotLook(Exception):
    """Something is missing; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Guide:
    """Who looks, with which password, at what."""

    person: Person
    password: str
    brands: Sequence[Brand]
    seen: Sequence[Sight]


@dataclass(frozen=True, slots=True)
class Camera:
    """Where pictures come from and where they go."""

    chromium: str
    address: str
    folder: Path
    say: Say


def take(address: str, folder: Path, wanted: str, say: Say) -> int:
    """Picture the running demo at `address` into `folder`, with a page that shows it all; how many pages.

    `wanted`: only pages whose name holds this. Raises CannotLook.
    """
    path = chromium.find()
    if not INSTALLED or path is None:
        missing = "Playwright is not installed: it comes with the development requirements."
        raise CannotLook(chromium.ADVICE if INSTALLED else missing)
    guide = _guide(wanted)
    camera = Camera(path, address, folder, say)
    names: dict[str, None] = {}
    for language in LANGUAGES:
        with speaking(language, guide):
            names |= dict.fromkeys(_tour(camera, guide, language))
    (folder / "index.html").write_text(_album(list(names)), encoding="utf-8")
    return len(names)


@contextmanager
def speaking(language: str, guide: Guide) -> Iterator[None]:
    """Let the person and the brands' public pages speak a language inside the block."""
    people = Person.objects.filter(pk=guide.person.pk)
    before = guide.person.language, {brand.pk: brand.language for brand in guide.brands}
    people.update(language=language)
    Brand.objects.filter(pk__in=before[1]).update(language=language)
    try:
        yield
    finally:
        people.update(language=before[0])
        for pk, spoken in before[1].items():
            Brand.objects.filter(pk=pk).update(language=spoken)


def _guide(wanted: str) -> Guide:
    """The demo's lead and all there is to see of the demo's brands. Raises CannotLook."""
    try:
        rows = json.loads(settings.CM_DEMO_LOGINS.read_text(encoding="utf-8"))
        row = next(each for each in rows if each["role"] == "lead")
        person = Person.objects.get(email=row["email"])
    except (OSError, ValueError, StopIteration, Person.DoesNotExist) as error:
        raise CannotLook("There is no demo here: run seed_demo first.") from error
    brands = [each.brand for each in person.memberships.select_related("brand").order_by("pk")[:2]]
    seen: dict[str, Sight] = {}
    for brand in brands:
        for sight in sights(brand, person):
            if wanted in sight.name:
                seen.setdefault(sight.name, sight)
    return Guide(person, row["password"], brands, list(seen.values()))


def _tour(camera: Camera, guide: Guide, language: str) -> list[str]:
    """Walk through every page in one language; the names of the files that were taken."""
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=camera.chromium, args=list(chromium.ARGS))
        try:
            inside, outside = (_window(browser, camera, language) for _ in range(2))
            _sign_in(inside, guide)
            return [
                sight.file
                for sight in guide.seen
                if _picture(outside if sight.public else inside, sight, camera, language)
            ]
        except Error as error:
            raise CannotLook(f"{camera.address}: {error.message.splitlines()[0]}") from error
        finally:
            browser.close()


def _window(browser: Browser, camera: Camera, language: str) -> Page:
    context = browser.new_context(base_url=camera.address, locale=language, reduced_motion="reduce")
    context.add_cookies([{"name": "cm_language", "value": language, "url": camera.address}])
    return context.new_page()


def _sign_in(page: Page, guide: Guide) -> None:
    """Come in by the door. Raises CannotLook when it stays shut."""
    page.goto("/sign-in/")
    page.locator("input[name=username]").fill(guide.person.email)
    page.locator("input[name=password]").fill(guide.password)
    page.locator("form:has(input[name=password]) button[type=submit]").click()
    page.wait_for_load_state()
    if page.locator("input[name=password]").count():
        raise CannotLook("The demo's log-in was refused: is this address the demo's?")


def _picture(page: Page, sight: Sight, camera: Camera, language: str) -> bool:
    """Take one page in both themes and both widths; False for an address that shows no page of its own."""
    answer = page.request.get(sight.path, max_redirects=0)
    is_page = "text/html" in answer.headers.get("content-type", "")
    if answer.status not in SHOWN or not is_page or sight.name in NO_PAGES:
        return False
    page.goto(sight.path)
    camera.say(f"{language} {sight.name}")
    for theme in THEMES:
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        for name, (width, height) in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            page.evaluate(PAINTED)
            file = camera.folder / f"{language}-{theme}-{name}" / f"{sight.file}.png"
            page.screenshot(path=file, full_page=True)
    return True


def _album(names: Sequence[str]) -> str:
    """A page that shows every picture, a row a page."""
    folders = [f"{a}-{b}-{c}" for a in LANGUAGES for b in THEMES for c in WIDTHS]
    rows = "".join(
        f"<h2>{escape(name)}</h2><p>"
        + "".join(
            f'<a href="{folder}/{name}.png"><img src="{folder}/{name}.png" alt="{folder}" height="360"></a> '
            for folder in folders
        )
        + "</p>"
        for name in map(escape, names)
    )
    return f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Pages</title>{rows}</html>\n'
