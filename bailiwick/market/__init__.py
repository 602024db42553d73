"""The market of a definition: what is to be divided, and how to find things in it by name."""
