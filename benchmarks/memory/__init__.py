"""Does the gateway hold on to what it has answered: resident memory over many requests, many at once, and big ones."""
