"""The briefing of a partnership meeting: what one audience may see, on a screen and on paper."""
