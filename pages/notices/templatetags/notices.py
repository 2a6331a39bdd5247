"""Notices and mails in words and marks, for templates."""

from __future__ import annotations

from django import template

from pages.notices import addresses, messages

register = template.Library()


@register.filter
def words(kind: str) -> messages.NoticeWords:
    """The words of a kind of notice: title, advice, act, tone."""
    return messages.notice_words(kind)


@register.filter
def masked(address: str) -> str:
    """An address without its person: `b…@agence.example`."""
    return addresses.masked(address)


@register.filter
def mail_tone(state: str) -> str:
    """The tone of a mail's state."""
    return messages.MAIL_MARKS[state][0]


@register.filter
def mail_icon(state: str) -> str:
    """The icon of a mail's state."""
    return messages.MAIL_MARKS[state][1]


@register.filter
def mail_code(code: str) -> str:
    """Why a mail stands where it stands."""
    return str(messages.mail_code(code))
