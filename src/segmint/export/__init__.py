"""Other forms of a model: a scikit-learn pipeline, one SELECT, and the rows on which they are checked."""
