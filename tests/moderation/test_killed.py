"""A real worker killed in the middle of an act: it is found done, or done once more; never twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

import pytest
from django.conf import settings as installed
from django.db import connection
from pytest_django import Settings

from cm_suite.core import clock, ledger
from moderation import jobs
from moderation.enums import ActionState, Code, Decided, Presence
from moderation.models import Action, Comment, Evidence
from pages.newsroom.models import CommentState, NewsroomComment
from pages.newsroom.services import Draft, write
from pages.notices.models import Mail
from tests.moderation.makers import INSULT, decided, fresh, lapse
from tests.newsroom.helpers import make_post
from tests.people import Cast, make_cast

A = ActionState
D = Decided
pytestmark = pytest.mark.slow

WORKER: Final = """
import sys, time
import django
django.setup()
from moderation.services import act
from pages.newsroom.store import DjangoNewsroomStore as Store
method, when, action = sys.argv[1], sys.argv[2], int(sys.argv[3])
real = getattr(Store, method)
def stopped(*given, **more):
    if when == "after":
        real(*given, **more)
    print("there", flush=True)
    time.sleep(60)
setattr(Store, method, stopped)
act.carry_out(action)
"""


@pytest.fixture
def crowd(transactional_db: None) -> Cast:
    """The cast, where other processes see it."""
    return make_cast()


@pytest.fixture
def copy(crowd: Cast, settings: Settings) -> Comment:
    """A visitor's insult on the newsroom, read into the house."""
    settings.PUBLIC_URL = "https://pages.exemple.fr"
    write(make_post(crowd.newsroom), Draft("n1", "Paul", INSULT, "paul@visiteur.example"))
    jobs.poll_page(crowd.newsroom.pk)
    Mail.objects.all().delete()
    return Comment.objects.select_related("page__brand").get()


def database_url() -> str:
    """Where another process finds the tests' own database."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{known['NAME']}").geturl()


def killed_in(method: str, when: str, action: Action) -> None:
    """Another process carries the action out and is killed right before or after the network did it."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": database_url(),
        "CM_VAR_DIR": str(installed.VAR_DIR),
    }
    child = subprocess.Popen(
        [sys.executable, "-c", WORKER, method, when, str(action.pk)],
        stdout=subprocess.PIPE,
        env=environment,
        cwd=installed.BASE_DIR,
    )
    assert child.stdout is not None
    try:
        assert child.stdout.readline() == b"there\n"
    finally:
        child.send_signal(signal.SIGKILL)
        child.communicate()
    assert child.returncode == -signal.SIGKILL


def stands(action: Action) -> tuple[str, str]:
    now = fresh(action)
    return now.state, now.code


def until_settled(action: Action) -> None:
    """The turns that follow, until nothing is left to do."""
    lapse(action)
    for _turn in range(4):
        jobs.sweep()
        Action.objects.exclude(next_attempt_at=None).update(next_attempt_at=clock.now() - timedelta(hours=1))
        action.attempts.update(started_at=clock.now() - timedelta(hours=1))
        jobs.carry_out()


def hiding(copy: Comment, crowd: Cast) -> Action:
    action = decided(copy, crowd.mona, told="Insulte").action
    assert action is not None
    return action


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_removal_whose_worker_was_killed_is_done_once(crowd: Cast, copy: Comment, when: str) -> None:
    action = hiding(copy, crowd)
    killed_in("hide", when, action)
    assert stands(action) == (A.SENDING, "")
    assert [each.outcome for each in action.attempts.all()] == [""]
    before = NewsroomComment.objects.get().changed_at
    until_settled(action)
    found = NewsroomComment.objects.get()
    assert (stands(action)[0], found.state, found.reason) == (A.DONE, CommentState.HIDDEN, "Insulte")
    assert (found.changed_at == before) is (when == "after")
    assert Mail.objects.filter(key__startswith="newsroom.comment_state:").count() == 1
    assert action.attempts.count() == (1 if when == "after" else 2)
    assert (fresh(copy).presence, Evidence.objects.count()) == (Presence.HIDDEN, 1)
    assert ledger.verify(crowd.brand.pk) is None


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_reply_whose_worker_was_killed_stands_there_once(crowd: Cast, copy: Comment, when: str) -> None:
    Comment.objects.filter(pk=copy.pk).update(text="Bonjour")
    copy.reviews.update(qualified=False)
    action = decided(copy, crowd.mona, D.REPLY, text="Bonjour Paul.").action
    assert action is not None
    killed_in("reply", when, action)
    assert NewsroomComment.objects.filter(by_brand=True).count() == (1 if when == "after" else 0)
    until_settled(action)
    answer = NewsroomComment.objects.get(by_brand=True)
    assert (stands(action)[0], answer.text, fresh(action).remote_id) == (
        A.DONE,
        "Bonjour Paul.",
        str(answer.pk),
    )


def test_before_its_lease_is_over_nobody_takes_its_place(crowd: Cast, copy: Comment) -> None:
    action = hiding(copy, crowd)
    killed_in("hide", "before", action)
    turns: tuple[Callable[[], int], ...] = (jobs.sweep, jobs.carry_out)
    assert [turn() for turn in turns] == [0, 0]
    assert stands(action) == (A.SENDING, "")
    lapse(action)
    assert jobs.sweep() == 1
    assert stands(action) == (A.UNKNOWN, Code.WORKER_LOST)
    assert jobs.carry_out() == 0


def test_killed_before_the_fence_nothing_was_done_and_it_is_done_once(crowd: Cast, copy: Comment) -> None:
    action = decided(copy, crowd.mona).action
    assert action is not None
    killed_in("comment", "before", action)  # while it looks once more, before the fence
    assert (stands(action), action.attempts.count()) == ((A.CLAIMED, ""), 0)
    lapse(action)
    assert (jobs.sweep(), jobs.carry_out()) == (1, 1)
    assert (stands(action), action.attempts.count()) == ((A.DONE, ""), 1)
