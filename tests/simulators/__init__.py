"""Tests of the stand-ins: they must be as strict, and as badly behaved, as the systems they stand for."""
