"""Compiled loops: numba lives here and nowhere else."""
