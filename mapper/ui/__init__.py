"""The pieces that the pages of the app share."""
