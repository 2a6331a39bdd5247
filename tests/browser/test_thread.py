"""The thread goes on: words under a post, flagged, decided and acted on by hand; an audit run and mailed."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
import time_machine
from django.core.management import call_command
from django.utils import translation
from django.utils.html import escape
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect
from pytest_django import Settings
from time_machine import Traveller

from cm_suite.core import clock as house_clock
from moderation.enums import ActionState, Decided, Presence, ReviewState
from moderation.jobs import answer_due, carry_out, poll_comments
from moderation.models import Action, Comment, Decision, Evidence, Review
from pages.models import Brand, Person
from pages.newsroom.models import CommentReport, NewsroomComment, NewsroomPost
from pages.notices.jobs import send_mail
from publishing.jobs import publish_due
from publishing.models import Post
from publishing.services import plan
from publishing.services.results import Planned
from reputation import jobs as reputation
from reputation import messages as words
from reputation.models import Audit, Fetch, Mention, Run
from reputation.services.progress import progress_of
from reputation.services.report import report_of
from tests.browser.axe import violations
from tests.browser.conftest import Eyes, Opening
from tests.browser.smallweb import Web, web
from tests.browser.steps import come_in, comment, link_in, plain, rail_count, said_under, take_time
from tests.notices.servers import Inbox
from tests.people import Cast, make_cast

NEWS: Final = "The workshop opens on Saturday: come and pour your own candle."
INSULT: Final = "Marcel est un abruti fini, un gros con incapable de tresser une mèche."
MARKED: Final = ["abruti", "con", "incapable"]
ACCUSED: Final = "La directrice, Odile Marchand, a volé la caisse du comité des fêtes en 2023."
THREAT: Final = "Éloïse, je sais à quelle heure tu finis : je viens te casser la figure."
QUEUE: Final = "/b/maison-lumen/queue/"
TOLD: Final = "Your comment insults or belittles somebody."
REPORTER: Final = "paul@public.example"


@pytest.fixture
def clock(transactional_db: None) -> Iterator[Traveller]:
    """The clock of this whole process, near the database's own, which says how long a lease runs."""
    with time_machine.travel(datetime.now(UTC), tick=True) as traveller:
        yield traveller


@pytest.fixture
def team(clock: Traveller) -> Cast:
    """The cast, in English."""
    cast = make_cast()
    Person.objects.update(language="en")
    Brand.objects.update(language="en")
    return cast


@pytest.fixture
def post(team: Cast, clock: Traveller) -> str:
    """The address of a post that was planned and is out."""
    written = Post.objects.create(brand=team.brand, author=team.bob, text=NEWS)
    at = house_clock.now() + timedelta(minutes=2)
    assert isinstance(plan.schedule(written, team.newsroom, at, team.bob), Planned)
    clock.move_to(at, tick=True)
    publish_due()
    return f"/p/maison-lumen/{NewsroomPost.objects.get().pk}/"


def rows(tab: Tab) -> list[str]:
    """The words of each line of the queue, from the top."""
    return tab.locator(".qrow-text").all_inner_texts()


def speak(tab: Tab, clock: Traveller, post: str) -> str:
    """Three visitors write under the post; the private link of the one who insults."""
    tab.goto(f"{post}comment/")
    assert violations(tab) == []
    link = comment(tab, clock, post, "Léon", INSULT)
    tab.goto(post)
    expect(said_under(tab, INSULT)).to_be_visible()
    assert violations(tab) == []
    comment(tab, clock, post, "Rose", ACCUSED)
    comment(tab, clock, post, "Gus", THREAT)
    assert list(NewsroomComment.objects.order_by("pk").values_list("state", "text")) == [
        ("visible", INSULT),
        ("visible", ACCUSED),
        ("visible", THREAT),
    ]
    assert poll_comments() == 3
    assert poll_comments() == 0
    return link


