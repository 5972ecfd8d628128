"""What people did and decided, kept for good: the database, its audit log and what stands on it.

SQLite in the workspace folder unless the setting ``MAPPER_DATABASE`` names a PostgreSQL. Each area
of tables has its own module in :mod:`mapper.records.schema` and its own revision in
:mod:`mapper.records.migrations`; every act is one ``database.write()`` transaction together with
its audit entry.
"""
