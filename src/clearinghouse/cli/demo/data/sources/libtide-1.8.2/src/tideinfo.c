#include "chunk.h"
#include <stdlib.h>

/* Says how long the first chunk of the image on standard input is. */
int main(void)
{
    struct tide_chunk chunk;

    if (tide_read_chunk(stdin, &chunk) != 0) {
        puts("no chunk");
        return 0;
    }
    printf("a chunk of %zu bytes\n", chunk.length);
    free(chunk.data);
    return 0;
}
