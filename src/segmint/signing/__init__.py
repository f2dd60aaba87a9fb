"""Who vouches for a bundle: Ed25519 signatures, by ``cryptography`` (only here)."""
