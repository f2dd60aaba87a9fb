"""A container image for a served model, described as a folder of plain files that any builder takes."""
