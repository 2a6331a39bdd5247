"""cm_suite: brand pages on social networks, published, moderated and listened to."""
