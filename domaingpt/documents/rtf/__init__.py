"""Rich Text Format → Document."""
