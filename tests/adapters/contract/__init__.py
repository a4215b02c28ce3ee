"""The contract every adapter keeps: `suite` says what, a vendor's file says with whom."""