def hide_by_keyboard(desk: Tab, team: Cast) -> None:
    """From the day's page to the decision, with no pointer."""
    expect(rail_count(desk, "Queue")).to_have_text("3")
    for key in ("g", "q"):
        desk.keyboard.press(key)
    desk.wait_for_url(f"**{QUEUE}")
    assert rows(desk) == [THREAT, INSULT, ACCUSED]
    assert violations(desk) == []
    for key in ("j", "j", "Enter"):
        desk.keyboard.press(key)
    marks = desk.locator("#words mark")
    expect(marks).to_have_text(MARKED)
    expect(desk.get_by_text("Yours until")).to_be_visible()
    review = Review.objects.get(comment__text=INSULT)
    assert (review.state, review.claimed_by, review.qualified) == ("claimed", team.mona, True)
    assert violations(desk) == []
    for key in ("h", "1"):
        desk.keyboard.press(key)
    expect(desk.get_by_role("radio", name="It insults or belittles somebody.")).to_be_checked()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("button", name=re.compile("^Undo"))).to_be_visible()
    expect(rail_count(desk, "Queue")).to_have_text("2")
    assert rows(desk) == [THREAT, ACCUSED]
    [decision] = Decision.objects.all()
    assert (decision.act, decision.by, decision.final) == (Decided.HIDE, team.mona, True)
    assert (decision.reason, decision.told) == ("It insults or belittles somebody.", TOLD)
    assert Evidence.objects.get().decision == decision


def be_out_of_sight(opening: Opening, eyes: Eyes, post: str, link: str) -> None:
    """Not before it is carried out; then nobody sees it, and its author reads why."""
    passer = opening().new_page()
    eyes.watch(passer)
    passer.goto(post)
    expect(said_under(passer, INSULT)).to_be_visible()
    assert carry_out() == 1
    assert carry_out() == 0
    assert Action.objects.get().state == ActionState.DONE
    assert Comment.objects.get(text=INSULT).presence == Presence.HIDDEN
    passer.goto(post)
    expect(passer.get_by_text(INSULT)).to_have_count(0)
    expect(passer.get_by_text("The page took this comment away.")).to_have_count(0)
    expect(said_under(passer, THREAT)).to_be_visible()
    passer.goto(link)
    expect(passer.get_by_role("heading", name="Your comment was hidden")).to_be_visible()
    expect(passer.get_by_role("definition").first).to_have_text(TOLD)
    expect(passer.get_by_text(INSULT)).to_be_visible()
    assert violations(passer) == []


def report(tab: Tab, clock: Traveller, post: str, inbox: Inbox) -> None:
    """A visitor gives the four elements against another comment, and gets the receipt."""
    tab.goto(post)
    said_under(tab, ACCUSED).get_by_role("link", name="Report").click()
    assert violations(tab) == []
    tab.get_by_label("What is against the law in it, and why?").fill("Nothing was stolen: I keep the books.")
    expect(tab.get_by_label("Exact address of the comment")).to_have_value(re.compile(r"/p/.+#c\d+$"))
    tab.get_by_label("Your name").fill("Paul Aubry")
    tab.get_by_label("Your e-mail address").fill(REPORTER)
    tab.get_by_role("checkbox", name=re.compile("^I believe in good faith")).check()
    take_time(clock)
    tab.get_by_role("button", name="Send the report").click()
    expect(tab.get_by_role("heading", name="Your report is received")).to_be_visible()
    made = CommentReport.objects.get()
    assert (made.comment.text, made.name, made.good_faith, made.answered_at) == (
        ACCUSED,
        "Paul Aubry",
        True,
        None,
    )
    send_mail()
    [receipt] = inbox.messages
    assert receipt["To"] == REPORTER
    assert f"your report no. {made.pk}" in plain(receipt)
    assert made.address in plain(receipt)
    assert "stolen" not in plain(receipt)


