"""The machine: pure, without input or output, clock or chance."""
