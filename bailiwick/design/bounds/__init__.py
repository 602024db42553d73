"""How good a plan can be: from its own bases with whole units in one piece, and from any bases."""
