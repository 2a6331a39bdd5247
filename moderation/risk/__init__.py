"""What a comment risks, and why: text in, qualifications and spans out. No Django, no words for readers."""
