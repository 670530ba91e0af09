"""Word → Document."""
