"""The workbench: any question, asked of the data in use."""
