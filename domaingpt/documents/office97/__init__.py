"""Word and PowerPoint files of 97 to 2003 → Document."""
