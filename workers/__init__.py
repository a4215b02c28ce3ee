"""The desk: reads an event, decides what the order owes, drafts it, has it issued, and minds retries and the bell."""
