"""The pure halves of adapters whose payload has many parts: one module per system, under its key."""
