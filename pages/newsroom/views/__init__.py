"""Views of the public page."""
