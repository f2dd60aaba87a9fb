"""Matching two versions of a segmentation: which segment carries on which."""
