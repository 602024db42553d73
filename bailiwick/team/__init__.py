"""The team that sells: its layers, where people start from, and the rules they ask for."""
