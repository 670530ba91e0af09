"""When not to answer: how far evidence supports a question, and where a domain draws the line."""
