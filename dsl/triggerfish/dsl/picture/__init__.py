"""Pictures of flows: shapes from the program, a layout of our own, and SVG, Mermaid and HTML made from it."""
