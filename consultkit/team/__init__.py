"""A team on several laptops: packs, what each has seen, merges."""
