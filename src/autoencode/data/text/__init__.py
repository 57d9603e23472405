"""Text: lines as rows of tokens, and back.

vocabulary           what a token is, and how a line becomes tokens and is written again: words, characters
byte_pairs           parts of words, learned from the training part
choose_vocabulary    which of them suits some lines
lines                from a file or a folder of text to examples
line_file            lines as they are written
symbol_maps          texts that are maps of symbols
"""
