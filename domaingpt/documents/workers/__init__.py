"""Child processes that read files: killable, limited in memory and time, without network."""
