"""What looks at the project itself: its dependencies, their licences, what is known to be wrong with them."""
