"""What keys the files may have: one declaration gives the checks, the editors' JSON Schema and the docs."""
