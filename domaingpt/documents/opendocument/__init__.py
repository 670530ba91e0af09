"""OpenDocument texts, spreadsheets and presentations → Document."""
