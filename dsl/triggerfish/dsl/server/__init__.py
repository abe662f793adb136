"""The language server: what editors ask about ``.flow`` files, answered over the Language Server Protocol."""
