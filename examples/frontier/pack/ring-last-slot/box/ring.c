/* The last messages of a program, in a ring of bytes. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define HEAD 2u
#define LONGEST 255u

struct ring {
    uint8_t *bytes;
    size_t room;   /* bytes that there are */
    size_t first;  /* where the oldest message begins */
    size_t used;   /* bytes of all messages */
    unsigned count;
};

static size_t wrapped(const struct ring *ring, size_t at)
{
    return at >= ring->room ? at - ring->room : at;
}

struct ring *ring_new(size_t room)
{
    struct ring *ring = calloc(1, sizeof *ring);
    if (!ring || room < HEAD + LONGEST || room > SIZE_MAX / 2)
        return free(ring), NULL;
    ring->bytes = malloc(room);
    ring->room = room;
    return ring->bytes ? ring : (free(ring), NULL);
}

static void put(struct ring *ring, size_t at, const uint8_t *data, size_t count)
{
    size_t until_end;
    at = wrapped(ring, at);
    until_end = ring->room - at;
    if (count <= until_end) {
        memcpy(ring->bytes + at, data, count);
        return;
    }
    memcpy(ring->bytes + at, data, until_end);
    memcpy(ring->bytes, data + until_end, count - until_end);
}

static void get(const struct ring *ring, size_t at, uint8_t *data, size_t count)
{
    size_t until_end;
    at = wrapped(ring, at);
    until_end = ring->room - at;
    if (count > until_end) {
        memcpy(data, ring->bytes + at, until_end);
        memcpy(data + until_end, ring->bytes, count - until_end);
        return;
    }
    memcpy(data, ring->bytes + at, count);
}

static size_t length_at(const struct ring *ring, size_t at)
{
    at = wrapped(ring, at);
    return (size_t)ring->bytes[at] << 8 | ring->bytes[at + 1];
}

static void forget_oldest(struct ring *ring)
{
    size_t whole = HEAD + length_at(ring, ring->first);
    ring->first = wrapped(ring, ring->first + whole);
    ring->used -= whole;
    ring->count--;
}

int ring_add(struct ring *ring, const char *text)
{
    size_t count = strlen(text);
    uint8_t head[HEAD];
    if (count > LONGEST)
        count = LONGEST;
    head[0] = (uint8_t)(count >> 8);
    head[1] = (uint8_t)count;
    while (ring->used + HEAD + count > ring->room)
        forget_oldest(ring);
    put(ring, ring->first + ring->used, head, HEAD);
    put(ring, ring->first + ring->used + HEAD, (const uint8_t *)text, count);
    ring->used += HEAD + count;
    ring->count++;
    return 0;
}

size_t ring_oldest(const struct ring *ring, char *text, size_t room)
{
    size_t count;
    if (!ring->count || !room)
        return 0;
    count = length_at(ring, ring->first);
    if (count > room - 1)
        count = room - 1;
    get(ring, ring->first + HEAD, (uint8_t *)text, count);
    text[count] = 0;
    return count;
}

void ring_free(struct ring *ring)
{
    if (ring)
        free(ring->bytes);
    free(ring);
}
