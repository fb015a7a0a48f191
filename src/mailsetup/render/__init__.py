"""Results → text for people and programs, one file a format. Renderers compute nothing: the result has it all."""
