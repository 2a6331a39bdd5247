"""What is said of the brand: named or not, said before or not, well or ill. Pure: no network, no Django."""
