"""Values shared by all layers. Imports nothing of ours."""
