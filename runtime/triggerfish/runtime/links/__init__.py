"""Links by which people act on a message: signed ones, the pixel, and campaign tags; and reading them again."""
