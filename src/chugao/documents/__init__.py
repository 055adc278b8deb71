"""Documents of the world: what kind they are, what is in them, how they are built."""
