"""Documents and records in, models out, and back again: one module or folder a format, reader and writer together.

Parsers are pure: bytes (or plain values from DNS) in, a value out, and one error, ``InvalidDocument``, for a document
that cannot be used at all. What can be used is taken; each thing that was not is named in ``Reading.ignored``. How far
the result can be trusted is not their business: the source that fetched the document sets it.
"""
