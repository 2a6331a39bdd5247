"""Forms of pages, one file a theme."""
