"""The door: who may come in, and how the server is started and guarded."""
