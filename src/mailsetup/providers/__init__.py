"""The provider database: schema and compiler for building it, look-ups for using it.

``schema``, ``compile`` and ``importer`` are for building and linting; a look-up imports ``database`` and ``expand``.
"""
