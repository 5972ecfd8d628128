"""What a chair looks at: late by agency, and where plans and agencies cross."""
