"""Risky comments in many voices are flagged; ordinary ones with the same words are not."""

import pytest

from moderation.risk.assess import assess
from moderation.risk.labels import FLAGGING
from moderation.risk.shapes import CommentText
from tests.moderation.risk.ordinary import ORDINARY
from tests.moderation.risk.voices import RISKY


@pytest.mark.parametrize("text", RISKY)
def test_a_risk_is_read_in_whatever_voice(text: str) -> None:
    assessment = assess(CommentText(text))
    assert assessment.flag
    assert any(reading.label in FLAGGING and reading.spans for reading in assessment.qualifications)


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_comment_is_left_alone(text: str) -> None:
    assessment = assess(CommentText(text))
    assert (assessment.flag, assessment.severity) == (False, 0)
