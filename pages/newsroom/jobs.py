"""Jobs of the newsroom."""

from pages.newsroom import services


def send_digests() -> int:
    """Write the digests that are due. Safe to run twice or at once: each subscriber is told once a day."""
    return services.send_digests()


def forget_unconfirmed() -> int:
    """Forget the addresses that were asked and never answered."""
    return services.forget_unconfirmed()


def forget_commenters() -> int:
    """Forget the addresses of those who commented or reported a year ago, and what they withdrew."""
    return services.forget_commenters()
