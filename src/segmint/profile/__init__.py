"""Segments as a person meets them: effects, rules, names, one sentence each."""
