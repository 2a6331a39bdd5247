"""The ground floor: no business word, imports no other application of the suite."""
