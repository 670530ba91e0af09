"""Plain text and its markup → Document, with the offsets of the file."""
