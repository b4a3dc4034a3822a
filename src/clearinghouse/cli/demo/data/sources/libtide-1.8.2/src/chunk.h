#include <stdio.h>

struct tide_chunk {
    unsigned char *data;
    size_t length;
};

int tide_read_chunk(FILE *file, struct tide_chunk *chunk);
