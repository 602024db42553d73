"""A plan that exists brought back into band by the fewest moves, and a new look at one part of it."""
