"""The content of the shipped domains' binary documents: one module or package a domain, with its `DOCUMENTS`."""
