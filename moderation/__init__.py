"""Comments in, risk, queue, decision, action, evidence."""
