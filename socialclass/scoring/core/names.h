/* Names and pairs: the two hash tables. Bytes are compared, never the hash alone. */

#ifndef SOCIALCLASS_NAMES_H
#define SOCIALCLASS_NAMES_H

#include "characters.h"
#include "memory.h"

static inline uint64_t head_of(const uint8_t *s, size_t length) {
    return load8(s) & low_mask[length < 8 ? length : 8];
}

/* Return the last 8 bytes of a longer name, else 0; without a branch that could be guessed wrong. */
static inline uint64_t tail_of(const uint8_t *s, size_t length) {
    uint64_t longer = 0 - (uint64_t)(length > 8);
    return load8(s + ((length - 8) & longer)) & longer;
}

static inline uint32_t hash_name(uint64_t head, uint64_t tail, const uint8_t *s, size_t length) {
    uint64_t h = (head ^ length) * UINT64_C(0x9e3779b97f4a7c15);
    h = ((h ^ h >> 29) + tail) * UINT64_C(0xbf58476d1ce4e5b9);
    for (size_t i = 8; i + 8 < length; i += 8) /* what lies between the ends */
        h = ((h ^ h >> 29) + load8(s + i)) * UINT64_C(0xbf58476d1ce4e5b9);
    return (uint32_t)((h ^ h >> 32) * UINT64_C(0x94d049bb133111eb) >> 32);
}

static inline uint32_t hash_pair(uint32_t left, uint32_t right) {
    return (uint32_t)(((uint64_t)left << 32 | right) * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

static inline int same_name(const Core *core, const Name *name, uint64_t head, uint64_t tail, const uint8_t *s,
                            size_t length) {
    return ((name->head ^ head) | (name->tail ^ tail) | (name->length ^ length)) == 0 &&
           (length <= 16 || memcmp(core->pool + name->offset + 8, s + 8, length - 16) == 0);
}

/* Return the slot of a name, or the free slot where its search ends. */
static inline Name *find_name(const Core *core, uint32_t hash, uint64_t head, uint64_t tail, const uint8_t *s,
                              size_t length) {
    size_t slot = hash & (core->names_size - 1);
    while (core->names[slot].length != 0 && !same_name(core, &core->names[slot], head, tail, s, length))
        slot = (slot + 1) & (core->names_size - 1);
    return &core->names[slot];
}

static inline Pair *find_pair(const Core *core, uint32_t hash, uint32_t left, uint32_t right) {
    size_t mask = core->pairs_size - 1, slot = hash & mask;
    while (core->pairs[slot].left != NONE && !(core->pairs[slot].left == left && core->pairs[slot].right == right))
        slot = (slot + 1) & mask;
    return &core->pairs[slot];
}

/* The upper bits: the slot is of the lower ones. */
static inline size_t filter_bit(const Core *core, uint32_t hash) {
    return (hash ^ hash >> 15) * UINT32_C(2654435769) >> 3 & (core->filter_bits - 1);
}

static int double_names(Core *core) {
    Name *old = core->names;
    size_t old_size = core->names_size, size = old_size * 2;
    Name *names = PyMem_RawCalloc(size, sizeof(Name));
    if (names == NULL)
        return -1;
    core->names = names;
    core->names_size = size;
    for (size_t i = 0; i < old_size; i++)
        if (old[i].length != 0) {
            const uint8_t *s = core->pool + old[i].offset;
            size_t length = old[i].length, slot = hash_name(old[i].head, old[i].tail, s, length) & (size - 1);
            while (names[slot].length != 0)
                slot = (slot + 1) & (size - 1);
            names[slot] = old[i];
        }
    free_table(core, old);
    return 0;
}

/* A name's bytes, and what they are found by. */
typedef struct {
    const uint8_t *s;
    size_t length;
    uint64_t head, tail;
    uint32_t hash;
} Key;

/* There are 8 bytes to read from `s` on. */
static inline Key key_of(const uint8_t *s, size_t length) {
    Key key = {.s = s, .length = length, .head = head_of(s, length), .tail = tail_of(s, length)};
    key.hash = hash_name(key.head, key.tail, s, length);
    return key;
}

/* Return the slot of a name, which is made if need be; NULL without memory. The next call may move it. */
static Name *intern_key(Core *core, const Key *key) {
    const uint8_t *s = key->s;
    size_t length = key->length;
    uint64_t head = key->head, tail = key->tail;
    uint32_t hash = key->hash;
    Name *name = find_name(core, hash, head, tail, s, length);
    if (name->length != 0)
        return name;
    if (2 * (core->n_names + 1) > core->names_size) {
        if (double_names(core) < 0)
            return NULL;
        name = find_name(core, hash, head, tail, s, length);
    }
    if (core->pool_used + length > UINT32_MAX - PADDING ||
        GROW(core->pool, core->pool_size, core->pool_used + length + PADDING) < 0)
        return NULL;
    memcpy(core->pool + core->pool_used, s, length);
    int longer = core->prefix > 0 && length > (size_t)core->prefix;
    *name = (Name){head, tail, (uint32_t)length, (uint32_t)core->pool_used, -1, longer ? UNASKED : -1};
    core->pool_used += length;
    core->n_names++;
    return name;
}

/* The same for bytes of which no more than `length` can be read. */
static Name *intern(Core *core, const uint8_t *s, size_t length) {
    uint8_t padded[8] = {0};
    if (length < 8)
        s = memcpy(padded, s, length);
    Key key = key_of(s, length);
    return intern_key(core, &key);
}

#endif
