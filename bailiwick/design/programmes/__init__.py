"""Integer programmes: their rows, and those of problems with few units that matter."""
