"""The console's pages: a login, dead letters with their buttons, and the RQ dashboard, mended."""