def keep_with_two(mona: Tab, ada: Tab, team: Cast, inbox: Inbox) -> None:
    """What was reported comes first; to leave it in sight takes two people, then the reporter is told."""
    poll_comments()
    assert Comment.objects.get(text=ACCUSED).notices == 1
    mona.goto(QUEUE)
    assert rows(mona) == [ACCUSED, THREAT]
    expect(mona.locator(".qrow").first).to_contain_text("Reported")
    for key in ("j", "o"):
        mona.keyboard.press(key)
    expect(mona.get_by_text("Yours until")).to_be_visible()
    for key in ("e", "1", "Enter"):
        mona.keyboard.press(key)
    expect(mona.get_by_text("Noted. It takes a second person")).to_be_visible()
    review = Review.objects.get(comment__text=ACCUSED)
    assert (review.state, Decision.objects.filter(final=True).count()) == (ReviewState.SECOND, 1)
    come_in(ada, team.ada)
    expect(rail_count(ada, "Queue")).to_have_text("2")
    ada.goto(f"{QUEUE}{review.pk}/")
    expect(ada.get_by_text("says Mona:")).to_be_visible()
    assert violations(ada) == []
    ada.keyboard.press("y")
    expect(rail_count(ada, "Queue")).to_have_text("1")
    first, second = review.decisions.order_by("pk")
    assert (first.by, first.final, second.by, second.final, second.agrees) == (
        team.mona,
        False,
        team.ada,
        True,
        True,
    )
    assert (second.confirms, second.act) == (first, Decided.KEEP)
    assert NewsroomComment.objects.get(text=ACCUSED).state == "visible"
    assert (carry_out(), answer_due(), answer_due()) == (0, 1, 0)
    send_mail()
    answers = [each for each in inbox.messages if each["To"] == REPORTER][1:]
    assert [("decided to leave it on the page" in plain(each)) for each in answers] == [True]


