"""What keeps people safe: identities, the search for leaks, small cells, encryption. Pure functions."""
