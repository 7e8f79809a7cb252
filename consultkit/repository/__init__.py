"""What git knows of a workspace: what is staged, what was ever committed, what lies beside and around it."""
