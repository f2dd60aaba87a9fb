"""A model that answers other systems over HTTP: numpy, safetensors and a small web framework only."""
