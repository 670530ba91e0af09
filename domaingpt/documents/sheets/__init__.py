"""Spreadsheets and delimited text → Document."""
