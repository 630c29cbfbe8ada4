"""The home page: what needs somebody, how today goes, what happened, and the first steps."""
