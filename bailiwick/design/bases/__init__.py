"""Where territories are based: units gathered to points, plans of points annealed, bases moved to the middle of what they serve."""
