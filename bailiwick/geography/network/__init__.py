"""Building the bundled road network from public highway files; nothing here runs when roads are only used."""
