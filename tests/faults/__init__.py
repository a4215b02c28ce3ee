"""Seeded faults in a running house, and the books after each: `make faults`.

A run: the real door, workers, two clocks, Valkey, SQLite and a simulated invoicing system over HTTP; at least 20
orders; one fault at a moment the seed chooses; then the books are closed. To add a fault, write a function in one of
the rooms (kills, answers, bell, memory, links) with `@fault` above it: it posts the scene's orders, does its harm, and
says whether the harm was really done.
"""
