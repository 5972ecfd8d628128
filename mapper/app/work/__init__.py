"""People's work on places: assessments, plans, interventions, meetings, children."""
