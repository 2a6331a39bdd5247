"""What leads type about audits."""
