"""The command line: its commands, what they show, and how they end."""
