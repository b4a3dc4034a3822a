#include "chunk.h"
#include <stdlib.h>
#include <string.h>

#define TIDE_CHUNK 4096

/* An image in memory, as far as it is read: at most 64 KiB. */
struct reader {
    unsigned char bytes[65536];
    size_t size;
};

int tide_read_chunk(FILE *file, struct tide_chunk *chunk)
{
    static struct reader reader;
    size_t length;

    reader.size = fread(reader.bytes, 1, sizeof reader.bytes, file);
    if (reader.size < 4)
        return -1;
    length = (size_t)reader.bytes[0] << 24 | reader.bytes[1] << 16 | reader.bytes[2] << 8 | reader.bytes[3];
    if (length > reader.size - 4)
        return -1;
    chunk->data = malloc(TIDE_CHUNK);
    if (chunk->data == NULL)
        return -1;
    memcpy(chunk->data, reader.bytes + 4, length);
    chunk->length = length;
    return 0;
}