def take_the_evidence(tab: Tab, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The sealed copy is downloaded, and holds."""
    sealed = Evidence.objects.get()
    tab.goto(f"/b/maison-lumen/comments/{sealed.comment_id}/")
    with tab.expect_download() as waiting:
        tab.get_by_role("link", name="Download").click()
    file = folder / waiting.value.suggested_filename
    waiting.value.save_as(file)
    assert file.name == f"evidence-{sealed.pk}.json"
    assert json.loads(file.read_bytes())["digest"] == sealed.digest
    call_command("verify_evidence", str(file))
    assert "record, signature and ledger hold." in capsys.readouterr().out


def ledger_holds(capsys: pytest.CaptureFixture[str]) -> None:
    """Each line follows from the one before."""
    call_command("verify_ledger", "maison-lumen")
    assert re.search(r"maison-lumen: [1-9]\d* entries", capsys.readouterr().out)


def test_words_under_a_post(
    team: Cast,
    post: str,
    inbox: Inbox,
    opening: Opening,
    eyes: Eyes,
    clock: Traveller,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    leon, paul, mona, ada = (opening().new_page() for _ in range(4))
    for tab in (leon, paul, mona, ada):
        eyes.watch(tab)
    link = speak(leon, clock, post)
    come_in(mona, team.mona)
    hide_by_keyboard(mona, team)
    be_out_of_sight(opening, eyes, post, link)
    report(paul, clock, post, inbox)
    keep_with_two(mona, ada, team, inbox)
    take_the_evidence(ada, tmp_path, capsys)
    ledger_holds(capsys)
    assert eyes.faults == []


AUDIT: Final = "/b/maison-lumen/audits/"
PATIENCE: Final = 120.0  # seconds, on a busy machine
NAMES: Final = "Maison Ambrelune\nAmbrelune"


@pytest.fixture
def sites(settings: Settings, clock: Traveller) -> Iterator[Web]:
    """The small web, which the guard lets us read."""
    with web(house_clock.now()) as served:
        settings.CM_ALLOWED_HOSTS = served.doors
        yield served


def fill_audit(tab: Tab, sites: Web) -> None:
    """Two publics, a feed and two lists of addresses, every Monday, to the lead alone."""
    tab.goto(AUDIT)
    tab.get_by_role("link", name="Make the first audit").click()
    tab.get_by_label("Name of the audit").fill("Our name on the web")
    tab.get_by_label("Names to look for").fill(NAMES)
    for number, queries in enumerate(("avis\nrecharge", "odeurs\nriverains")):
        if number:
            tab.get_by_role("button", name="Add a public").click()
        row = tab.get_by_role("group", name=f"Public {number + 1}")
        row.get_by_role("combobox", name="Public", exact=True).select_option(("client", "neighbour")[number])
        row.get_by_label("What it asks").fill(queries)
    lists = ("\n".join(sites.addresses("carnet")), "\n".join(sites.addresses("halles")))
    for number, wanted in enumerate((sites.feed(), *lists)):
        if number:
            tab.get_by_role("button", name="Add a source").click()
        row = tab.get_by_role("group", name=f"Source {number + 1}")
        row.get_by_role("combobox", name="Kind of source").select_option("urls" if number else "feed")
        row.get_by_label("Name in the report").fill(("Courrier", "Carnet", "Halles")[number])
        row.get_by_label("Addresses of the pages" if number else "Address of the feed").fill(wanted)
    expect(tab.get_by_text("Every Monday at 08:00, Europe/Paris.")).to_be_visible()
    expect(tab.get_by_role("checkbox", name="Alice")).to_be_checked()
    assert violations(tab) == []
    tab.get_by_role("button", name="Save the audit").last.click()
    expect(tab.get_by_text("The audit is saved.")).to_be_visible()


def watch_it_run(tab: Tab) -> Run:
    """The bar goes from nothing to all, a batch at a time, while the engine works."""
    tab.get_by_role("button", name="Run now").click()
    expect(tab.get_by_role("heading", name="Run 1 is on its way")).to_be_visible()
    run = Run.objects.get()
    assert (run.state, run.number, Fetch.objects.count()) == ("planned", 1, 0)
    assert violations(tab) == []
    seen: list[str] = []
    give_up_at = time.monotonic() + PATIENCE
    while not (standing := progress_of(run)).finished and time.monotonic() < give_up_at:
        if standing.done:
            said = f"{standing.done} / {standing.total}"
            expect(tab.locator("#progress .budget-figure").first).to_have_text(said)
            seen.append(said)
        reputation.turn(run.pk, seconds=0.2)
        tab.wait_for_timeout(100)
    assert len(set(seen)) > 1
    assert seen == sorted(seen, key=lambda said: int(said.split()[0]))
    assert set(Fetch.objects.values_list("state", flat=True)) == {"stored"}
    return Run.objects.get(state="done")


def sentences_of(run: Run) -> list[str]:
    """What the report says, for somebody who reads English."""
    with translation.override("en"):
        return [words.sentence(each) for each in report_of(run).sentences]


def read_the_report(tab: Tab, run: Run) -> None:
    """It opens by itself, says three sentences, and its figures lead to the pages behind them."""
    tab.wait_for_url(f"**{AUDIT}our-name-on-the-web/1/")
    sentences = sentences_of(run)
    assert len(sentences) == 3
    expect(tab.locator(".said li")).to_have_text(sentences)
    originals = Mention.objects.filter(run=run, same_as=None)
    assert originals.count() == report_of(run).totals.originals > 0
    assert violations(tab) == []
    tab.get_by_role("link", name=f"See all {originals.count()} pages").click()
    expect(tab.get_by_role("heading", name="Pages that speak of the brand")).to_be_visible()
    tab.get_by_role("main").locator(".row-title").first.click()
    expect(tab.locator(".excerpt mark").first).to_have_text(re.compile("Ambrelune"))
    assert violations(tab) == []


def get_it_by_mail(run: Run, inbox: Inbox) -> None:
    """One mail, to the one who was chosen, in both forms; a second turn writes none."""
    assert (reputation.send_audit_emails(), reputation.send_audit_emails()) == (1, 0)
    send_mail()
    send_mail()
    [mail] = [each for each in inbox.messages if "what the web says" in each["Subject"]]
    assert (mail["To"], mail["Subject"]) == (
        "alice@agence.example",
        "Maison Lumen: what the web says · Our name on the web",
    )
    html = mail.get_body(("html",))
    assert html is not None
    for sentence in sentences_of(run):
        assert " ".join(sentence.split()) in plain(mail)
        assert escape(sentence) in html.get_content()
    assert link_in(mail, "/audits/").endswith(f"{AUDIT}our-name-on-the-web/1/")


def test_an_audit(
    team: Cast,
    sites: Web,
    inbox: Inbox,
    opening: Opening,
    eyes: Eyes,
    capsys: pytest.CaptureFixture[str],
) -> None:
    desk = opening().new_page()
    eyes.watch(desk)
    come_in(desk, team.alice)
    fill_audit(desk, sites)
    audit = Audit.objects.get()
    assert (audit.name, audit.subject, audit.cron) == ("Our name on the web", NAMES, "0 8 * * 1")
    assert list(audit.recipients.values_list("person", flat=True)) == [team.alice.pk]
    run = watch_it_run(desk)
    read_the_report(desk, run)
    get_it_by_mail(run, inbox)
    ledger_holds(capsys)
    assert eyes.faults == []
