"""A guide that changes while it is used, and the notes that follow it."""
