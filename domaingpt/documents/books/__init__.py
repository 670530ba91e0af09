"""EPUB → Document."""
