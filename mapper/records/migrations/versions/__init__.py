"""One revision an area of tables; a revision that has been used is never edited."""
