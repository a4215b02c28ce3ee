"""RQ's side of the desk: how jobs are taken, carried out on threads, and their outcomes written."""
