"""Views of pages, one file a theme."""
