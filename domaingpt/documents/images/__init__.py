"""Picture → Document."""
