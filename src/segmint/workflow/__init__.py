"""One short function a journey."""
