"""Tables: columns with names, numbers and categories beside each other, and cells that are missing.

columns       what a column is, and how its cells become numbers and cells again
survey        which columns of a table are numbers, which categories, and which are left out
table         from a table in memory to examples
delimited     text files: .csv and .tsv
parquet       Apache Parquet files
chunks        files a part at a time
csv_rows      rows as they are written
text_column   a column of text, a line a row
"""
