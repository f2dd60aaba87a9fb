"""How like two rows are, who is most like some, and how to find it out fast: numpy only."""
