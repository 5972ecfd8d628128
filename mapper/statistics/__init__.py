"""Statistics: one idea a file, each a pure function over whole tables."""
