"""LDA and TF-IDF K-Means on one vocabulary, and what is measured about both."""
