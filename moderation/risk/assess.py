"""The one door of `moderation.risk`: a comment in, an assessment out. Rules version: no model yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from moderation.risk.judge import FLAG_AT, probabilities, score, severity
from moderation.risk.labels import FLAGGING, Label, Target
from moderation.risk.lang import UNKNOWN
from moderation.risk.qualify import qualifications
from moderation.risk.scene import Scene
from moderation.risk.shapes import Assessment, CommentText
from moderation.risk.target import Targets
from moderation.risk.weigh import Finding, findings

__all__ = ["assess"]

_UNSURE = 0.88


def assess(comment: CommentText) -> Assessment:
    """Assess a comment. Takes at most some tens of milliseconds whatever the text; never raises on a text.

    The score is hand-set evidence joined by "one at least" (`judge.either`): monotone, roughly a probability,
    not yet calibrated on data.
    """
    scene = Scene(comment)
    targets = Targets(scene)
    found = findings(scene, targets)
    if scene.lang == UNKNOWN:
        found = [replace(finding, weight=finding.weight * _UNSURE) for finding in found]
    labels = probabilities(found)
    points = score(found)
    flag = points >= FLAG_AT and max(labels[label] for label in FLAGGING) > 0
    return Assessment(
        flag=flag,
        score=points,
        severity=severity(flag, labels, found),
        labels=dict(sorted(labels.items(), key=lambda pair: -pair[1])),
        qualifications=qualifications(scene, found, labels),
        target=_target(targets, found, labels),
        lang=scene.lang,
        partial=scene.partial,
    )


def _target(targets: Targets, found: list[Finding], labels: Mapping[Label, float]) -> Target:
    """Return the target of the weightiest words of the first label, or what the comment is about."""
    first = max(labels, key=lambda label: labels[label])
    own = [finding for finding in found if finding.label is first]
    if first in FLAGGING and own:
        return max(own, key=lambda finding: finding.weight).target
    about = targets.overall()
    if first is Label.DISPARAGEMENT:
        return Target.PRODUCT
    vague = {Target.NOBODY, Target.PRODUCT} if first is Label.COMPLAINT else {Target.NOBODY}
    if about in vague and first in (Label.CRITICISM, Label.COMPLAINT):
        return targets.owner()
    return about
