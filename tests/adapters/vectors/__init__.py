"""Every vector that ends in a document, through every system's simulator."""
