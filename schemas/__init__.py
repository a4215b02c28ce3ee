"""The words: what a shop says, what we ask for, what came back, and everything that can go wrong on the way."""
