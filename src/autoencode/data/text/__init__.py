"""Text: lines as rows of tokens, and back.

vocabulary    what a token is, and how a line becomes tokens and is written again
lines         from a file or a folder of text to examples
line_file     lines as they are written
"""
