"""The desk's side of a shop: what an order is now, what was never sent, and whether the shop still sends at all."""
