"""Mail → Document: EML, Outlook's MSG, mailboxes, web pages saved as mail."""
