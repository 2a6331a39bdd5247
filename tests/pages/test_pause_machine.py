"""Pauses of a brand and its pages, in any order and twice over: what stops a page is what the story says."""

from __future__ import annotations

from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from pages.enums import Role
from pages.models import Membership, Page, Pause
from pages.notices.models import Notice
from pages.selectors.connected import page_view
from pages.selectors.pauses import open_pauses, past_pauses
from pages.services.pause import active_pause, pause, resume
from tests.pages.test_people_machine import Story
from tests.people import make_person

SCOPES = st.sampled_from(["brand", "first", "second"])


class Pauses(Story):
    """Two people press the same buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.pages = {
            name: Page.objects.create(brand=self.brand, network="mastodon", remote_id=name, name=name)
            for name in ("first", "second")
        }
        self.other = make_person("Ada")
        Membership.objects.create(person=self.other, brand=self.brand, role=Role.APPROVER)
        self.standing: dict[str, tuple[int, str]] = {}
        self.ended: set[int] = set()
        self.notices = 0

    @rule(scope=SCOPES, reason=st.sampled_from(["A recall", "A typo"]), mine=st.booleans())
    def stop(self, scope: str, reason: str, mine: bool) -> None:
        made = pause(self.brand, self.pages.get(scope), reason, self.lead if mine else self.other)
        if scope in self.standing:
            assert (made.pk, made.reason) == self.standing[scope]
            return
        self.standing[scope] = (made.pk, reason)
        self.kinds.append("pause.started")
        self.notices += 1

    @rule(scope=SCOPES, mine=st.booleans())
    def start_again(self, scope: str, mine: bool) -> None:
        if scope not in self.standing:
            return
        pk, _reason = self.standing.pop(scope)
        two_screens = [Pause.objects.get(pk=pk), Pause.objects.get(pk=pk)]
        by = self.lead if mine else self.other
        assert [resume(each, by) for each in two_screens] == [True, False]
        self.ended.add(pk)
        self.kinds.append("pause.ended")
        self.notices += 1

    @invariant()
    def each_page_is_stopped_by_the_brand_s_pause_or_its_own(self) -> None:
        for name, page in self.pages.items():
            expected = self.standing.get("brand") or self.standing.get(name)
            found = active_pause(page)
            assert (found and (found.pk, found.reason)) == expected
            shown = page_view(page)
            assert (shown.pause and shown.pause.pk) == (expected and expected[0])
            assert shown.tone == ("warn" if expected else "ok")

    @invariant()
    def what_is_open_and_what_is_over_is_listed_once(self) -> None:
        assert {each.pk for each in open_pauses(self.brand)} == {pk for pk, _ in self.standing.values()}
        assert {each.pk for each in past_pauses(self.brand)} == self.ended
        assert Pause.objects.count() == len(self.standing) + len(self.ended)

    @invariant()
    def the_other_one_is_told_once_of_each(self) -> None:
        assert Notice.objects.count() == self.notices


def test_every_order_of_pauses_ends_as_told(db: None) -> None:
    run_state_machine_as_test(
        Pauses, settings=hypothesis(max_examples=12, stateful_step_count=10, deadline=None)
    )
    assert Pause.objects.count() == 0
