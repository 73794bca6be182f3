"""The dashboard: pages that show what is published and compute no figure themselves."""
