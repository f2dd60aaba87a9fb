"""What a sweep shares about one matrix: trees, neighbors, distances."""
