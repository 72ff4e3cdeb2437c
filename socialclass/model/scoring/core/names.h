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
    uint64_t h = head * UINT64_C(0x9e3779b97f4a7c15) + tail * UINT64_C(0xbf58476d1ce4e5b9);
    for (size_t i = 8; i + 8 < length; i += 8) /* what lies between the ends */
        h = ((h ^ h >> 29) + load8(s + i)) * UINT64_C(0xbf58476d1ce4e5b9);
    return (uint32_t)((h ^ h >> 32) * UINT64_C(0x94d049bb133111eb) >> 32);
}

/* Two ids as one number; 0 if there is no left one. */
static inline uint64_t key_of_pair(uint64_t left, uint64_t right) { return left << 32 | right; }

static inline uint64_t hash_pair(uint64_t key) { return key * UINT64_C(0x9e3779b97f4a7c15); }

/* The upper half of a product is the better mixed one: the slot is of its lower bits, the place in the filter of its
   upper ones. */
static inline size_t pair_slot(const Core *core, uint64_t hash) { return hash >> 32 & (core->pairs_size - 1); }
static inline size_t filter_bit(const Core *core, uint64_t hash) { return hash >> core->filter_shift; }

static inline int same_name(const uint8_t *pool, const Name *name, uint64_t head, uint64_t tail, const uint8_t *s,
                            size_t length) {
    return ((name->head ^ head) | (name->tail ^ tail) | (name->length ^ length)) == 0 &&
           (length <= 16 || memcmp(pool + name->offset + 8, s + 8, length - 16) == 0);
}

/* Return the slot of a name, or the free slot where its search ends. */
static inline Name *find_name(const Core *core, uint32_t hash, uint64_t head, uint64_t tail, const uint8_t *s,
                              size_t length) {
    Name *names = core->names;
    const uint8_t *pool = core->pool;
    size_t mask = core->names_size - 1, slot = hash & mask;
    while (!same_name(pool, &names[slot], head, tail, s, length) && names[slot].length != 0)
        slot = (slot + 1) & mask;
    return &names[slot];
}

/* Return the slot of a pair, or the free slot where its search, which begins at `slot`, ends. */
static inline Pair *find_pair(const Core *core, size_t slot, uint64_t key) {
    Pair *pairs = core->pairs;
    size_t mask = core->pairs_size - 1;
    for (uint64_t met; (met = load8((const uint8_t *)pairs[slot].ids)) != key && met != 0;)
        slot = (slot + 1) & mask;
    return &pairs[slot];
}

static inline void enter_pair(Core *core, uint64_t key, int32_t term) {
    Pair *pair = find_pair(core, pair_slot(core, hash_pair(key)), key);
    memcpy(pair->ids, &key, sizeof(key));
    pair->term = term;
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

/* Read a number that another thread may write meanwhile: once, so that all that is made of it is of one value. */
static inline int32_t read_shared(const int32_t *number) { return *(const volatile int32_t *)number; }

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
    *name = (Name){head, tail, (uint32_t)length, (uint32_t)core->pool_used, 0, longer ? 0 : UNKNOWN_TERM};
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
