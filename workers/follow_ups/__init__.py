"""What comes after a document: PDF, payment, e-mail, the government's number, a last look."""
