"""The command line: words on standard error, results on standard output."""
