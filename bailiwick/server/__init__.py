"""The workbench's server: what a browser asks of a workspace, on loopback only."""
