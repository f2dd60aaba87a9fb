"""Features of customers and players from their events."""
