"""Fitting a preparation: missing values, tails, scaling, encoding; each step with its reason."""
