"""HTML → Document."""
