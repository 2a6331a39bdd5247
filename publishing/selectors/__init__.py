"""Selectors of publishing, one file a theme. They read and give frozen rows."""
