/* Characters: classes of bytes, what Python said a character becomes, and what is UTF-8. */

#ifndef SOCIALCLASS_CHARACTERS_H
#define SOCIALCLASS_CHARACTERS_H

#include "types.h"

enum { SKIP, SPACE, WORD, MARK, WIDE };    /* of a byte; WIDE begins a character of several bytes */
enum { UNSEEN, IS_WORD, IS_SPACE, IS_OTHER }; /* shapes of wide characters */
enum { UNKNOWN, PLAIN, COMBINING, COMPLEX };  /* kinds of meaning */

static uint8_t byte_class[256];
static uint8_t is_host[256];               /* [a-z0-9.-] */
static uint64_t low_mask[9];               /* keeps the first n bytes of a load */
static double log_table[LOGS];             /* 1 + ln(count) */

/* By code point, filled as characters are met; untouched pages cost nothing. A meaning is one word of 8 bytes, so that
   a thread that reads while another writes sees all of it or nothing: kind, length, and up to 6 bytes of UTF-8. */
static uint64_t *meanings;
static uint8_t *shapes;

static uint64_t load8(const uint8_t *bytes) {
    uint64_t value;
    memcpy(&value, bytes, 8);
    return value;
}

/* Return the place of the lowest bit that is set; one must be. */
static inline int lowest_bit(uint64_t bits) {
#if defined(__GNUC__)
    return __builtin_ctzll(bits);
#else
    int place = 0;
    for (; (bits & 1) == 0; bits >>= 1)
        place++;
    return place;
#endif
}

static void fill_tables(void) {
    for (int c = 0; c < 256; c++) {
        int space = c == ' ' || (c >= 9 && c <= 13) || (c >= 28 && c <= 31);
        int word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        byte_class[c] = c >= 128 ? WIDE : space ? SPACE : word ? WORD : c > 32 && c < 127 ? MARK : SKIP;
        is_host[c] = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
    }
    for (int n = 0; n <= 8; n++) {
        uint8_t bytes[8] = {0};
        memset(bytes, 0xff, (size_t)n);
        low_mask[n] = load8(bytes);
    }
    for (int n = 1; n < LOGS; n++)
        log_table[n] = 1.0 + log((double)n);
}

/* Decode a character of valid UTF-8 that begins with a byte >= 0x80. */
static inline Py_UCS4 decode_wide(const uint8_t *s, size_t *size) {
    if (s[0] < 0xe0) {
        *size = 2;
        return (Py_UCS4)(s[0] & 0x1f) << 6 | (s[1] & 0x3f);
    }
    if (s[0] < 0xf0) {
        *size = 3;
        return (Py_UCS4)(s[0] & 0x0f) << 12 | (Py_UCS4)(s[1] & 0x3f) << 6 | (s[2] & 0x3f);
    }
    *size = 4;
    return (Py_UCS4)(s[0] & 0x07) << 18 | (Py_UCS4)(s[1] & 0x3f) << 12 | (Py_UCS4)(s[2] & 0x3f) << 6 | (s[3] & 0x3f);
}

/* Python's own classes; str.isalnum() asks for up to four tables, hence the memory. */
static inline int shape_of(Py_UCS4 c) {
    if (shapes[c] == UNSEEN)
        shapes[c] = Py_UNICODE_ISALNUM(c) ? IS_WORD : Py_UNICODE_ISSPACE(c) ? IS_SPACE : IS_OTHER;
    return shapes[c];
}

#define HIGH_BITS UINT64_C(0x8080808080808080)

static inline int is_ascii(const uint8_t *s, size_t length) {
    uint64_t all = 0;
    size_t i = 0;
    if (length >= 16) {
        for (; i + 16 < length; i += 16)
            all |= load8(s + i) | load8(s + i + 8);
        all |= load8(s + length - 16) | load8(s + length - 8); /* some bytes twice, rather than each of the rest */
    } else
        for (; i < length; i++)
            all |= s[i];
    return (all & HIGH_BITS) == 0;
}

/* Return the position of the first byte that Python's strict decoder refuses, or `length`. */
static size_t first_invalid(const uint8_t *s, size_t length) {
    size_t i = 0;
    if (is_ascii(s, length))
        return length;
    while (i < length) {
        uint8_t c = s[i];
        if (c < 0x80) {
            i += length - i >= 8 && (load8(s + i) & HIGH_BITS) == 0 ? 8 : 1;
            continue;
        }
        if (c >= 0xc2 && c < 0xe0 && length - i >= 2 && (s[i + 1] & 0xc0) == 0x80) { /* most of what is not ASCII */
            i += 2;
            continue;
        }
        size_t size = c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xf0 && c < 0xf5 ? 4 : 0;
        if (size == 0 || size > length - i)
            return i;
        /* overlong forms, surrogates and what lies beyond U+10FFFF show in the second byte */
        uint8_t low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80, high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
        if (s[i + 1] < low || s[i + 1] > high)
            return i;
        for (size_t k = 2; k < size; k++)
            if ((s[i + k] & 0xc0) != 0x80)
                return i;
        i += size;
    }
    return length;
}

#endif
