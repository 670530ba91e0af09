"""The content of the starter domains' binary documents, and the writers that turn it into files."""
