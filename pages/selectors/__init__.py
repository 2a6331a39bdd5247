"""Selectors of pages, one file a theme."""
