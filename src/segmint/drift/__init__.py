"""What training looked like, and what has changed since: numpy only."""
