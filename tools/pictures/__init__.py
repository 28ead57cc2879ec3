"""Pictures of every screen of the page, to look at: `make screenshots`."""
