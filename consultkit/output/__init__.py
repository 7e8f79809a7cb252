"""From values to text: pure functions that return str."""
