"""Measures of a clustering: separation, density, information, agreement; a whole sweep at once."""
