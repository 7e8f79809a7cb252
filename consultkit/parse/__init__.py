"""From text to model: mapping, guide, themes, notes, syntheses."""
