"""What people and the engine do to posts and deliveries, one file a theme."""
