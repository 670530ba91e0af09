"""Presentations → Document."""
