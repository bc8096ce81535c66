"""The formats of files, one a file; which one a file is in is told by its content."""
