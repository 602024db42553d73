"""Plans of a project: drawn, proven, changed, checked, and asked about."""
