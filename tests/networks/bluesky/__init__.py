"""Bluesky under test."""
