"""Follow-ups: what comes after a document, above all that e-mail never leaves twice."""
