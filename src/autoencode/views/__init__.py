"""What a person looks at: figures, pages, the report, the map and the explorer."""
