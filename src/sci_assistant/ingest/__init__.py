"""From article files to a build of the index: parse, check, chunk, build."""
