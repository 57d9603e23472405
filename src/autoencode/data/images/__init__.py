"""Pictures: one file, folders of them, patches, and writing them back."""
