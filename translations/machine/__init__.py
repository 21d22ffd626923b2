"""Machine translation on this machine: engine port, protection of terms and figures, gates."""
