"""Cells → rows that name their columns; shared by every format that has tables."""
