"""Records and nested values (JSON, XML, notebooks) → Document."""
