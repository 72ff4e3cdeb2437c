/* What is stored: the tables of a Core, the buffers of a call, and what a text is on its way. */

#ifndef SOCIALCLASS_TYPES_H
#define SOCIALCLASS_TYPES_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__linux__)
#include <sys/mman.h>
#endif
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#if defined(__GNUC__)
#define PREFETCH(address) __builtin_prefetch(address)
#else
#define PREFETCH(address) ((void)(address))
#endif

enum { PADDING = 64, BATCH_LINES = 128, BATCH_BYTES = 2048, LOGS = 64, N_REASONS = 4 };
enum { SIEVE = 4096 };                     /* bytes: Worker.sieve */
enum { LONGEST_TEXT = 1 << 16 };           /* bytes: text.LONGEST_TEXT; Python cuts what is longer */
enum { SHORTEST_PART = 4 };                /* of a handle: text._SHORTEST_PART */
enum { EMPTY_TEXT, NO_KNOWN_TERMS, LOW_CONFIDENCE, NOT_ENGLISH };
enum { ADDS_FILE = 1, ADDS_POSITION };        /* members that an activity has not */
#define URL_TOKEN "<url>" /* text.URL */
enum { URL_LENGTH = sizeof(URL_TOKEN) - 1 };
#define ALIAS (-1) /* the `word` of a platform's name: as a token it is <platform> */
#define UNKNOWN_TERM (-1) /* the `prefix` of a name that is none */

/* Terms are numbered from 1 and ids begin with 1, so that tables of zeros are empty: a free slot says "no term", and
   "nobody asked yet", to whoever reads it without looking. */

/* A string that is a term, a prefix of terms, or a part of a pair; `length` 0 marks a free slot. The two ends are here
   so that a name of up to 16 bytes is compared without another look into memory. */
typedef struct {
    uint64_t head, tail;       /* the first and the last 8 bytes */
    uint32_t length, offset;   /* offset into Core.pool, which is its id, too */
    int32_t word, prefix;      /* the terms "name", or 0, and "name*", or UNKNOWN_TERM; of a name longer than a prefix,
                                  the term of its own first characters, or 0 until a text has asked */
} Name;

typedef struct {
    uint32_t ids[2];           /* of left and right, as the bytes of a pair's key (`key_of_pair`); 0 marks a free slot */
    int32_t term;
} Pair;

typedef struct {
    uint64_t head, tail;
    uint32_t offset, length, hash;
    uint32_t prefix_length;    /* 0: the token is not longer than a prefix */
} Token;

/* A token whose first characters must be looked up. */
typedef struct {
    uint32_t token, hash;
} Asked;

/* What was found of a token: its term, that of its first characters, and the pair with the one before: at first its
   key, then its term. */
typedef struct {
    int32_t word, prefix;
    uint64_t pair;
} Finding;

enum { MARKED = 64 };

/* Which of MARKED tokens in a row are terms, which have a prefix that may be one, and which may be a pair with the one
   before: a bit for each. */
typedef struct {
    uint64_t words, prefixes, pairs;
} Marks;

/* Bytes that are not owned. */
typedef struct {
    const uint8_t *s;
    size_t length;
} Span;

typedef struct {
    const uint8_t *source;     /* the text as it came; not owned */
    size_t length;
    size_t first, count;       /* its tokens */
    size_t parts;              /* tokens after these: parts of handles, which are no neighbours */
    size_t marks;              /* its first in worker->marks */
    const uint8_t *record;     /* of a table: the record that the text is of, as it came; not owned */
    size_t record_length;
    int quoted;                /* a quote stands in the record */
    uint32_t first_fact, n_facts; /* of an activity: known terms beside those of the text, in worker->facts */
    int not_english, adds;
    size_t number;             /* of the record's line, from 1 */
    Span file, position;       /* what an activity itself says instead, if anything */
} Line;

typedef struct {
    uint64_t key;              /* the text's stamp, and below it the term */
    size_t position;           /* in Worker.found */
} Count;

typedef struct {
    uint32_t term, count;
} Found;

typedef struct Shape Shape;
typedef struct FunctionWord FunctionWord;

/* The buffers of one call; kept and used again. */
typedef struct Worker {
    struct Worker *next;
    uint8_t *text, *scratch, *opened;
    size_t text_size, text_used, scratch_size, opened_size;
    Token *tokens;
    size_t tokens_size, n_tokens;
    Asked *asked;              /* of all lines of the batch, as what follows */
    Finding *findings;         /* of each token */
    Marks *marks;
    size_t asked_size, n_asked, findings_size, marks_size, n_marks;
    int32_t *terms;            /* of a text that a vocabulary is made of, up to 3 a token */
    size_t terms_size;
    Count *counts;
    size_t counts_size;        /* a power of two */
    uint32_t stamp;
    Found *found;
    size_t found_size, n_found;
    Line lines[BATCH_LINES];
    size_t n_lines;
    double *totals;            /* n_rows scores, then as many shares */
    uint8_t *out, *plain;      /* rows of a table; texts of the batch with quotes and escapes taken out */
    size_t out_size, out_used, plain_size, plain_used;
    Span *keys;                /* of the JSON objects that are open */
    size_t keys_size, n_keys;
    PyObject *helpers;         /* of activities: see activities.h; what follows was learnt from them */
    Shape *shapes;
    uint8_t *shape_pool;
    int32_t *facts;
    FunctionWord *words;
    uint8_t sieve[SIEVE];      /* a bit for the hash of each of them */
    size_t shapes_size, n_shapes, pool_size, pool_used, facts_size, n_facts, words_size;
    PyThreadState *thread;     /* of the call that runs without the interpreter's lock; NULL while it holds it */
} Worker;

typedef struct {
    PyObject_HEAD
    uint8_t *arena;            /* what a vocabulary's tables lie in, if they are large */
    size_t arena_size;
    Name *names;
    size_t names_size;         /* a power of two, as pairs_size */
    size_t n_names;
    uint32_t start_id, platform_id;
    uint8_t *pool;
    size_t pool_size, pool_used;
    Pair *pairs;
    size_t pairs_size, n_pairs;
    uint64_t *filter;          /* a bit for each pair's hash: most neighbours are no pair, and this is small */
    int filter_shift;          /* what of a pair's hash is not its place in the filter */
    double *rows;              /* for each term: idf * idf, then idf * coefficient for each row of scores; zeros first */
    double *intercept;
    Py_ssize_t n_terms, n_rows;
    size_t row_size;           /* bytes of a term's row */
    double damping;
    int ngrams, prefix, entities; /* see text.AnalyzerSettings */
    PyObject *meaning_of, *normalize, *fold;
    Worker *idle;
    int ready;
} Core;

#endif
