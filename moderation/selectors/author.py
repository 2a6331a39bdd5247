"""What was decided of somebody who writes to a page: kept away, let in again."""

from __future__ import annotations

from dataclasses import dataclass

from moderation import rules
from moderation.enums import ActionState, Decided
from moderation.messages import acts as words
from moderation.models import Action, Comment, Decision
from pages.networks.registry import NETWORKS


@dataclass(frozen=True, slots=True)
class AuthorBlock:
    """Whether the author of a comment is kept away from its page, and what may be done about it.

    `known`: the network says who they are. `blocked`: kept away, or about to be. `why_not`: why there is no
    button, empty when there is one. `act`: what may be decided now; `effect`: what that does there.
    """

    known: bool
    blocked: bool = False
    decision: Decision | None = None
    action: Action | None = None
    done: str = ""
    why: str = ""
    why_not: str = ""
    act: str = ""
    label: str = ""
    effect: str = ""
    key: str = ""
    icon: str = ""


def standing(comment: Comment) -> Decision | None:
    """What was decided last of the comment's author on its page and not given up; one query."""
    if not comment.author_remote_id:
        return None
    rows = Decision.objects.filter(
        rules.of_author(comment.page_id, comment.author_remote_id), act__in=rules.ABOUT_AUTHOR, final=True
    )
    rows = rows.exclude(action__state=ActionState.CANCELLED).select_related("action", "by")
    return rows.order_by("-pk").first()


def author_block(comment: Comment) -> AuthorBlock:
    """How it stands with the author of a comment read with its page; one query."""
    if not comment.author_remote_id or comment.by_page or comment.erased_at:
        return AuthorBlock(known=False)
    network = comment.page.network
    spec = NETWORKS.get(network)
    last = standing(comment)
    action: Action | None = getattr(last, "action", None)
    refused = action is not None and action.state == ActionState.REJECTED
    blocked = last is not None and (last.act == Decided.BLOCK) != refused
    act = Decided.UNBLOCK if blocked else Decided.BLOCK
    able = spec is not None and rules.can_block(spec.capabilities)
    return AuthorBlock(
        known=True,
        blocked=blocked,
        decision=last,
        action=action,
        done=str(words.DONE[last.act]) if last else "",
        why=words.code_words(action.code) if action else "",
        why_not="" if able else words.missing_words(act, network),
        act=act.value,
        label=str(words.CONFIRM[act]),
        effect=words.effect_words(act, network),
        key=words.KEYS[Decided.BLOCK],
        icon=words.ICONS[act],
    )
