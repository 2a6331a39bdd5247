"""Addresses of moderation."""

from django.urls import path

from moderation.views import authors, comments, conversations, decisions, evidence, queue

app_name = "moderation"
BASE = "b/<slug:brand>/"
ONE = BASE + "queue/<int:review_id>/"
COMMENT = BASE + "comments/<int:comment_id>/"
MESSAGE = BASE + "messages/<int:comment_id>/"
ACTION = BASE + "actions/<int:action_id>/"
urlpatterns = [
    path(BASE + "queue/", queue.queue, name="queue"),
    path(BASE + "queue/next/", queue.take_next, name="next"),
    path(BASE + "queue/history/", queue.history, name="history"),
    path(ONE, queue.review, name="review"),
    path(ONE + "claim/", decisions.claim, name="claim"),
    path(ONE + "renew/", decisions.renew, name="renew"),
    path(ONE + "release/", decisions.release, name="release"),
    path(ONE + "decide/", decisions.decide, name="decide"),
    path(ONE + "second/", decisions.second, name="second"),
    path(BASE + "comments/", comments.comments, name="comments"),
    path(COMMENT, comments.comment, name="comment"),
    path(COMMENT + "review/", comments.ask_review, name="ask_review"),
    path(COMMENT + "block/", authors.block, name="block"),
    path(COMMENT + "unblock/", authors.unblock, name="unblock"),
    path(BASE + "messages/", conversations.messages, name="messages"),
    path(MESSAGE, conversations.conversation, name="conversation"),
    path(MESSAGE + "answer/", conversations.answer, name="answer"),
    path(BASE + "decisions/<int:decision_id>/undo/", decisions.undo, name="undo"),
    path(BASE + "evidence/<int:evidence_id>/", evidence.evidence, name="evidence"),
    path(ACTION + "retry/", evidence.retry, name="retry"),
    path(ACTION + "cancel/", evidence.cancel, name="cancel"),
    path(ACTION + "settle/", evidence.settle, name="settle"),
]
