"""The families of clustering, each in the shape in which a sweep uses it."""
