"""What the web says about a brand, asked from the side of each public."""
