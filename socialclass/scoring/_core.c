/* The compiled scoring core: texts or whole blocks of lines in, scores or labelled lines out.

It computes what `text.analyze` and `reference.Scorer` compute, on UTF-8 bytes and in passes over some hundred texts
at a time, so that a table's slot is on its way from memory before it is looked at:

    normalise    compatibility forms, invisible characters, quotes, hashtags, lower case, digits   -> Worker.text
    tokenise     the alternatives of `text._TOKEN`, in their order; each token is hashed           -> Worker.tokens
    resolve      token -> its id, its term, the term of its prefix; two neighbours' ids -> a pair's term
    label        whole blocks of lines, of CSV or of JSONL; a record of a table that is not plain is left to Python
    score        counts of a text's terms in order of first occurrence, length, one sum for each row of weights

It holds no rule of its own about single characters: what one becomes is asked of Python once (`learn`), and a text
whose characters depend on each other (combining marks, a final sigma) is normalised by `text.normalize` itself.
Names compare by their bytes, never by hash alone. Reads of 8 bytes may pass a token's end, never its buffer's: all
buffers are PADDING longer than what they hold. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__GNUC__)
#define PREFETCH(address) __builtin_prefetch(address)
#else
#define PREFETCH(address) ((void)(address))
#endif

enum { PADDING = 64, BATCH_LINES = 128, BATCH_BYTES = 4096, LOGS = 64, N_REASONS = 3 };
enum { SHORTEST_PART = 4 };                /* of a handle: text._SHORTEST_PART */
enum { EMPTY_TEXT, NO_KNOWN_TERMS, LOW_CONFIDENCE };
enum { LONGEST_TEXT = 1 << 16 };           /* bytes: text.LONGEST_TEXT; Python cuts what is longer */
enum { NO_STOP = -1, LONG_LINE = -2 };     /* of Labelling.bad_byte */
#define NONE UINT32_MAX
#define ALIAS (-2) /* the `word` of a platform's name: as a token it is <platform> */

/* ---------------------------------------------------------------- what is stored */

/* A string that is a term, a prefix of terms, or a part of a pair; `length` 0 marks a free slot. The two ends are here
   so that a name of up to 16 bytes is compared without another look into memory. */
typedef struct {
    uint64_t head, tail;       /* the first and the last 8 bytes */
    uint32_t length, offset;   /* offset into Core.pool, which is its id, too */
    int32_t word, prefix;      /* the terms "name" and "name*", or -1 */
} Name;

typedef struct {
    uint32_t left, right;      /* ids; left NONE marks a free slot */
    int32_t term;
} Pair;

typedef struct {
    uint64_t head, tail, prefix_head;
    uint32_t offset, length, hash, id;
    uint32_t prefix_length, prefix_hash; /* length 0: the token is not longer than a prefix */
} Token;

/* Two neighbours that may be a pair of the vocabulary. */
typedef struct {
    uint32_t left, right, hash;
} Candidate;

typedef struct {
    const uint8_t *source;     /* the text as it came; not owned */
    size_t length;
    size_t first, count;       /* its tokens */
    size_t parts;              /* tokens after these: parts of handles, which are no neighbours */
    size_t n_terms;            /* known terms, from worker->terms[3 * first] on */
    size_t n_pairs;            /* candidates */
    const uint8_t *record;     /* of a table: the record that the text is of, as it came; not owned */
    size_t record_length;
    int quoted;                /* a quote stands in the record */
} Line;

typedef struct {
    uint32_t stamp, position;
    int32_t term;
} Count;

typedef struct {
    int32_t term;
    uint32_t count;
    double value, coef;        /* coef: of the first row */
} Found;

/* Bytes that are not owned. */
typedef struct {
    const uint8_t *s;
    size_t length;
} Span;

/* The buffers of one call; kept and used again. */
typedef struct Worker {
    struct Worker *next;
    uint8_t *text, *scratch, *opened;
    size_t text_size, text_used, scratch_size, opened_size;
    Token *tokens;
    size_t tokens_size, n_tokens;
    uint32_t *longer;          /* the tokens of a line that have a prefix */
    int32_t *terms;
    Candidate *candidates;
    size_t longer_size, terms_size, candidates_size;
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
    PyThreadState *thread;     /* of the call that runs without the interpreter's lock; NULL while it holds it */
} Worker;

typedef struct {
    PyObject_HEAD
    Name *names;
    size_t names_size;         /* a power of two, as pairs_size */
    size_t n_names;
    uint32_t start_id, platform_id;
    uint8_t *pool;
    size_t pool_size, pool_used;
    Pair *pairs;
    size_t pairs_size, n_pairs;
    uint64_t *filter;          /* a bit for each pair's hash: most neighbours are no pair, and this is small */
    size_t filter_bits;
    double *rows;              /* for each term: idf, then a coefficient for each row of scores */
    double *intercept;
    Py_ssize_t n_terms, n_rows;
    double damping;
    int ngrams, prefix;
    PyObject *meaning_of, *normalize, *fold;
    Worker *idle;
    int ready;
} Core;

/* ---------------------------------------------------------------- characters */

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

/* Return the position of the first byte that Python's strict decoder refuses, or `length`. */
static size_t first_invalid(const uint8_t *s, size_t length) {
    size_t i = 0;
    while (i < length) {
        uint8_t c = s[i];
        if (c < 0x80) {
            i += length - i >= 8 && (load8(s + i) & UINT64_C(0x8080808080808080)) == 0 ? 8 : 1;
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

/* ---------------------------------------------------------------- memory and the interpreter's lock */

/* Make room for `needed` items; what was there stays. PyMem_Raw*: it may be called without the lock. */
static int grow(void *pointer, size_t *size, size_t needed, size_t item) {
    if (needed <= *size)
        return 0;
    size_t wanted = *size < 256 ? 256 : *size;
    while (wanted < needed)
        wanted *= 2;
    if (wanted > (size_t)PY_SSIZE_T_MAX / item)
        return -1;
    void *items;
    memcpy(&items, pointer, sizeof(items)); /* the pointer to them may have any type */
    items = PyMem_RawRealloc(items, wanted * item);
    if (items == NULL)
        return -1;
    memcpy(pointer, &items, sizeof(items));
    *size = wanted;
    return 0;
}

#define GROW(items, size, needed) grow(&(items), &(size), (needed), sizeof(*(items)))

static void lock(Worker *worker) {
    if (worker->thread != NULL)
        PyEval_RestoreThread(worker->thread);
}

static void unlock(Worker *worker) {
    if (worker->thread != NULL)
        worker->thread = PyEval_SaveThread();
}

/* Every failure leaves an exception; memory may run out while the lock is not held. */
static int no_memory(Worker *worker) {
    lock(worker);
    PyErr_NoMemory();
    unlock(worker);
    return -1;
}

static void free_worker(Worker *worker) {
    PyMem_RawFree(worker->text);
    PyMem_RawFree(worker->scratch);
    PyMem_RawFree(worker->opened);
    PyMem_RawFree(worker->tokens);
    PyMem_RawFree(worker->longer);
    PyMem_RawFree(worker->terms);
    PyMem_RawFree(worker->candidates);
    PyMem_RawFree(worker->counts);
    PyMem_RawFree(worker->found);
    PyMem_RawFree(worker->totals);
    PyMem_RawFree(worker->out);
    PyMem_RawFree(worker->plain);
    PyMem_RawFree(worker->keys);
    PyMem_RawFree(worker);
}

static Worker *take_worker(Core *core) {
    Worker *worker = core->idle;
    if (!core->ready) {
        PyErr_SetString(PyExc_ValueError, "this Core has no tables");
        return NULL;
    }
    if (worker != NULL) {
        core->idle = worker->next;
        return worker;
    }
    worker = PyMem_RawCalloc(1, sizeof(Worker));
    if (worker != NULL)
        worker->totals = PyMem_RawCalloc(2 * (size_t)core->n_rows, sizeof(double));
    if (worker == NULL || worker->totals == NULL) {
        PyMem_RawFree(worker);
        PyErr_NoMemory();
        return NULL;
    }
    return worker;
}

/* Keep the worker for the next call, unless one huge text has made it huge. */
static void return_worker(Core *core, Worker *worker) {
    worker->thread = NULL;
    if (worker->tokens_size > 16 * BATCH_BYTES || worker->text_size > 64 * BATCH_BYTES ||
        worker->plain_size > 64 * BATCH_BYTES || worker->out_size > 1024 * BATCH_BYTES) {
        free_worker(worker);
        return;
    }
    worker->next = core->idle;
    core->idle = worker;
}

/* ---------------------------------------------------------------- names and pairs */

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
    PyMem_RawFree(old);
    return 0;
}

/* Return the slot of a name, which is made if need be; NULL without memory. The next call may move it. */
static Name *intern(Core *core, const uint8_t *s, size_t length) {
    uint8_t padded[8 + PADDING] = {0};
    if (length < 8)
        s = memcpy(padded, s, length);
    uint64_t head = head_of(s, length), tail = tail_of(s, length);
    uint32_t hash = hash_name(head, tail, s, length);
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
    *name = (Name){head, tail, (uint32_t)length, (uint32_t)core->pool_used, -1, -1};
    core->pool_used += length;
    core->n_names++;
    return name;
}

/* ---------------------------------------------------------------- building the tables */

/* Say whether a token is a term alone: `text._is_term`. */
static int is_term(const uint8_t *s, size_t length, const uint8_t *lone, size_t n_lone) {
    size_t size = 1;
    if (s[0] < 0x80 ? byte_class[s[0]] == WORD : Py_UNICODE_ISALNUM(decode_wide(s, &size)))
        return 1;
    if (size != length)
        return 0;
    for (size_t i = 0; i + size <= n_lone; i++)
        if (memcmp(lone + i, s, size) == 0)
            return 1;
    return 0;
}

/* A pair on its way into the table. */
typedef struct {
    uint32_t left, right, hash;
    int32_t term;
} NewPair;

typedef struct {
    const uint8_t *left;       /* of the last pair: the vocabulary is sorted, so the next one mostly has it, too */
    size_t left_length;
    uint32_t left_id, n_waiting;
    NewPair waiting[32];       /* until their slots have come from memory */
    const uint8_t *lone;       /* text.LONE_TERMS */
    size_t n_lone;
} Builder;

static void enter_pairs(Core *core, Builder *builder) {
    for (uint32_t i = 0; i < builder->n_waiting; i++) {
        const NewPair *each = &builder->waiting[i];
        /* a term that stands twice counts where it stands last, as in a dict */
        *find_pair(core, each->hash, each->left, each->right) = (Pair){each->left, each->right, each->term};
        size_t bit = filter_bit(core, each->hash);
        core->filter[bit / 64] |= UINT64_C(1) << bit % 64;
    }
    builder->n_waiting = 0;
}

static int add_pair(Core *core, Builder *builder, const uint8_t *s, size_t gap, size_t length, int32_t term) {
    const uint8_t *right = s + gap + 1;
    size_t right_length = length - gap - 1;
    if (!is_term(s, gap, builder->lone, builder->n_lone) &&
        !is_term(right, right_length, builder->lone, builder->n_lone))
        return 0;
    if (gap != builder->left_length || memcmp(s, builder->left, gap) != 0) {
        const Name *name = intern(core, s, gap);
        if (name == NULL)
            return -1;
        builder->left = s;
        builder->left_length = gap;
        builder->left_id = name->word == ALIAS ? NONE : name->offset;
    }
    const Name *name = intern(core, right, right_length);
    if (name == NULL)
        return -1;
    if (builder->left_id == NONE || name->word == ALIAS)
        return 0; /* no text gives this token: it is <platform> */
    uint32_t hash = hash_pair(builder->left_id, name->offset);
    PREFETCH(&core->pairs[hash & (core->pairs_size - 1)]);
    builder->waiting[builder->n_waiting++] = (NewPair){builder->left_id, name->offset, hash, term};
    if (builder->n_waiting == sizeof(builder->waiting) / sizeof(NewPair))
        enter_pairs(core, builder);
    return 0;
}

/* Say whether a term has the form of a fact (`activity.facts`): it stands in <>. */
static int is_fact(const uint8_t *s, size_t length) {
    return length > 2 && s[0] == '<' && s[length - 1] == '>' && memchr(s, '\n', length) == NULL;
}

/* Enter one term of the vocabulary under what texts will be asked for: a word, a prefix or a pair. */
static int add_term(Core *core, Builder *builder, const uint8_t *s, size_t length, int32_t term) {
    if (length == 0)
        return 0;
    if (is_fact(s, length)) { /* no token is one, so that the same table serves */
        Name *name = intern(core, s, length);
        if (name == NULL)
            return -1;
        name->word = term;
    }
    const uint8_t *gap = memchr(s, ' ', length);
    if (gap != NULL) {
        size_t at = (size_t)(gap - s);
        if (core->ngrams < 2 || at == 0 || at + 1 == length || memchr(gap + 1, ' ', length - at - 1) != NULL)
            return 0;
        return add_pair(core, builder, s, at, length, term);
    }
    if (length > 1 && s[length - 1] == '*') {
        size_t characters = 0;
        for (size_t i = 0; i < length - 1; i++)
            characters += (s[i] & 0xc0) != 0x80;
        if (characters != (size_t)core->prefix)
            return 0;
        Name *name = intern(core, s, length - 1);
        if (name == NULL)
            return -1;
        name->prefix = term;
        return 0;
    }
    int part = length > 1 && s[0] == '@'; /* of a handle */
    if (!part && !is_term(s, length, builder->lone, builder->n_lone))
        return 0;
    Name *name = intern(core, s, length);
    if (name == NULL)
        return -1;
    if (name->word != ALIAS)
        name->word = term;
    return 0;
}

/* Return the UTF-8 of a str; `owner` then holds what must outlive it, if anything. Lone surrogates pass. */
static const uint8_t *utf8_of(PyObject *text, Py_ssize_t *length, PyObject **owner) {
    *owner = NULL;
    const char *data = PyUnicode_AsUTF8AndSize(text, length);
    if (data == NULL && PyErr_ExceptionMatches(PyExc_UnicodeEncodeError)) {
        PyErr_Clear();
        if ((*owner = PyUnicode_AsEncodedString(text, "utf-8", "surrogatepass")) == NULL)
            return NULL;
        data = PyBytes_AS_STRING(*owner);
        *length = PyBytes_GET_SIZE(*owner);
    }
    return (const uint8_t *)data;
}

/* Call for the slot that a term's last name will be looked for in; return where the next term begins. */
static const uint8_t *call_ahead(const Core *core, const uint8_t *s, const uint8_t *end) {
    const uint8_t *feed = s < end ? memchr(s, '\n', (size_t)(end - s)) : NULL;
    if (feed == NULL)
        return end;
    const uint8_t *gap = memchr(s, ' ', (size_t)(feed - s));
    s = gap != NULL ? gap + 1 : s;
    if (end - s > PADDING && feed > s) {
        size_t length = (size_t)(feed - s);
        uint32_t hash = hash_name(head_of(s, length), tail_of(s, length), s, length);
        PREFETCH(&core->names[hash & (core->names_size - 1)]);
    }
    return feed + 1;
}

/* Enter the vocabulary: terms joined by line feeds. */
static int add_terms(Core *core, PyObject *terms, PyObject *lone) {
    const uint8_t *s = (const uint8_t *)PyBytes_AS_STRING(terms), *end = s + PyBytes_GET_SIZE(terms);
    Builder builder = {.lone = (const uint8_t *)PyBytes_AS_STRING(lone), .n_lone = (size_t)PyBytes_GET_SIZE(lone)};
    const uint8_t *ahead = s;
    for (int i = 0; i < 16; i++)
        ahead = call_ahead(core, ahead, end);
    for (Py_ssize_t i = 0; i < core->n_terms; i++) {
        ahead = call_ahead(core, ahead, end);
        const uint8_t *feed = memchr(s, '\n', (size_t)(end - s)), *stop = feed != NULL ? feed : end;
        if ((feed == NULL) != (i == core->n_terms - 1)) {
            PyErr_SetString(PyExc_ValueError, "arrays of unequal length");
            return -1;
        }
        if (add_term(core, &builder, s, (size_t)(stop - s), (int32_t)i) < 0) {
            PyErr_NoMemory();
            return -1;
        }
        s = feed != NULL ? feed + 1 : end;
    }
    enter_pairs(core, &builder);
    return 0;
}

static int add_platforms(Core *core, PyObject *start, PyObject *platform, PyObject *names) {
    PyObject *all[2] = {start, platform};
    for (Py_ssize_t i = 0; i < 2 + PyTuple_GET_SIZE(names); i++) {
        Py_ssize_t length;
        const char *s = PyUnicode_AsUTF8AndSize(i < 2 ? all[i] : PyTuple_GET_ITEM(names, i - 2), &length);
        if (s == NULL)
            return -1;
        Name *name = intern(core, (const uint8_t *)s, (size_t)length);
        if (name == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        *(i == 0 ? &core->start_id : i == 1 ? &core->platform_id : &(uint32_t){0}) = name->offset;
        name->word = i < 2 ? -1 : ALIAS;
    }
    return 0;
}

/* Lay idf and coefficients of a term side by side: one line of cache for each known term. */
static int copy_rows(Core *core, const double *idf, const double *coef) {
    size_t stride = (size_t)core->n_rows + 1, n = (size_t)core->n_terms;
    core->rows = PyMem_RawMalloc(n * stride * sizeof(double) + PADDING);
    if (core->rows == NULL)
        return -1;
    for (size_t i = 0; i < n; i++) {
        core->rows[i * stride] = idf[i];
        for (size_t row = 1; row < stride; row++)
            core->rows[i * stride + row] = coef[(row - 1) * n + i];
    }
    return 0;
}

static int make_tables(Core *core, PyObject *terms) {
    size_t pairs = 0;
    for (Py_ssize_t i = 0; i < PyBytes_GET_SIZE(terms); i++)
        pairs += PyBytes_AS_STRING(terms)[i] == ' ';
    core->names_size = 1024;
    while (core->names_size < (size_t)core->n_terms / 4) /* most terms are pairs; it grows if need be */
        core->names_size *= 2;
    core->pairs_size = 64;
    while (core->pairs_size < 2 * pairs)
        core->pairs_size *= 2;
    core->filter_bits = 4 * core->pairs_size;
    core->names = PyMem_RawCalloc(core->names_size, sizeof(Name));
    core->pairs = PyMem_RawMalloc(core->pairs_size * sizeof(Pair));
    core->filter = PyMem_RawCalloc(core->filter_bits / 64, 8);
    if (core->names == NULL || core->pairs == NULL || core->filter == NULL ||
        GROW(core->pool, core->pool_size, 4096) < 0)
        return -1;
    memset(core->pairs, 0xff, core->pairs_size * sizeof(Pair));
    return 0;
}

static int core_init(Core *core, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"terms", "idf", "coef", "intercept", "damping", "ngrams", "prefix", "start", "platform",
                            "platform_names", "lone_terms", "meaning_of", "normalize", "fold", NULL};
    PyObject *terms, *start, *platform, *platforms, *lone, *meaning_of, *normalize, *fold;
    Py_buffer idf = {0}, coef = {0}, intercept = {0};
    if (core->names != NULL) {
        PyErr_SetString(PyExc_TypeError, "a Core is made once");
        return -1;
    }
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "Sy*y*y*diiUUO!SOOO", names, &terms, &idf, &coef,
                                     &intercept, &core->damping, &core->ngrams, &core->prefix, &start, &platform,
                                     &PyTuple_Type, &platforms, &lone, &meaning_of, &normalize, &fold))
        return -1;
    core->n_terms = idf.len / (Py_ssize_t)sizeof(double);
    core->n_rows = intercept.len / (Py_ssize_t)sizeof(double);
    core->meaning_of = Py_NewRef(meaning_of);
    core->normalize = Py_NewRef(normalize);
    core->fold = Py_NewRef(fold);
    int failed = -1;
    if (core->n_terms > INT32_MAX / 8 || core->n_rows < 1 ||
        idf.len != core->n_terms * (Py_ssize_t)sizeof(double) || coef.len != idf.len * core->n_rows)
        PyErr_SetString(PyExc_ValueError, "arrays of unequal length");
    else if (make_tables(core, terms) < 0 || copy_rows(core, idf.buf, coef.buf) < 0 ||
             (core->intercept = PyMem_RawMalloc((size_t)intercept.len)) == NULL)
        PyErr_NoMemory();
    else {
        memcpy(core->intercept, intercept.buf, (size_t)intercept.len);
        failed = add_platforms(core, start, platform, platforms) < 0 || add_terms(core, terms, lone) < 0 ? -1 : 0;
        core->ready = !failed;
    }
    PyBuffer_Release(&idf);
    PyBuffer_Release(&coef);
    PyBuffer_Release(&intercept);
    return failed;
}

static void core_dealloc(Core *core) {
    while (core->idle != NULL) {
        Worker *worker = core->idle;
        core->idle = worker->next;
        free_worker(worker);
    }
    PyMem_RawFree(core->names);
    PyMem_RawFree(core->pool);
    PyMem_RawFree(core->pairs);
    PyMem_RawFree(core->filter);
    PyMem_RawFree(core->rows);
    PyMem_RawFree(core->intercept);
    Py_XDECREF(core->meaning_of);
    Py_XDECREF(core->normalize);
    Py_XDECREF(core->fold);
    PyTypeObject *type = Py_TYPE(core);
    type->tp_free(core);
    Py_DECREF(type);
}

/* ---------------------------------------------------------------- normalise */

/* Ask Python what a character becomes; the answer is kept for the life of the process. */
static int learn(Core *core, Worker *worker, Py_UCS4 c) {
    int failed = -1, kind;
    const char *bytes;
    Py_ssize_t length;
    lock(worker);
    PyObject *answer = PyObject_CallFunction(core->meaning_of, "i", (int)c);
    if (answer != NULL && PyArg_ParseTuple(answer, "iy#", &kind, &bytes, &length)) {
        uint64_t packed;
        uint8_t word[8] = {(uint8_t)(length > 6 ? COMPLEX : kind), (uint8_t)(length > 6 ? 0 : length)};
        memcpy(word + 2, bytes, length > 6 ? 0 : (size_t)length);
        memcpy(&packed, word, 8);
        meanings[c] = packed;
        failed = 0;
    }
    Py_XDECREF(answer);
    unlock(worker);
    return failed;
}

/* Write `s` to worker->scratch with each wide character replaced by its meaning. Return the length, -1 for an error,
   or -2 when only Python can say. By Unicode's quick check (UAX 15) a text without characters that could combine with
   the one before, and without two marks in a row, is the sum of its characters' own normal forms. */
static Py_ssize_t replace_wide(Core *core, Worker *worker, const uint8_t *s, size_t length) {
    size_t used = 0;
    int after_mark = 0;
    if (GROW(worker->scratch, worker->scratch_size, 3 * length + PADDING) < 0) /* 6 bytes for 2, at most */
        return no_memory(worker);
    for (size_t i = 0; i < length;) {
        if (s[i] < 0x80) {
            worker->scratch[used++] = s[i++];
            after_mark = 0;
            continue;
        }
        size_t size;
        Py_UCS4 c = decode_wide(s + i, &size);
        if (meanings[c] == UNKNOWN && learn(core, worker, c) < 0)
            return -1;
        uint8_t word[8];
        memcpy(word, &meanings[c], 8);
        if (word[0] == COMPLEX || (word[0] == COMBINING && after_mark))
            return -2;
        after_mark = word[0] == COMBINING;
        memcpy(worker->scratch + used, word + 2, 6);
        used += word[1];
        i += size;
    }
    return (Py_ssize_t)used;
}

/* Return the size of the word character (\w) at `s`, or 0. */
static inline size_t word_character(const uint8_t *s, const uint8_t *end) {
    if (s >= end)
        return 0;
    if (*s < 0x80)
        return byte_class[*s] == WORD || *s == '_';
    size_t size;
    return shape_of(decode_wide(s, &size)) == IS_WORD ? size : 0;
}

static inline int is_lower(uint8_t c) { return c >= 'a' && c <= 'z'; }
static inline int is_upper(uint8_t c) { return c >= 'A' && c <= 'Z'; }
static inline int is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

/* Copy `s` to worker->opened with hashtags opened by camel case: `text._HASHTAG` and `text._CAMEL_CASE`. */
static Py_ssize_t open_hashtags(Worker *worker, const uint8_t *s, size_t length) {
    const uint8_t *end = s + length, *tag = NULL; /* where the hashtag began that `s` stands in */
    if (GROW(worker->opened, worker->opened_size, 2 * length + PADDING) < 0)
        return no_memory(worker);
    uint8_t *out = worker->opened;
    while (s < end) {
        size_t size = tag != NULL ? word_character(s, end) : 0;
        if (size == 0) {
            int opens = *s == '#' && word_character(s + 1, end) != 0;
            if (!opens)
                *out++ = *s;
            s++;
            tag = opens ? s : NULL;
            continue;
        }
        if (s > tag && is_upper(*s)) {
            int starts = is_lower(s[-1]) || is_digit(s[-1]);
            if (starts || (is_upper(s[-1]) && s + 1 < end && is_lower(s[1])))
                *out++ = ' ';
        }
        for (; size > 0; size--)
            *out++ = *s++;
    }
    return out - worker->opened;
}

/* What stands in a line, as far as later passes care. */
typedef struct {
    int wide, hash, at, slash;
} Signs;

/* Copy with ASCII letters lowered and digits 0. A plain loop: compilers turn it into vector code. */
static Signs fold(uint8_t *restrict out, const uint8_t *restrict s, size_t length) {
    uint8_t wide = 0, hash = 0, at = 0, slash = 0;
    for (size_t i = 0; i < length; i++) {
        uint8_t c = s[i];
        wide |= c;
        hash |= c == '#';
        at |= c == '@';
        slash |= c == '/';
        uint8_t lower = (uint8_t)(c + ((uint8_t)(c - 'A') < 26 ? 32 : 0));
        out[i] = (uint8_t)(c - '0') < 10 ? '0' : lower;
    }
    return (Signs){wide >= 0x80, hash, at, slash};
}

/* What a Python function made of a text; `bytes` is NULL if it failed. */
typedef struct {
    PyObject *text, *owner;    /* what `bytes` lies in */
    const uint8_t *bytes;
    Py_ssize_t size;
} Answer;

/* Call a Python function on a text; the interpreter's lock is held from before this until after `forget`. */
static Answer ask(PyObject *function, const uint8_t *s, size_t length) {
    Answer answer = {0};
    PyObject *text = PyUnicode_DecodeUTF8((const char *)s, (Py_ssize_t)length, "surrogatepass");
    answer.text = text == NULL ? NULL : PyObject_CallOneArg(function, text);
    Py_XDECREF(text);
    answer.bytes = answer.text == NULL ? NULL : utf8_of(answer.text, &answer.size, &answer.owner);
    return answer;
}

static void forget(Answer *answer) {
    Py_XDECREF(answer->owner);
    Py_XDECREF(answer->text);
}

/* Let Python normalise the text, and append that. */
static int append_by_python(Core *core, Worker *worker, const uint8_t *s, size_t length, Signs *signs) {
    int failed = -1;
    lock(worker);
    Answer normal = ask(core->normalize, s, length);
    size_t size = (size_t)normal.size;
    if (normal.bytes != NULL && GROW(worker->text, worker->text_size, worker->text_used + size + PADDING) < 0)
        PyErr_NoMemory();
    else if (normal.bytes != NULL) {
        *signs = fold(worker->text + worker->text_used, normal.bytes, size);
        worker->text_used += size;
        failed = 0;
    }
    forget(&normal);
    unlock(worker);
    return failed;
}

/* The text before hashtags are opened and letters lowered: handles are read from it. `bytes` is NULL where only Python
   can tell. */
typedef struct {
    const uint8_t *bytes;
    size_t length;
} Folded;

/* Append the normalised text to worker->text, with room for PADDING after it. */
static int normalise(Core *core, Worker *worker, const uint8_t *s, size_t length, Signs *signs, Folded *folded) {
    if (GROW(worker->text, worker->text_size, worker->text_used + length + PADDING) < 0)
        return no_memory(worker);
    *signs = fold(worker->text + worker->text_used, s, length);
    Py_ssize_t size = (Py_ssize_t)length;
    *folded = (Folded){s, length};
    if (signs->wide || signs->hash) {
        const uint8_t *source = s;
        if (signs->wide) {
            size = replace_wide(core, worker, s, length);
            if (size == -2) {
                folded->bytes = NULL;
                return append_by_python(core, worker, s, length, signs);
            }
            source = worker->scratch;
            *folded = (Folded){source, size < 0 ? 0 : (size_t)size};
        }
        if (size >= 0 && memchr(source, '#', (size_t)size) != NULL) { /* U+FF03 became one, too */
            size = open_hashtags(worker, source, (size_t)size);
            source = worker->opened;
        }
        if (size < 0)
            return -1;
        if (GROW(worker->text, worker->text_size, worker->text_used + (size_t)size + PADDING) < 0)
            return no_memory(worker);
        *signs = fold(worker->text + worker->text_used, source, (size_t)size);
    }
    worker->text_used += (size_t)size;
    return 0;
}

/* ---------------------------------------------------------------- tokenise */

/* Return where the non-space characters (\S) from `i` on end. */
static size_t until_space(const uint8_t *t, size_t i, size_t end) {
    while (i < end) {
        size_t size = 1;
        if (t[i] < 0x80 ? byte_class[t[i]] == SPACE : shape_of(decode_wide(t + i, &size)) == IS_SPACE)
            break;
        i += size;
    }
    return i;
}

/* Return where a run of [\w.-], and of '+' if `plus`, ends. */
static size_t mail_run(const uint8_t *t, size_t i, size_t end, int plus) {
    for (;;) {
        size_t size = word_character(t + i, t + end);
        if (size == 0 && i < end)
            size = t[i] == '.' || t[i] == '-' || (plus && t[i] == '+');
        if (size == 0)
            return i;
        i += size;
    }
}

/* The runs that a position stands in. A run is looked through once, not again for each word in it. */
typedef struct {
    size_t mail_end, host_end;
    size_t last_dot, after_gap; /* a host is only found from `after_gap` on and before `last_dot` */
    int at, slash, is_mail, is_host;
} Runs;

/* (?:[a-z0-9-]+\.)+[a-z]{2,}/ : labels cannot be empty, so what matters are the last dot and the last two in a row. */
static void measure_host(Runs *runs, const uint8_t *t, size_t i, size_t end) {
    runs->last_dot = runs->after_gap = i;
    size_t k = i, letters = 0;
    int dotted = 0;
    for (; k < end && is_host[t[k]]; k++) {
        if (t[k] == '.') {
            if (dotted && runs->last_dot + 1 == k)
                runs->after_gap = k + 1;
            runs->last_dot = k;
            dotted = 1;
            letters = 0;
        } else
            letters += is_lower(t[k]);
    }
    runs->host_end = k;
    runs->is_host = dotted && k < end && t[k] == '/' && letters >= 2 && letters == k - runs->last_dot - 1;
}

/* Return where the URL, bare address, mail or mention that begins at `i` ends, or 0: alternatives 1 to 3. */
static size_t link_end(Runs *runs, const uint8_t *t, size_t i, size_t end) {
    size_t after = 0;
    if (t[i] == 'h' && end - i > 7 && memcmp(t + i, "http", 4) == 0) {
        size_t secure = t[i + 4] == 's';
        after = memcmp(t + i + 4 + secure, "://", 3) == 0 ? i + 7 + secure : 0;
    } else if (t[i] == 'w' && end - i > 4 && memcmp(t + i, "www.", 4) == 0)
        after = i + 4;
    if (after != 0 && after < end) {
        size_t stop = until_space(t, after, end);
        if (stop > after)
            return stop;
    }
    if (runs->slash && is_host[t[i]] && t[i] != '.') {
        if (i >= runs->host_end)
            measure_host(runs, t, i, end);
        if (runs->is_host && i < runs->last_dot && i >= runs->after_gap)
            return until_space(t, runs->host_end + 1, end);
    }
    if (runs->at) {
        if (i >= runs->mail_end) {
            runs->mail_end = mail_run(t, i, end, 1);
            runs->is_mail = runs->mail_end < end && t[runs->mail_end] == '@';
        }
        if (runs->is_mail)
            return mail_run(t, runs->mail_end + 1, end, 0);
    }
    return 0;
}

/* Return the size of the letter or digit ([^\W_]) at `t`, or 0; t[end] is 0, so no bound is needed. */
static inline size_t letter(const uint8_t *t) {
    if (*t < 0x80)
        return byte_class[*t] == WORD;
    size_t size;
    return shape_of(decode_wide(t, &size)) == IS_WORD ? size : 0;
}

/* Return where the letters and zeros from `i` on end; all digits are 0 by now. 8 bytes are looked at in one step, since
   a loop over the bytes ends where no processor expects it. */
static inline size_t ascii_word_end(const uint8_t *t, size_t i) {
#if defined(__GNUC__) && PY_LITTLE_ENDIAN
    const uint64_t ones = UINT64_C(0x0101010101010101), high = 0x80 * ones;
    for (;; i += 8) {
        uint64_t x = load8(t + i), low = x & ~high, zero = low ^ '0' * ones;
        uint64_t letters = (low + (0x80 - 'a') * ones) & ~(low + (0x7f - 'z') * ones);
        uint64_t others = ~(letters | ~(zero + 0x7f * ones)) | x;
        if ((others &= high) != 0)
            return i + (size_t)__builtin_ctzll(others) / 8;
    }
#else
    while (byte_class[t[i]] == WORD)
        i++;
    return i;
#endif
}

/* Return where the word ([^\W_]+(?:'[^\W_]+)*) from `i` on ends; `wide` says whether all of it is ASCII. */
static inline size_t word_end(const uint8_t *t, size_t i, int *wide) {
    for (;;) {
        size_t size;
        if (t[i] < 0x80)
            i = ascii_word_end(t, i);
        if (t[i] >= 0x80 && (size = letter(t + i)) != 0) {
            *wide = 1;
            i += size;
        } else if (t[i] == '\'' && letter(t + i + 1) != 0)
            i++;
        else
            return i;
    }
}

/* Return how many bytes the first `characters` characters of a token take, or 0 if it is not longer than that. */
static size_t prefix_length(const uint8_t *s, size_t length, size_t characters, int wide) {
    if (characters == 0 || length <= characters)
        return 0;
    if (!wide)
        return characters;
    for (size_t i = 0; i < length; i++)
        if ((s[i] & 0xc0) != 0x80 && characters-- == 0)
            return i;
    return 0;
}

static inline void emit(const Core *core, Worker *worker, size_t offset, size_t length, int wide) {
    const uint8_t *s = worker->text + offset;
    size_t mask = core->names_size - 1, characters = (size_t)core->prefix;
    Token *token = &worker->tokens[worker->n_tokens++];
    token->offset = (uint32_t)offset;
    token->length = (uint32_t)length;
    token->head = head_of(s, length);
    token->tail = tail_of(s, length);
    token->hash = hash_name(token->head, token->tail, s, length);
    PREFETCH(&core->names[token->hash & mask]);
    if (characters <= 8 && !wide) { /* the usual case, without branches */
        token->prefix_length = (uint32_t)(length > characters ? characters : 0);
        token->prefix_head = token->head & low_mask[characters];
        token->prefix_hash = hash_name(token->prefix_head, 0, s, characters);
    } else {
        size_t prefix = prefix_length(s, length, characters, wide);
        token->prefix_length = (uint32_t)prefix;
        token->prefix_head = head_of(s, prefix);
        token->prefix_hash = hash_name(token->prefix_head, tail_of(s, prefix), s, prefix);
    }
    PREFETCH(&core->names[token->prefix_hash & mask]);
}

/* Find the tokens of worker->text from `i` to `end`. The caller has made room, and t[end] is 0. */
static void tokenise(const Core *core, Worker *worker, size_t i, size_t end, Signs signs) {
    const uint8_t *t = worker->text;
    Runs runs = {i, i, 0, 0, signs.at, signs.slash, 0, 0};
    int links = signs.at || signs.slash;
    while (i < end) {
        uint8_t class = byte_class[t[i]];
        if (class <= SPACE) {
            i++;
            continue;
        }
        if (links || t[i] == 'w') {
            size_t stop = link_end(&runs, t, i, end);
            if (stop != 0) {
                i = stop;
                continue;
            }
        }
        size_t size = 1;
        int wide = 0;
        if (class == WIDE) {
            Py_UCS4 c = decode_wide(t + i, &size);
            wide = 1;
            class = shape_of(c) == IS_WORD ? WORD : c == 0xa3 || c == 0x20ac ? MARK : SKIP; /* £ € */
        }
        size_t stop = class == WORD ? word_end(t, i + size, &wide) : i + size;
        if (class != SKIP)
            emit(core, worker, i, stop - i, wide);
        i = stop;
    }
}

/* ---------------------------------------------------------------- handles */

/* Append "@", or "@*", and a part of a handle in lower case to worker->text as a token. Room is there. */
static void emit_part(const Core *core, Worker *worker, const uint8_t *s, size_t length, int tail) {
    size_t offset = worker->text_used;
    uint8_t *out = worker->text + offset;
    *out++ = '@';
    if (tail)
        *out++ = '*';
    for (size_t i = 0; i < length; i++)
        *out++ = (uint8_t)(s[i] | 0x20);
    worker->text_used = (size_t)(out - worker->text);
    emit(core, worker, offset, worker->text_used - offset, 0);
}

/* Return where the part of a handle that begins at `i` ends: [A-Z]?[a-z]+ or [A-Z]+(?![a-z]); `i` if there is none. */
static size_t part_end(const uint8_t *s, size_t i, size_t end) {
    size_t j = i;
    while (j < end && is_upper(s[j]))
        j++;
    if (j - i > 1)
        return j < end && is_lower(s[j]) ? j - 1 : j;
    while (j < end && is_lower(s[j]))
        j++;
    return j;
}

/* Emit the parts of the handle s[i:end]: whole, or the tails of the longer ones. */
static void emit_handle(const Core *core, Worker *worker, const uint8_t *s, size_t i, size_t end, int tail) {
    while (i < end) {
        size_t stop = part_end(s, i, end);
        size_t length = stop - i;
        if (!tail && length >= SHORTEST_PART)
            emit_part(core, worker, s + i, length, 0);
        if (tail && length >= SHORTEST_PART + 2)
            emit_part(core, worker, s + stop - SHORTEST_PART, SHORTEST_PART, 1);
        i = stop > i ? stop : i + 1;
    }
}

/* Say whether the character before `i` keeps an '@' from beginning a mention: [\w.+-]. */
static int inside_mail(const uint8_t *s, size_t i) {
    if (i == 0)
        return 0;
    uint8_t before = s[i - 1];
    if (before < 0x80)
        return byte_class[before] == WORD || before == '_' || before == '.' || before == '+' || before == '-';
    size_t size;
    do
        i--;
    while ((s[i] & 0xc0) == 0x80);
    return shape_of(decode_wide(s + i, &size)) == IS_WORD;
}

/* Emit what the handles of a text are made of: `text.addressees`. -1 without memory; the caller says so. */
static int emit_handles(const Core *core, Worker *worker, const uint8_t *s, size_t length) {
    if (GROW(worker->text, worker->text_size, worker->text_used + 4 * length + 2 * PADDING) < 0 ||
        GROW(worker->tokens, worker->tokens_size, worker->n_tokens + length + 1) < 0)
        return -1;
    memset(worker->text + worker->text_used, 0, 4 * length + 2 * PADDING); /* what is read past a part is no chance */
    for (int tail = 0; tail < 2; tail++)
        for (const uint8_t *at = s; (at = memchr(at, '@', length - (size_t)(at - s))) != NULL; at++) {
            size_t i = (size_t)(at - s);
            if (inside_mail(s, i))
                continue;
            size_t end = i + 1, size;
            while (end < length && (size = word_character(s + end, s + length)) != 0)
                end += size;
            emit_handle(core, worker, s, i + 1, end, tail);
        }
    return 0;
}

/* The same for a text that only Python can fold. */
static int emit_handles_by_python(Core *core, Worker *worker, const uint8_t *s, size_t length) {
    int failed = -1;
    lock(worker);
    Answer folded = ask(core->fold, s, length);
    if (folded.bytes != NULL && (failed = emit_handles(core, worker, folded.bytes, (size_t)folded.size)) < 0)
        PyErr_NoMemory();
    forget(&folded);
    unlock(worker);
    return failed;
}

/* Take a text into the batch. */
static int add_line(Core *core, Worker *worker, const uint8_t *s, size_t length) {
    size_t begin = worker->text_used;
    Signs signs;
    Folded folded;
    if (normalise(core, worker, s, length, &signs, &folded) < 0)
        return -1;
    size_t end = worker->text_used;
    if (end > UINT32_MAX - PADDING || GROW(worker->tokens, worker->tokens_size, worker->n_tokens + end - begin) < 0)
        return no_memory(worker);
    memset(worker->text + end, 0, PADDING);
    Line *line = &worker->lines[worker->n_lines++];
    *line = (Line){.source = s, .length = length, .first = worker->n_tokens};
    tokenise(core, worker, begin, end, signs);
    line->count = worker->n_tokens - line->first;
    worker->text_used++; /* the next text leaves this one its 0 */
    if (signs.at) {
        if (folded.bytes == NULL && emit_handles_by_python(core, worker, s, length) < 0)
            return -1;
        if (folded.bytes != NULL && emit_handles(core, worker, folded.bytes, folded.length) < 0)
            return no_memory(worker);
        line->parts = worker->n_tokens - line->first - line->count;
    }
    return 0;
}

/* Take a fact beside the text that came last: found as a whole term, after those of the text. */
static int add_fact(const Core *core, Worker *worker, const uint8_t *s, size_t length) {
    size_t begin = worker->text_used;
    if (begin + length > UINT32_MAX - PADDING ||
        GROW(worker->text, worker->text_size, begin + length + PADDING) < 0 ||
        GROW(worker->tokens, worker->tokens_size, worker->n_tokens + 1) < 0)
        return no_memory(worker);
    memcpy(worker->text + begin, s, length);
    memset(worker->text + begin + length, 0, PADDING);
    emit(core, worker, begin, length, 1);
    worker->text_used += length + 1;
    worker->lines[worker->n_lines - 1].parts++;
    return 0;
}

static void start_batch(Worker *worker) { worker->n_lines = worker->n_tokens = worker->text_used = 0; }

static int batch_is_full(const Worker *worker) {
    return worker->n_lines == BATCH_LINES || worker->text_used >= BATCH_BYTES;
}

/* ---------------------------------------------------------------- resolve and score */

static inline void prefetch_row(const Core *core, int32_t term) {
    PREFETCH(core->rows + (size_t)(term < 0 ? 0 : term) * ((size_t)core->n_rows + 1));
}

/* Append a term if it is one; written in any case, so that nothing has to be guessed. */
static inline size_t append(const Core *core, int32_t *terms, size_t n, int32_t term) {
    terms[n] = term;
    prefetch_row(core, term);
    return n + (term >= 0);
}

static void resolve_names(const Core *core, Worker *worker, Line *line) {
    Token *tokens = worker->tokens + line->first;
    int32_t *terms = worker->terms + 3 * line->first;
    size_t n = 0, n_longer = 0;
    for (size_t i = 0; i < line->count; i++) {
        Token *token = &tokens[i];
        const uint8_t *s = worker->text + token->offset;
        const Name *name = find_name(core, token->hash, token->head, token->tail, s, token->length);
        int32_t word = name->length != 0 ? name->word : -1;
        token->id = word == ALIAS ? core->platform_id : name->length != 0 ? name->offset : NONE;
        n = append(core, terms, n, word);
        worker->longer[n_longer] = (uint32_t)i;
        n_longer += (token->prefix_length != 0) & (word != ALIAS);
    }
    for (size_t i = 0; i < n_longer; i++) {
        Token *token = &tokens[worker->longer[i]];
        const uint8_t *s = worker->text + token->offset;
        size_t length = token->prefix_length;
        const Name *name = find_name(core, token->prefix_hash, token->prefix_head, tail_of(s, length), s, length);
        n = append(core, terms, n, name->length != 0 ? name->prefix : -1);
    }
    line->n_terms = n;
}

/* Collect the neighbours that may be pairs. */
static size_t sift_pairs(const Core *core, const Worker *worker, Line *line, size_t n) {
    const Token *token = worker->tokens + line->first, *end = token + line->count;
    size_t before = n;
    for (uint32_t left = core->start_id; token < end; left = token++->id) {
        uint32_t hash = hash_pair(left, token->id);
        size_t bit = filter_bit(core, hash);
        worker->candidates[n] = (Candidate){left, token->id, hash};
        size_t likely = (core->filter[bit / 64] >> bit % 64 & 1) & (left != NONE) & (token->id != NONE);
        PREFETCH(&core->pairs[(hash & (core->pairs_size - 1)) & (0 - likely)]);
        n += likely;
    }
    line->n_pairs = n - before;
    return n;
}

static size_t resolve_pairs(const Core *core, const Worker *worker, Line *line, size_t first) {
    int32_t *terms = worker->terms + 3 * line->first;
    for (size_t i = first; i < first + line->n_pairs; i++) {
        const Candidate *each = &worker->candidates[i];
        const Pair *pair = find_pair(core, each->hash, each->left, each->right);
        line->n_terms = append(core, terms, line->n_terms, pair->left != NONE ? pair->term : -1);
    }
    return first + line->n_pairs;
}

static void resolve_parts(const Core *core, const Worker *worker, Line *line) {
    const Token *token = worker->tokens + line->first + line->count, *end = token + line->parts;
    int32_t *terms = worker->terms + 3 * line->first;
    for (; token < end; token++) {
        const uint8_t *s = worker->text + token->offset;
        const Name *name = find_name(core, token->hash, token->head, token->tail, s, token->length);
        line->n_terms = append(core, terms, line->n_terms, name->length != 0 ? name->word : -1);
    }
}

/* Find the known terms of all texts of the batch, each text's in the order of `text.analyze`. */
static int resolve(const Core *core, Worker *worker) {
    size_t n = 0, first = 0, tokens = worker->n_tokens;
    if (GROW(worker->longer, worker->longer_size, tokens + 1) < 0 ||
        GROW(worker->terms, worker->terms_size, 3 * tokens + 1) < 0 ||
        GROW(worker->candidates, worker->candidates_size, tokens + 1) < 0)
        return no_memory(worker);
    for (size_t k = 0; k < worker->n_lines; k++) {
        resolve_names(core, worker, &worker->lines[k]);
        n = sift_pairs(core, worker, &worker->lines[k], n);
    }
    for (size_t k = 0; k < worker->n_lines; k++) {
        first = resolve_pairs(core, worker, &worker->lines[k], first);
        resolve_parts(core, worker, &worker->lines[k]);
    }
    return 0;
}

static inline void count_term(Worker *worker, size_t mask, int32_t term) {
    size_t slot = (uint32_t)term * UINT32_C(2654435769) >> 7 & mask;
    Count *count = &worker->counts[slot];
    while (count->stamp == worker->stamp && count->term != term)
        count = &worker->counts[slot = (slot + 1) & mask];
    if (count->stamp == worker->stamp) {
        worker->found[count->position].count++;
        return;
    }
    *count = (Count){worker->stamp, (uint32_t)worker->n_found, term};
    worker->found[worker->n_found++] = (Found){term, 1, 0.0, 0.0};
}

/* Count a text's terms, by first occurrence. */
static int count_terms(Worker *worker, const Line *line) {
    const int32_t *terms = worker->terms + 3 * line->first;
    size_t most = line->n_terms, size = worker->counts_size;
    if (GROW(worker->found, worker->found_size, most + 1) < 0 || GROW(worker->counts, size, 2 * most + 1) < 0)
        return no_memory(worker);
    if (size != worker->counts_size || ++worker->stamp == 0) { /* new slots, or no stamp left that is new */
        memset(worker->counts, 0, size * sizeof(Count));
        worker->counts_size = size;
        worker->stamp = 1;
    }
    size_t mask = 255; /* no more slots than the text needs: they stay in the nearest cache */
    while (mask < 2 * most)
        mask = 2 * mask + 1;
    worker->n_found = 0;
    for (size_t i = 0; i < most; i++)
        count_term(worker, mask, terms[i]);
    return 0;
}

/* Fill worker->totals with a text's scores; return how many of its terms are known, or -1. The order of all sums and
   the place of the division are the reference's, so that the results are its results to the last bit. */
static Py_ssize_t score_line(const Core *core, Worker *worker, const Line *line) {
    if (count_terms(worker, line) < 0)
        return -1;
    size_t stride = (size_t)core->n_rows + 1;
    Found *found = worker->found, *end = found + worker->n_found;
    double squares = 0.0;
    for (; found < end; found++) {
        const double *row = core->rows + (size_t)found->term * stride;
        double tf = found->count < LOGS ? log_table[found->count] : 1.0 + log((double)found->count);
        found->value = tf * row[0];
        found->coef = row[1];
        squares += found->value * found->value;
    }
    double length = sqrt(squares + core->damping * core->damping), first = core->intercept[0];
    memcpy(worker->totals, core->intercept, (size_t)core->n_rows * sizeof(double));
    if (length == 0.0)
        return 0;
    for (found = worker->found; found < end; found++) {
        found->value /= length;
        first += found->value * found->coef;
    }
    worker->totals[0] = first;
    for (Py_ssize_t row = 1; row < core->n_rows; row++)
        for (found = worker->found; found < end; found++)
            worker->totals[row] += found->value * core->rows[(size_t)found->term * stride + 1 + (size_t)row];
    return (Py_ssize_t)worker->n_found;
}

/* ---------------------------------------------------------------- score(texts) */

/* Return ``Scores(known, scores)``: a tuple of a subclass without fields of its own. */
static PyObject *make_scores(const Core *core, const Worker *worker, Py_ssize_t known, PyTypeObject *type) {
    PyObject *result = type->tp_alloc(type, 2), *totals = PyTuple_New(core->n_rows);
    if (result == NULL || totals == NULL)
        goto failed;
    PyTuple_SET_ITEM(result, 1, totals);
    totals = NULL;
    for (Py_ssize_t row = 0; row < core->n_rows; row++) {
        PyObject *score = PyFloat_FromDouble(worker->totals[row]);
        if (score == NULL)
            goto failed;
        PyTuple_SET_ITEM(PyTuple_GET_ITEM(result, 1), row, score);
    }
    PyObject *number = PyLong_FromSsize_t(known);
    if (number == NULL)
        goto failed;
    PyTuple_SET_ITEM(result, 0, number);
    /* Numbers are in no cycle: the collector need not walk over thousands of them, again and again. */
    PyObject_GC_UnTrack(PyTuple_GET_ITEM(result, 1));
    PyObject_GC_UnTrack(result);
    return result;
failed:
    Py_XDECREF(result);
    Py_XDECREF(totals);
    return NULL;
}

/* Take the facts beside a text; return 1 if one has not their form, -1 for an error. */
static int add_facts(const Core *core, Worker *worker, PyObject *given) {
    PyObject *facts = PySequence_Fast(given, "facts are no sequence"), *owner;
    int outcome = facts == NULL ? -1 : 0;
    for (Py_ssize_t i = 0; outcome == 0 && i < PySequence_Fast_GET_SIZE(facts); i++) {
        Py_ssize_t length;
        PyObject *fact = PySequence_Fast_GET_ITEM(facts, i);
        if (!PyUnicode_Check(fact)) {
            PyErr_Format(PyExc_TypeError, "a fact is %s, not str", Py_TYPE(fact)->tp_name);
            outcome = -1;
            break;
        }
        const uint8_t *s = utf8_of(fact, &length, &owner);
        if (s == NULL)
            outcome = -1;
        else if (!is_fact(s, (size_t)length))
            outcome = 1;
        else
            outcome = add_fact(core, worker, s, (size_t)length);
        Py_XDECREF(owner);
    }
    Py_XDECREF(facts);
    return outcome;
}

enum { FAILED = -1, NO_FACT = -2 };

/* Score texts[at:] until the batch is full; return how many, FAILED, or NO_FACT if only Python can look a fact up.
   `owners` keeps what the batch points at. */
static Py_ssize_t score_batch(Core *core, Worker *worker, PyObject *texts, PyObject *facts, Py_ssize_t at,
                              PyObject *results, PyTypeObject *type, PyObject *owners) {
    Py_ssize_t taken = at;
    start_batch(worker);
    for (; taken < PyTuple_GET_SIZE(texts) && !batch_is_full(worker); taken++) {
        Py_ssize_t length;
        PyObject *owner, *text = PyTuple_GET_ITEM(texts, taken);
        if (!PyUnicode_Check(text)) {
            PyErr_Format(PyExc_TypeError, "texts[%zd] is %s, not str", taken, Py_TYPE(text)->tp_name);
            return -1;
        }
        const uint8_t *s = utf8_of(text, &length, &owner);
        int failed = s == NULL || (owner != NULL && PyList_Append(owners, owner) < 0);
        Py_XDECREF(owner);
        if (failed || add_line(core, worker, s, (size_t)length) < 0)
            return FAILED;
        int beside = facts != Py_None ? add_facts(core, worker, PyTuple_GET_ITEM(facts, taken)) : 0;
        if (beside != 0)
            return beside < 0 ? FAILED : NO_FACT;
    }
    if (resolve(core, worker) < 0)
        return -1;
    for (size_t k = 0; k < worker->n_lines; k++) {
        Py_ssize_t known = score_line(core, worker, &worker->lines[k]);
        PyObject *scores = known < 0 ? NULL : make_scores(core, worker, known, type);
        if (scores == NULL)
            return -1;
        PyList_SET_ITEM(results, at + (Py_ssize_t)k, scores);
    }
    return taken - at;
}

static PyObject *core_score(Core *core, PyObject *args) {
    PyObject *texts, *facts = Py_None;
    PyTypeObject *type;
    if (!PyArg_ParseTuple(args, "O!O!|O", &PyTuple_Type, &texts, &PyType_Type, &type, &facts))
        return NULL;
    if (facts != Py_None && (!PyTuple_Check(facts) || PyTuple_GET_SIZE(facts) != PyTuple_GET_SIZE(texts))) {
        PyErr_SetString(PyExc_ValueError, "facts are a tuple with one sequence for each text");
        return NULL;
    }
    if (!PyType_IsSubtype(type, &PyTuple_Type)) {
        PyErr_SetString(PyExc_TypeError, "the second argument is no tuple type");
        return NULL;
    }
    PyObject *results = PyList_New(PyTuple_GET_SIZE(texts)), *owners = PyList_New(0);
    Worker *worker = results != NULL && owners != NULL ? take_worker(core) : NULL;
    Py_ssize_t at = 0, scored = worker != NULL ? 0 : -1;
    while (scored >= 0 && at < PyTuple_GET_SIZE(texts)) {
        scored = score_batch(core, worker, texts, facts, at, results, type, owners);
        at += scored;
    }
    if (worker != NULL)
        return_worker(core, worker);
    Py_XDECREF(owners);
    if (scored < 0)
        Py_CLEAR(results);
    return scored == NO_FACT ? Py_NewRef(Py_None) : results;
}

/* ---------------------------------------------------------------- label_lines(block) */

/* How a block is labelled, and what came of it. */
typedef struct {
    PyObject *labels;          /* tuple of bytes: the classes, then "uncertain" */
    double min_confidence;
    uint8_t *out;
    Py_ssize_t *counts;        /* one for each class, then one for each reason */
    Py_ssize_t lines, bad_byte; /* bad_byte >= 0: where line `lines` is not UTF-8; LONG_LINE: it is left to Python */
} Labelling;

/* Return the likeliest class and its probability: `classifier.probabilities`, the first of equals. */
static Py_ssize_t decide(const Core *core, Worker *worker, double *best) {
    const double *totals = worker->totals;
    double *shares = worker->totals + core->n_rows, top = totals[0], sum = 0.0;
    if (core->n_rows == 1) {
        double odds = exp(-fabs(top)), other = odds / (1.0 + odds);
        *best = 1.0 / (1.0 + odds);
        return top > 0 && other < *best;
    }
    for (Py_ssize_t i = 1; i < core->n_rows; i++)
        top = totals[i] > top ? totals[i] : top;
    for (Py_ssize_t i = 0; i < core->n_rows; i++)
        sum += shares[i] = exp(totals[i] - top);
    Py_ssize_t winner = 0;
    for (Py_ssize_t i = 0; i < core->n_rows; i++) {
        shares[i] /= sum;
        winner = shares[i] > shares[winner] ? i : winner;
    }
    *best = shares[winner];
    return winner;
}

/* Write a probability as f"{p:.4f}" does: exact, halves to even. Return its end, or NULL. */
static uint8_t *write_probability(Worker *worker, uint8_t *out, double p) {
    double scaled = p * 10000.0, below = floor(scaled), rest = scaled - below;
    if (!(fabs(rest - 0.5) > 1e-6 && p >= 0.0 && p <= 1.0)) { /* near a half the product's own rounding counts */
        lock(worker);
        char *exact = PyOS_double_to_string(p, 'f', 4, 0, NULL);
        size_t length = exact != NULL ? strlen(exact) : 0;
        if (length <= 8) /* what there is room for */
            memcpy(out, exact, length);
        PyMem_Free(exact);
        unlock(worker);
        return length > 0 && length <= 8 ? out + length : NULL;
    }
    int digits = (int)below + (rest > 0.5);
    out[0] = (uint8_t)('0' + digits / 10000);
    out[1] = '.';
    out[2] = (uint8_t)('0' + digits / 1000 % 10);
    out[3] = (uint8_t)('0' + digits / 100 % 10);
    out[4] = (uint8_t)('0' + digits / 10 % 10);
    out[5] = (uint8_t)('0' + digits % 10);
    return out + 6;
}

/* Copy a text; what would break the row becomes a space. */
static uint8_t *write_text(uint8_t *restrict out, const uint8_t *restrict s, size_t length) {
    for (size_t i = 0; i < length; i++)
        out[i] = s[i] == '\t' || s[i] == '\r' ? ' ' : s[i];
    return out + length;
}

/* Say whether str.strip() leaves nothing of a text. */
static int only_spaces(const uint8_t *s, size_t length) {
    for (size_t i = 0, size = 1; i < length; i += size, size = 1)
        if (s[i] < 0x80 ? byte_class[s[i]] != SPACE : shape_of(decode_wide(s + i, &size)) != IS_SPACE)
            return 0;
    return 1;
}

static Py_ssize_t count_classes(const Core *core) { return core->n_rows == 1 ? 2 : core->n_rows; }

/* Score a text and count its outcome: a class, or the number of classes and a reason; -1 without memory. `best` is the
   likeliest class's probability, or negative where no term is known. */
static Py_ssize_t judge(const Core *core, Worker *worker, const Line *line, const Labelling *job, double *best) {
    Py_ssize_t known = score_line(core, worker, line), classes = count_classes(core), outcome = -1;
    *best = -1.0;
    if (known < 0)
        return -1;
    if (known == 0)
        outcome = classes + (only_spaces(line->source, line->length) ? EMPTY_TEXT : NO_KNOWN_TERMS);
    else {
        outcome = decide(core, worker, best);
        if (*best < job->min_confidence)
            outcome = classes + LOW_CONFIDENCE;
    }
    job->counts[outcome]++;
    return outcome;
}

static int write_line(const Core *core, Worker *worker, const Line *line, Labelling *job) {
    double best;
    Py_ssize_t outcome = judge(core, worker, line, job, &best), classes = count_classes(core);
    if (outcome < 0)
        return -1;
    PyObject *name = PyTuple_GET_ITEM(job->labels, outcome < classes ? outcome : classes);
    memcpy(job->out, PyBytes_AS_STRING(name), (size_t)PyBytes_GET_SIZE(name));
    uint8_t *out = job->out + PyBytes_GET_SIZE(name);
    *out++ = '\t';
    if (best >= 0.0 && (out = write_probability(worker, out, best)) == NULL)
        return -1;
    *out++ = '\t';
    out = write_text(out, line->source, line->length);
    *out++ = '\n';
    job->out = out;
    return 0;
}

/* Label lines from `s` on until the batch is full, or a line is not UTF-8; return where the next batch begins. */
static const uint8_t *label_batch(Core *core, Worker *worker, const uint8_t *s, const uint8_t *end, Labelling *job) {
    start_batch(worker);
    while (s < end && !batch_is_full(worker) && job->bad_byte == NO_STOP) {
        const uint8_t *feed = memchr(s, '\n', (size_t)(end - s)), *stop = feed != NULL ? feed : end;
        size_t length = (size_t)(stop - s);
        if (length > LONGEST_TEXT && length - (feed != NULL && stop[-1] == '\r') > LONGEST_TEXT) {
            job->bad_byte = LONG_LINE;
            break;
        }
        size_t bad = first_invalid(s, length);
        if (bad < length) {
            job->bad_byte = (Py_ssize_t)bad;
            break;
        }
        if (feed != NULL && length > 0 && stop[-1] == '\r')
            length--;
        if (add_line(core, worker, s, length) < 0)
            return NULL;
        s = feed != NULL ? feed + 1 : end;
    }
    if (resolve(core, worker) < 0)
        return NULL;
    for (size_t k = 0; k < worker->n_lines; k++)
        if (write_line(core, worker, &worker->lines[k], job) < 0)
            return NULL;
    job->lines += (Py_ssize_t)worker->n_lines;
    return s;
}

/* Return an upper bound of the output's size: a label, a probability and two tabs are added to each line. */
static Py_ssize_t bound(const uint8_t *s, Py_ssize_t length, PyObject *labels) {
    Py_ssize_t longest = 0, lines = 1;
    for (Py_ssize_t i = 0; i < length; i++)
        lines += s[i] == '\n';
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(labels); i++) {
        Py_ssize_t size = PyBytes_GET_SIZE(PyTuple_GET_ITEM(labels, i));
        longest = size > longest ? size : longest;
    }
    return lines > (PY_SSIZE_T_MAX - length) / (longest + 16) ? -1 : length + lines * (longest + 16);
}

static int check_labels(const Core *core, PyObject *labels) {
    Py_ssize_t classes = count_classes(core);
    int right = PyTuple_GET_SIZE(labels) == classes + 1;
    for (Py_ssize_t i = 0; right && i < classes + 1; i++)
        right = PyBytes_Check(PyTuple_GET_ITEM(labels, i));
    if (!right)
        PyErr_SetString(PyExc_ValueError, "labels are a tuple of bytes: a name a class, and one more");
    return right;
}

/* Return (output, counts, number): the number is a bad byte's or -1, or says where a table's labelling stopped. */
static PyObject *outcomes(PyObject *output, const Labelling *job, Py_ssize_t n, Py_ssize_t number) {
    PyObject *counts = PyTuple_New(n);
    for (Py_ssize_t i = 0; counts != NULL && i < n; i++) {
        PyObject *count = PyLong_FromSsize_t(job->counts[i]);
        if (count == NULL)
            Py_CLEAR(counts);
        else
            PyTuple_SET_ITEM(counts, i, count);
    }
    if (counts == NULL) {
        Py_DECREF(output);
        return NULL;
    }
    return Py_BuildValue("NNn", output, counts, number);
}

static PyObject *core_label_lines(Core *core, PyObject *args) {
    Py_buffer block;
    Labelling job = {.bad_byte = NO_STOP};
    if (!PyArg_ParseTuple(args, "y*O!d", &block, &PyTuple_Type, &job.labels, &job.min_confidence))
        return NULL;
    PyObject *output = NULL, *result = NULL;
    Worker *worker = check_labels(core, job.labels) ? take_worker(core) : NULL;
    if (worker == NULL)
        goto done;
    job.counts = PyMem_RawCalloc((size_t)PyTuple_GET_SIZE(job.labels) + N_REASONS, sizeof(Py_ssize_t));
    Py_ssize_t size = bound(block.buf, block.len, job.labels);
    if (job.counts == NULL || size < 0) {
        PyErr_NoMemory();
        goto done;
    }
    if ((output = PyBytes_FromStringAndSize(NULL, size)) == NULL)
        goto done;
    job.out = (uint8_t *)PyBytes_AS_STRING(output);
    const uint8_t *s = block.buf, *end = s + block.len;
    worker->thread = PyEval_SaveThread();
    while (s != NULL && s < end && job.bad_byte == NO_STOP)
        s = label_batch(core, worker, s, end, &job);
    PyEval_RestoreThread(worker->thread);
    if (s == NULL)
        Py_CLEAR(output);
    else if (_PyBytes_Resize(&output, (char *)job.out - PyBytes_AS_STRING(output)) == 0)
        result = outcomes(Py_NewRef(output), &job, count_classes(core) + N_REASONS, job.bad_byte);
done:
    if (worker != NULL)
        return_worker(core, worker);
    Py_XDECREF(output);
    PyMem_RawFree(job.counts);
    PyBuffer_Release(&block);
    return result;
}

/* ---------------------------------------------------------------- tables: blocks of CSV and JSONL

A block holds whole records. Labelling stops before a record that is not plain (a ragged row, doubtful JSON, bytes that
are not UTF-8, a name that is taken); Python's own readers then say what it is. Whatever is labelled here comes out with
the bytes that they and the writers would give. */

enum { PLAIN_RECORD, BLANK_RECORD, FOREIGN_RECORD, NO_ROOM, NO_MEMORY };
enum { DEEPEST = 32, MOST_KEYS = 200, LONGEST_NUMBER = 300 }; /* beyond these, Python reads the JSON */
enum { LONGEST_ROW = 16 << 20 };           /* csv.field_size_limit, which no shorter row can meet */

typedef struct {
    Span record, text;
    const uint8_t *next;       /* where the next record begins */
    int quoted;
} Record;

typedef struct Table {
    Labelling job;
    PyObject *pieces;          /* for each outcome, what is written before and after the probability */
    int (*scan)(Worker *, const struct Table *, const uint8_t *, const uint8_t *, Record *);
    uint8_t *(*write)(const struct Table *, uint8_t *, const Line *);
    int brief;                 /* probabilities as JSON has them: 0.5, not 0.5000 */
    uint8_t delimiter;
    Py_ssize_t columns, column;
    Span field;
    PyObject *taken;           /* tuple of bytes: names that are added */
} Table;

/* Make room for a text without its escapes. Texts of the batch point into the buffer, so it grows only while empty. */
static int make_plain(Worker *worker, size_t length) {
    if (worker->plain_size - worker->plain_used >= length)
        return PLAIN_RECORD;
    if (worker->n_lines > 0)
        return NO_ROOM;
    return GROW(worker->plain, worker->plain_size, worker->plain_used + length) < 0 ? NO_MEMORY : PLAIN_RECORD;
}

/* Return the quote that closes a cell whose content begins at `s`, or NULL; say whether quotes in it are doubled. */
static const uint8_t *closing_quote(const uint8_t *s, const uint8_t *end, int *doubled) {
    while ((s = memchr(s, '"', (size_t)(end - s))) != NULL && end - s > 1 && s[1] == '"') {
        *doubled = 1;
        s += 2;
    }
    return s;
}

/* Return the line feed, or the end, that ends a row from `s` on, past carriage returns; NULL if other things follow. */
static const uint8_t *row_end(const uint8_t *s, const uint8_t *end) {
    while (s < end && *s == '\r')
        s++;
    return s == end || *s == '\n' ? s : NULL;
}

/* A row without quotes: a line. */
static int scan_plain_row(const Table *table, Record *found) {
    const uint8_t *s = found->record.s, *end = s + found->record.length;
    Py_ssize_t cell = 0;
    if (s == end && table->columns > 1)
        return BLANK_RECORD;
    for (;; cell++) {
        const uint8_t *stop = memchr(s, table->delimiter, (size_t)(end - s));
        stop = stop != NULL ? stop : end;
        if (cell == table->column)
            found->text = (Span){s, (size_t)(stop - s)};
        if (stop == end)
            break;
        s = stop + 1;
    }
    return cell + 1 == table->columns ? PLAIN_RECORD : FOREIGN_RECORD;
}

/* A cell as the csv module's default dialect reads it. */
typedef struct {
    Span content;              /* doubled quotes are still doubled */
    const uint8_t *after;
    int quoted, doubled;
} Cell;

static int next_cell(const Table *table, const uint8_t *s, const uint8_t *end, Cell *cell) {
    cell->quoted = s < end && *s == '"';
    cell->doubled = 0;
    if (cell->quoted) {
        const uint8_t *close = closing_quote(s + 1, end, &cell->doubled);
        if (close == NULL)
            return -1;
        cell->content = (Span){s + 1, (size_t)(close - s - 1)};
        cell->after = close + 1;
        return 0;
    }
    const uint8_t *stop = s;
    while (stop < end && *stop != table->delimiter && *stop != '\n' && *stop != '\r')
        stop++;
    cell->content = (Span){s, (size_t)(stop - s)};
    cell->after = stop;
    return 0;
}

static int scan_quoted_row(Worker *worker, const Table *table, const uint8_t *s, const uint8_t *end,
                           Record *found) {
    Py_ssize_t number = 0;
    Cell cell, text = {0};
    for (const uint8_t *at = s;; at = cell.after + 1, number++) {
        if (next_cell(table, at, end, &cell) < 0)
            return FOREIGN_RECORD;
        if (number == table->column)
            text = cell;
        if (cell.after == end || *cell.after != table->delimiter)
            break;
    }
    const uint8_t *stop = row_end(cell.after, end);
    if (stop == NULL || number + 1 != table->columns)
        return FOREIGN_RECORD;
    found->record = (Span){s, (size_t)(cell.after - s)};
    found->next = stop < end ? stop + 1 : end;
    found->text = text.content;
    if (!text.doubled)
        return PLAIN_RECORD;
    int room = make_plain(worker, text.content.length);
    if (room != PLAIN_RECORD)
        return room;
    uint8_t *out = worker->plain + worker->plain_used;
    found->text.s = out;
    for (size_t i = 0; i < text.content.length; i++) {
        *out++ = text.content.s[i];
        i += text.content.s[i] == '"';
    }
    found->text.length = (size_t)(out - found->text.s);
    worker->plain_used += found->text.length;
    return PLAIN_RECORD;
}

static int scan_row(Worker *worker, const Table *table, const uint8_t *s, const uint8_t *end, Record *found) {
    const uint8_t *feed = memchr(s, '\n', (size_t)(end - s)), *stop = feed != NULL ? feed : end;
    found->quoted = memchr(s, '"', (size_t)(stop - s)) != NULL;
    int kind;
    if (found->quoted)
        kind = scan_quoted_row(worker, table, s, end, found);
    else {
        const uint8_t *lone = memchr(s, '\r', (size_t)(stop - s));
        found->next = feed != NULL ? feed + 1 : end;
        found->record = (Span){s, (size_t)((lone != NULL ? lone : stop) - s)};
        kind = lone != NULL && row_end(lone, end) != stop ? FOREIGN_RECORD : scan_plain_row(table, found);
    }
    size_t length = found->record.length;
    if (kind == PLAIN_RECORD && (length > LONGEST_ROW || first_invalid(s, length) < length))
        return FOREIGN_RECORD;
    return kind;
}

/* Write a cell as csv.writer does: in quotes where it holds a delimiter, a quote or a line end. */
static uint8_t *write_cell(const Table *table, uint8_t *out, const Cell *cell) {
    const uint8_t *s = cell->content.s, *end = s + cell->content.length;
    int special = 0;
    for (const uint8_t *c = s; c < end; c++)
        special |= (*c == table->delimiter) | (*c == '"') | (*c == '\n') | (*c == '\r');
    if (special)
        *out++ = '"';
    for (; s < end; s++) {
        *out++ = *s;
        if (*s == '"' && !cell->quoted)
            *out++ = '"';
    }
    if (special)
        *out++ = '"';
    return out;
}

/* There is room for twice the record and two quotes for each of its cells, of which there are at most length + 1. */
static uint8_t *write_row(const Table *table, uint8_t *out, const Line *line) {
    const uint8_t *s = line->record, *end = s + line->record_length;
    if (!line->quoted) {
        memcpy(out, s, line->record_length);
        return out + line->record_length;
    }
    for (Cell cell;; s = cell.after + 1) {
        next_cell(table, s, end, &cell);
        out = write_cell(table, out, &cell);
        if (cell.after == end)
            return out;
        *out++ = table->delimiter;
    }
}

/* Say whether a quote opens a cell: it stands first in it. */
static int opens_cell(const uint8_t *quote, const uint8_t *begin, uint8_t delimiter) {
    return quote == begin || quote[-1] == '\n' || quote[-1] == delimiter;
}

/* Return the next quote that opens a cell, or NULL; others are part of theirs. */
static const uint8_t *next_opening(const uint8_t *s, const uint8_t *begin, const uint8_t *end, uint8_t delimiter) {
    while ((s = memchr(s, '"', (size_t)(end - s))) != NULL && !opens_cell(s, begin, delimiter))
        s++;
    return s;
}

/* Return the end of the last row of the block that is whole; a malformed row ends with its line, as for csv.reader. */
static size_t last_row_end(const uint8_t *begin, const uint8_t *end, uint8_t delimiter) {
    const uint8_t *done = begin, *s = begin;
    int doubled;
    while (s < end) {
        const uint8_t *quote = next_opening(s, begin, end, delimiter), *stop = quote != NULL ? quote : end;
        const uint8_t *line = stop;
        while (line > s && line[-1] != '\n')
            line--;
        if (line > s)
            done = line;
        if (quote == NULL)
            break;
        const uint8_t *after = quote;
        if (memchr(line, '\r', (size_t)(quote - line)) == NULL) {
            const uint8_t *close = closing_quote(quote + 1, end, &doubled);
            if (close == NULL || close + 1 == end)
                break;
            after = s = close + 1;
            if (*s == delimiter || (s = row_end(s, end)) != NULL)
                continue;
        }
        const uint8_t *feed = memchr(after, '\n', (size_t)(end - after));
        if (feed == NULL)
            break;
        done = s = feed + 1;
    }
    return (size_t)(done - begin);
}

/* ---- JSON: what json.loads takes without a second thought */

typedef struct {
    const uint8_t *s, *end;
    Worker *worker;
    const Table *table;
    Span text;
    int has_text, escaped;     /* the text's escapes have still to be taken out */
} Json;

static inline void skip_blanks(Json *json) {
    while (json->s < json->end && (*json->s == ' ' || *json->s == '\t' || *json->s == '\r' || *json->s == '\n'))
        json->s++;
}

static int take(Json *json, uint8_t wanted) {
    if (json->s == json->end || *json->s != wanted)
        return 0;
    json->s++;
    return 1;
}

static int hex_value(uint8_t c) {
    return is_digit(c) ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

/* Return the number of four hexadecimal digits, or -1. */
static int32_t hex4(const uint8_t *s, const uint8_t *end) {
    int32_t value = 0;
    if (end - s < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = hex_value(s[i]);
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* Return the first quote, backslash or control character from `s` on, or the end. */
static const uint8_t *string_stop(const uint8_t *s, const uint8_t *end) {
#if defined(__GNUC__) && PY_LITTLE_ENDIAN
    const uint64_t ones = UINT64_C(0x0101010101010101), high = 0x80 * ones;
    for (; end - s >= 8; s += 8) {
        uint64_t x = load8(s), quote = x ^ '"' * ones, slash = x ^ '\\' * ones;
        uint64_t stops = ((quote - ones) & ~quote) | ((slash - ones) & ~slash) | ((x - 0x20 * ones) & ~x);
        if ((stops &= high) != 0)
            return s + (size_t)__builtin_ctzll(stops) / 8; /* a borrow only marks what comes later */
    }
#endif
    while (s < end && *s != '"' && *s != '\\' && *s >= 0x20)
        s++;
    return s;
}

/* Read a string; its content stays as it stands. Return 0 if it is none. */
static int read_string(Json *json, Span *content, int *escaped) {
    if (!take(json, '"'))
        return 0;
    const uint8_t *begin = json->s;
    *escaped = 0;
    while ((json->s = string_stop(json->s, json->end)) < json->end && *json->s == '\\') {
        *escaped = 1;
        json->s++;
        if (json->s == json->end || memchr("\"\\/bfnrtu", *json->s, 9) == NULL)
            return 0;
        if (*json->s == 'u' && hex4(json->s + 1, json->end) < 0)
            return 0;
        json->s++;
    }
    *content = (Span){begin, (size_t)(json->s - begin)};
    return take(json, '"');
}

static size_t skip_digits(Json *json) {
    const uint8_t *begin = json->s;
    while (json->s < json->end && is_digit(*json->s))
        json->s++;
    return (size_t)(json->s - begin);
}

static int read_number(Json *json) {
    const uint8_t *begin = json->s;
    take(json, '-');
    if (!take(json, '0') && skip_digits(json) == 0)
        return 0;
    if (take(json, '.') && skip_digits(json) == 0)
        return 0;
    if (take(json, 'e') || take(json, 'E')) {
        if (!take(json, '+'))
            take(json, '-');
        if (skip_digits(json) == 0)
            return 0;
    }
    return json->s - begin <= LONGEST_NUMBER;
}

static int read_word(Json *json, const char *word, size_t length) {
    if ((size_t)(json->end - json->s) < length || memcmp(json->s, word, length) != 0)
        return 0;
    json->s += length;
    return 1;
}

static int same_span(Span a, Span b) { return a.length == b.length && memcmp(a.s, b.s, a.length) == 0; }

/* Enter a key among those of its object, which begin at `first`; 0 if it stands there twice or there are too many. */
static int enter_key(Json *json, Span key, size_t first) {
    Worker *worker = json->worker;
    if (worker->n_keys - first >= MOST_KEYS || GROW(worker->keys, worker->keys_size, worker->n_keys + 1) < 0)
        return 0;
    for (size_t i = first; i < worker->n_keys; i++)
        if (same_span(worker->keys[i], key))
            return 0;
    worker->keys[worker->n_keys++] = key;
    return 1;
}

static int is_taken(const Table *table, Span key) {
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(table->taken); i++) {
        PyObject *name = PyTuple_GET_ITEM(table->taken, i);
        if (same_span(key, (Span){(const uint8_t *)PyBytes_AS_STRING(name), (size_t)PyBytes_GET_SIZE(name)}))
            return 1;
    }
    return 0;
}

static int read_value(Json *json, int depth);

static int read_member(Json *json, int depth, size_t first) {
    Span key;
    int escaped;
    skip_blanks(json);
    if (!read_string(json, &key, &escaped) || escaped || !enter_key(json, key, first))
        return 0;
    skip_blanks(json);
    if (!take(json, ':'))
        return 0;
    skip_blanks(json);
    if (depth > 0)
        return read_value(json, depth);
    if (is_taken(json->table, key))
        return 0;
    if (!same_span(key, json->table->field))
        return read_value(json, depth);
    json->has_text = 1;
    return read_string(json, &json->text, &json->escaped);
}

/* Read an object or an array, of which `depth` others stand outside. */
static int read_container(Json *json, int depth) {
    int is_object = *json->s++ == '{';
    uint8_t close = is_object ? '}' : ']';
    size_t first = json->worker->n_keys;
    skip_blanks(json);
    if (take(json, close))
        return 1;
    do {
        skip_blanks(json);
        if (!(is_object ? read_member(json, depth, first) : read_value(json, depth)))
            return 0;
        skip_blanks(json);
    } while (take(json, ','));
    json->worker->n_keys = first;
    return take(json, close);
}

static int read_value(Json *json, int depth) {
    Span content;
    int escaped;
    if (json->s == json->end)
        return 0;
    switch (*json->s) {
    case '"':
        return read_string(json, &content, &escaped);
    case '{':
    case '[':
        return depth < DEEPEST && read_container(json, depth + 1);
    case 't':
        return read_word(json, "true", 4);
    case 'f':
        return read_word(json, "false", 5);
    case 'n':
        return read_word(json, "null", 4);
    default:
        return read_number(json);
    }
}

static uint8_t *encode(uint8_t *out, uint32_t c) {
    if (c < 0x80)
        *out++ = (uint8_t)c;
    else {
        if (c < 0x800)
            *out++ = (uint8_t)(0xc0 | c >> 6);
        else {
            if (c < 0x10000)
                *out++ = (uint8_t)(0xe0 | c >> 12);
            else {
                *out++ = (uint8_t)(0xf0 | c >> 18);
                *out++ = (uint8_t)(0x80 | (c >> 12 & 0x3f));
            }
            *out++ = (uint8_t)(0x80 | (c >> 6 & 0x3f));
        }
        *out++ = (uint8_t)(0x80 | (c & 0x3f));
    }
    return out;
}

/* Take the escapes out of a string's content; never longer than it. Return the end, or NULL for half a pair. */
static uint8_t *unescape(uint8_t *out, Span content) {
    static const char names[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const uint8_t *s = content.s, *end = s + content.length;
    while (s < end) {
        const uint8_t *slash = memchr(s, '\\', (size_t)(end - s));
        size_t length = (size_t)((slash != NULL ? slash : end) - s);
        memcpy(out, s, length);
        out += length;
        s += length;
        if (slash == NULL)
            break;
        if (s[1] != 'u') {
            *out++ = (uint8_t)meant[strchr(names, s[1]) - names];
            s += 2;
            continue;
        }
        int32_t c = hex4(s + 2, end);
        s += 6;
        if (c >= 0xd800 && c < 0xe000) {
            int32_t low = c < 0xdc00 && end - s >= 6 && s[0] == '\\' && s[1] == 'u' ? hex4(s + 2, end) : -1;
            if (low < 0xdc00 || low >= 0xe000)
                return NULL;
            c = 0x10000 + ((c - 0xd800) << 10 | (low - 0xdc00));
            s += 6;
        }
        out = encode(out, (uint32_t)c);
    }
    return out;
}

static int scan_json(Worker *worker, const Table *table, const uint8_t *s, const uint8_t *end, Record *found) {
    const uint8_t *feed = memchr(s, '\n', (size_t)(end - s));
    Json json = {.s = s, .end = feed != NULL ? feed : end, .worker = worker, .table = table};
    found->next = feed != NULL ? feed + 1 : end;
    skip_blanks(&json);
    if (json.s == json.end)
        return BLANK_RECORD;
    const uint8_t *begin = json.s;
    worker->n_keys = 0;
    if (*json.s != '{' || !read_container(&json, 0) || !json.has_text)
        return FOREIGN_RECORD;
    found->record = (Span){begin, (size_t)(json.s - begin)};
    skip_blanks(&json);
    if (json.s != json.end || first_invalid(begin, found->record.length) < found->record.length)
        return FOREIGN_RECORD;
    found->text = json.text;
    if (!json.escaped)
        return PLAIN_RECORD;
    int room = make_plain(worker, json.text.length);
    if (room != PLAIN_RECORD)
        return room;
    uint8_t *out = worker->plain + worker->plain_used, *stop = unescape(out, json.text);
    if (stop == NULL)
        return FOREIGN_RECORD;
    found->text = (Span){out, (size_t)(stop - out)};
    worker->plain_used += found->text.length;
    return PLAIN_RECORD;
}

/* Write an object's own members, and open the place for more. It holds the text, so it is not empty. */
static uint8_t *write_members(const Table *Py_UNUSED(table), uint8_t *out, const Line *line) {
    const uint8_t *s = line->record + 1, *end = line->record + line->record_length - 1;
    while (*s == ' ' || *s == '\t' || *s == '\r')
        s++;
    while (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r')
        end--;
    *out++ = '{';
    memcpy(out, s, (size_t)(end - s));
    out += end - s;
    *out++ = ',';
    *out++ = ' ';
    return out;
}

/* ---- the same for both */

static uint8_t *write_piece(uint8_t *out, PyObject *piece) {
    memcpy(out, PyBytes_AS_STRING(piece), (size_t)PyBytes_GET_SIZE(piece));
    return out + PyBytes_GET_SIZE(piece);
}

static int write_record(const Core *core, Worker *worker, const Line *line, Table *table) {
    double best;
    Py_ssize_t outcome = judge(core, worker, line, &table->job, &best);
    if (outcome < 0)
        return -1;
    PyObject *before = PyTuple_GET_ITEM(table->pieces, 2 * outcome);
    PyObject *after = PyTuple_GET_ITEM(table->pieces, 2 * outcome + 1);
    size_t own = line->quoted ? 4 * line->record_length + 4 : line->record_length + 4;
    size_t needed = own + (size_t)PyBytes_GET_SIZE(before) + (size_t)PyBytes_GET_SIZE(after) + 16;
    if (GROW(worker->out, worker->out_size, worker->out_used + needed) < 0)
        return no_memory(worker);
    uint8_t *out = write_piece(table->write(table, worker->out + worker->out_used, line), before);
    if (best >= 0.0 && (out = write_probability(worker, out, best)) == NULL)
        return -1;
    if (best >= 0.0 && table->brief)
        while (out[-1] == '0' && out[-2] != '.')
            out--;
    worker->out_used = (size_t)(write_piece(out, after) - worker->out);
    return 0;
}

/* Label records from `s` on until the batch is full, or one is not plain; return where the next batch begins. */
static const uint8_t *label_records(Core *core, Worker *worker, const uint8_t *s, const uint8_t *end, Table *table,
                                    int *kind) {
    start_batch(worker);
    worker->plain_used = 0;
    for (*kind = PLAIN_RECORD; s < end && !batch_is_full(worker);) {
        Record found = {0};
        *kind = table->scan(worker, table, s, end, &found);
        if (*kind == PLAIN_RECORD && found.text.length > LONGEST_TEXT)
            *kind = FOREIGN_RECORD;
        if (*kind > BLANK_RECORD)
            break;
        if (*kind == PLAIN_RECORD) {
            if (add_line(core, worker, found.text.s, found.text.length) < 0)
                return NULL;
            Line *line = &worker->lines[worker->n_lines - 1];
            line->record = found.record.s;
            line->record_length = found.record.length;
            line->quoted = found.quoted;
        }
        s = found.next;
    }
    if (*kind == NO_MEMORY) {
        no_memory(worker);
        return NULL;
    }
    if (resolve(core, worker) < 0)
        return NULL;
    for (size_t k = 0; k < worker->n_lines; k++)
        if (write_record(core, worker, &worker->lines[k], table) < 0)
            return NULL;
    return s;
}

/* Say whether a tuple holds bytes alone, and as many as it must (any number for a negative one). */
static int check_bytes(PyObject *tuple, Py_ssize_t size) {
    int right = size < 0 || PyTuple_GET_SIZE(tuple) == size;
    for (Py_ssize_t i = 0; right && i < PyTuple_GET_SIZE(tuple); i++)
        right = PyBytes_Check(PyTuple_GET_ITEM(tuple, i));
    if (!right)
        PyErr_SetString(PyExc_ValueError, "a tuple of bytes: two for each class and each reason");
    return right;
}

/* Return (rows, counts, where labelling stopped: the block's end, or a record that is left to Python). */
static PyObject *label_table(Core *core, const Py_buffer *block, Py_ssize_t start, Table *table) {
    PyObject *output = NULL;
    Py_ssize_t outcomes_size = count_classes(core) + N_REASONS, stop = 0;
    if (start < 0 || start > block->len) {
        PyErr_SetString(PyExc_ValueError, "the start is not in the block");
        return NULL;
    }
    Worker *worker = check_bytes(table->pieces, 2 * outcomes_size) ? take_worker(core) : NULL;
    if (worker == NULL)
        return NULL;
    table->job.counts = PyMem_RawCalloc((size_t)outcomes_size, sizeof(Py_ssize_t));
    if (table->job.counts == NULL)
        PyErr_NoMemory();
    else {
        const uint8_t *s = (const uint8_t *)block->buf + start, *end = (const uint8_t *)block->buf + block->len;
        int kind = PLAIN_RECORD;
        worker->out_used = 0;
        worker->thread = PyEval_SaveThread();
        while (s != NULL && s < end && kind != FOREIGN_RECORD)
            s = label_records(core, worker, s, end, table, &kind);
        PyEval_RestoreThread(worker->thread);
        if (s != NULL)
            output = PyBytes_FromStringAndSize((const char *)worker->out, (Py_ssize_t)worker->out_used);
        stop = s != NULL ? s - (const uint8_t *)block->buf : 0;
    }
    return_worker(core, worker);
    PyObject *result = output != NULL ? outcomes(output, &table->job, outcomes_size, stop) : NULL;
    PyMem_RawFree(table->job.counts);
    return result;
}

static PyObject *core_label_csv(Core *core, PyObject *args) {
    Py_buffer block;
    Py_ssize_t start;
    Table table = {.scan = scan_row, .write = write_row};
    if (!PyArg_ParseTuple(args, "y*nO!dbnn", &block, &start, &PyTuple_Type, &table.pieces, &table.job.min_confidence,
                          &table.delimiter, &table.columns, &table.column))
        return NULL;
    PyObject *result = NULL;
    if (table.column < 0 || table.column >= table.columns)
        PyErr_SetString(PyExc_ValueError, "the text's column is none of the columns");
    else
        result = label_table(core, &block, start, &table);
    PyBuffer_Release(&block);
    return result;
}

static PyObject *core_label_jsonl(Core *core, PyObject *args) {
    Py_buffer block, field;
    Py_ssize_t start;
    Table table = {.scan = scan_json, .write = write_members, .brief = 1};
    if (!PyArg_ParseTuple(args, "y*nO!dy*O!", &block, &start, &PyTuple_Type, &table.pieces, &table.job.min_confidence,
                          &field, &PyTuple_Type, &table.taken))
        return NULL;
    table.field = (Span){field.buf, (size_t)field.len};
    PyObject *result = check_bytes(table.taken, -1) ? label_table(core, &block, start, &table) : NULL;
    PyBuffer_Release(&field);
    PyBuffer_Release(&block);
    return result;
}

static PyObject *core_last_row_end(PyObject *Py_UNUSED(module), PyObject *args) {
    Py_buffer block;
    unsigned char delimiter;
    if (!PyArg_ParseTuple(args, "y*b", &block, &delimiter))
        return NULL;
    const uint8_t *s = block.buf;
    size_t end = last_row_end(s, s + block.len, delimiter);
    PyBuffer_Release(&block);
    return PyLong_FromSize_t(end);
}

/* ---------------------------------------------------------------- count(texts)

What training needs: the terms of a corpus that no vocabulary knows yet. The same passes find the tokens; then each new
name and pair becomes a term, and at the end the terms are brought into the order of their bytes, which is the order of
their code points. A Core that counted is not to be scored with. */

#define PREFIXED (NONE - 1)

/* A term that was met: the name `left` (right NONE), its prefix form (right PREFIXED), or a pair of names; ids. */
typedef struct {
    uint32_t left, right;
} Met;

typedef struct {
    const uint8_t *lone;       /* text.LONE_TERMS */
    size_t n_lone;
    Met *terms;
    size_t terms_size, n_terms;
    int32_t *indices, *counts; /* of all texts, one after the other */
    size_t indices_size, counts_size, n_entries;
    int64_t *ends;             /* of each text's entries; ends[0] is 0 */
    uint64_t *keys;            /* of each term: its place in the vocabulary's order */
    uint32_t *order;           /* terms by key */
} Corpus;

static void free_corpus(Corpus *corpus) {
    PyMem_RawFree(corpus->terms);
    PyMem_RawFree(corpus->indices);
    PyMem_RawFree(corpus->counts);
    PyMem_RawFree(corpus->ends);
    PyMem_RawFree(corpus->keys);
    PyMem_RawFree(corpus->order);
}

/* Return the new term's number, or -1 without memory. */
static int32_t meet(Corpus *corpus, uint32_t left, uint32_t right) {
    if (corpus->n_terms >= INT32_MAX / 8 || GROW(corpus->terms, corpus->terms_size, corpus->n_terms + 1) < 0)
        return -1;
    corpus->terms[corpus->n_terms] = (Met){left, right};
    return (int32_t)corpus->n_terms++;
}

static Name *meet_name(Core *core, uint32_t hash, uint64_t head, const uint8_t *s, size_t length) {
    Name *name = find_name(core, hash, head, tail_of(s, length), s, length);
    return name->length != 0 ? name : intern(core, s, length);
}

static int double_pairs(Core *core) {
    Pair *old = core->pairs;
    size_t old_size = core->pairs_size;
    Pair *pairs = PyMem_RawMalloc(2 * old_size * sizeof(Pair));
    if (pairs == NULL)
        return -1;
    memset(pairs, 0xff, 2 * old_size * sizeof(Pair));
    core->pairs = pairs;
    core->pairs_size = 2 * old_size;
    for (size_t i = 0; i < old_size; i++)
        if (old[i].left != NONE)
            *find_pair(core, hash_pair(old[i].left, old[i].right), old[i].left, old[i].right) = old[i];
    PyMem_RawFree(old);
    return 0;
}

/* Return the term of a pair, or -1 without memory. */
static int32_t meet_pair(Core *core, Corpus *corpus, uint32_t left, uint32_t right) {
    if (2 * (core->n_pairs + 1) > core->pairs_size && double_pairs(core) < 0)
        return -1;
    Pair *pair = find_pair(core, hash_pair(left, right), left, right);
    if (pair->left != NONE)
        return pair->term;
    *pair = (Pair){left, right, meet(corpus, left, right)};
    core->n_pairs++;
    return pair->term;
}

/* Find, or make, the terms of a token: itself, and the first characters of a longer one. Return how many, or -1. */
static int meet_token(Core *core, Worker *worker, Corpus *corpus, Token *token, int part, int32_t *terms) {
    const uint8_t *s = worker->text + token->offset;
    Name *name = meet_name(core, token->hash, token->head, s, token->length);
    if (name == NULL)
        return -1;
    token->id = name->word == ALIAS ? core->platform_id : name->offset;
    if (name->word == -1 && (part || is_term(s, token->length, corpus->lone, corpus->n_lone)) &&
        (name->word = meet(corpus, name->offset, NONE)) < 0)
        return -1;
    if (name->word < 0)
        return 0;
    terms[0] = name->word;
    if (part || token->prefix_length == 0)
        return 1;
    name = meet_name(core, token->prefix_hash, token->prefix_head, s, token->prefix_length);
    if (name == NULL || (name->prefix < 0 && (name->prefix = meet(corpus, name->offset, PREFIXED)) < 0))
        return -1;
    terms[1] = name->prefix;
    return 2;
}

/* Find, or make, the terms of a text. */
static int meet_line(Core *core, Worker *worker, Corpus *corpus, Line *line) {
    Token *token = worker->tokens + line->first, *words_end = token + line->count, *end = words_end + line->parts;
    int32_t *terms = worker->terms + 3 * line->first;
    uint32_t left = core->start_id;
    int left_is_term = 0;
    size_t n = 0;
    for (; token < end; token++) {
        int part = token >= words_end, found = meet_token(core, worker, corpus, token, part, terms + n);
        if (found < 0)
            return -1;
        n += (size_t)found;
        if (part || core->ngrams < 2)
            continue;
        if ((left_is_term || found > 0) && (terms[n++] = meet_pair(core, corpus, left, token->id)) < 0)
            return -1;
        left = token->id;
        left_is_term = found > 0;
    }
    line->n_terms = n;
    return 0;
}

/* Append a text's counts to the corpus's. */
static int enter_line(Core *core, Worker *worker, Corpus *corpus, Line *line) {
    if (meet_line(core, worker, corpus, line) < 0)
        return no_memory(worker);
    if (count_terms(worker, line) < 0)
        return -1;
    size_t n = corpus->n_entries, more = worker->n_found;
    if (GROW(corpus->indices, corpus->indices_size, n + more) < 0 ||
        GROW(corpus->counts, corpus->counts_size, n + more) < 0)
        return no_memory(worker);
    for (size_t i = 0; i < more; i++) {
        corpus->indices[n + i] = worker->found[i].term;
        corpus->counts[n + i] = (int32_t)worker->found[i].count;
    }
    corpus->n_entries = n + more;
    return 0;
}

/* Count texts[at:] until the batch is full; return how many, or -1. */
static Py_ssize_t count_batch(Core *core, Worker *worker, Corpus *corpus, PyObject *texts, Py_ssize_t at) {
    Py_ssize_t taken = at, failed = -1;
    PyObject *owners = PyList_New(0); /* keeps what the batch points at */
    start_batch(worker);
    for (; owners != NULL && taken < PyTuple_GET_SIZE(texts) && !batch_is_full(worker); taken++) {
        Py_ssize_t length;
        PyObject *owner = NULL, *text = PyTuple_GET_ITEM(texts, taken);
        if (!PyUnicode_Check(text)) {
            PyErr_Format(PyExc_TypeError, "texts[%zd] is %s, not str", taken, Py_TYPE(text)->tp_name);
            goto done;
        }
        const uint8_t *s = utf8_of(text, &length, &owner);
        int bad = s == NULL || (owner != NULL && PyList_Append(owners, owner) < 0);
        Py_XDECREF(owner);
        if (bad || add_line(core, worker, s, (size_t)length) < 0)
            goto done;
    }
    if (owners == NULL || GROW(worker->terms, worker->terms_size, 3 * worker->n_tokens + 1) < 0) {
        PyErr_NoMemory();
        goto done;
    }
    for (size_t k = 0; k < worker->n_lines; k++) {
        if (enter_line(core, worker, corpus, &worker->lines[k]) < 0)
            goto done;
        corpus->ends[at + (Py_ssize_t)k + 1] = (int64_t)corpus->n_entries;
    }
    failed = 0;
done:
    Py_XDECREF(owners);
    return failed < 0 ? -1 : taken - at;
}

/* A string that terms are made of: a name, or a name and "*". */
typedef struct {
    const uint8_t *s;
    uint32_t length, offset;
    uint32_t star;
} Part;

static int compare_parts(const void *one, const void *other) {
    const Part *a = one, *b = other;
    size_t shorter = a->length < b->length ? a->length : b->length;
    int order = memcmp(a->s, b->s, shorter);
    if (order != 0)
        return order;
    int next_a = a->length > shorter ? a->s[shorter] : a->star ? '*' : -1;
    int next_b = b->length > shorter ? b->s[shorter] : b->star ? '*' : -1;
    if (next_a != next_b)
        return next_a < next_b ? -1 : 1;
    /* one is "x*" as a word with its star, the other "x" and a star; no token ends so, but the order is to be total */
    return a->length < b->length ? -1 : a->length > b->length;
}

/* Give each term a key. No token holds a byte below '!', so "left right" sorts by left, then by right, and after "left"
   alone: the ranks of the parts, side by side, order the terms. */
static int make_keys(const Core *core, Corpus *corpus) {
    Part *parts = PyMem_RawMalloc((2 * core->n_names + 1) * sizeof(Part));
    uint32_t *ranks = PyMem_RawMalloc(2 * (core->pool_used + 1) * sizeof(uint32_t)); /* by offset: plain, with star */
    corpus->keys = PyMem_RawMalloc((corpus->n_terms + 1) * sizeof(uint64_t));
    int failed = parts == NULL || ranks == NULL || corpus->keys == NULL ? -1 : 0;
    size_t n = 0;
    for (size_t i = 0; failed == 0 && i < core->names_size; i++) {
        const Name *name = &core->names[i];
        if (name->length == 0)
            continue;
        parts[n++] = (Part){core->pool + name->offset, name->length, name->offset, 0};
        if (name->prefix >= 0)
            parts[n++] = (Part){core->pool + name->offset, name->length, name->offset, 1};
    }
    if (failed == 0)
        qsort(parts, n, sizeof(Part), compare_parts);
    for (size_t i = 0; i < n; i++)
        ranks[2 * (size_t)parts[i].offset + parts[i].star] = (uint32_t)i;
    for (size_t i = 0; failed == 0 && i < corpus->n_terms; i++) {
        const Met *term = &corpus->terms[i];
        int alone = term->right == NONE || term->right == PREFIXED;
        uint64_t first = ranks[2 * (size_t)term->left + (term->right == PREFIXED)];
        corpus->keys[i] = first << 32 | (alone ? 0 : (uint64_t)ranks[2 * (size_t)term->right] + 1);
    }
    PyMem_RawFree(parts);
    PyMem_RawFree(ranks);
    return failed;
}

/* Sort the terms by their keys: byte by byte from the lowest, each pass stable. */
static int make_order(Corpus *corpus) {
    size_t n = corpus->n_terms;
    corpus->order = PyMem_RawMalloc((n + 1) * sizeof(uint32_t));
    uint32_t *other = PyMem_RawMalloc((n + 1) * sizeof(uint32_t)), *swap;
    if (corpus->order == NULL || other == NULL) {
        PyMem_RawFree(other);
        return -1;
    }
    for (size_t i = 0; i < n; i++)
        corpus->order[i] = (uint32_t)i;
    for (int shift = 0; shift < 64; shift += 8) {
        size_t begins[257] = {0};
        for (size_t i = 0; i < n; i++)
            begins[(corpus->keys[i] >> shift & 255) + 1]++;
        if (n == 0 || begins[(corpus->keys[0] >> shift & 255) + 1] == n)
            continue; /* all alike */
        for (int digit = 0; digit < 256; digit++)
            begins[digit + 1] += begins[digit];
        for (size_t i = 0; i < n; i++)
            other[begins[corpus->keys[corpus->order[i]] >> shift & 255]++] = corpus->order[i];
        swap = corpus->order;
        corpus->order = other;
        other = swap;
    }
    PyMem_RawFree(other);
    return 0;
}

/* Return the vocabulary in order, joined by line feeds. */
static PyObject *spell(const Core *core, const Corpus *corpus) {
    uint32_t *lengths = PyMem_RawMalloc((core->pool_used + 1) * sizeof(uint32_t)); /* by offset */
    if (lengths == NULL)
        return PyErr_NoMemory();
    for (size_t i = 0; i < core->names_size; i++)
        if (core->names[i].length != 0)
            lengths[core->names[i].offset] = core->names[i].length;
    size_t size = 0;
    for (size_t i = 0; i < corpus->n_terms; i++) {
        const Met *term = &corpus->terms[i];
        int alone = term->right == NONE || term->right == PREFIXED;
        size += lengths[term->left] + 2u + (alone ? 0 : lengths[term->right]);
    }
    PyObject *joined = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size);
    uint8_t *begin = joined != NULL ? (uint8_t *)PyBytes_AS_STRING(joined) : NULL, *out = begin;
    for (size_t i = 0; joined != NULL && i < corpus->n_terms; i++) {
        const Met *term = &corpus->terms[corpus->order[i]];
        if (i > 0)
            *out++ = '\n';
        memcpy(out, core->pool + term->left, lengths[term->left]);
        out += lengths[term->left];
        if (term->right == PREFIXED)
            *out++ = '*';
        else if (term->right != NONE) {
            *out++ = ' ';
            memcpy(out, core->pool + term->right, lengths[term->right]);
            out += lengths[term->right];
        }
    }
    PyMem_RawFree(lengths);
    if (joined != NULL)
        _PyBytes_Resize(&joined, out - begin);
    return joined;
}

/* Let the entries speak of places in the order instead of terms as they were met; the keys are not needed any more. */
static void renumber(Corpus *corpus) {
    for (size_t i = 0; i < corpus->n_terms; i++)
        corpus->keys[corpus->order[i]] = i;
    for (size_t i = 0; i < corpus->n_entries; i++)
        corpus->indices[i] = (int32_t)corpus->keys[corpus->indices[i]];
}

static PyObject *core_count(Core *core, PyObject *args) {
    PyObject *texts, *lone, *result = NULL;
    Corpus corpus = {0};
    if (!PyArg_ParseTuple(args, "O!S", &PyTuple_Type, &texts, &lone))
        return NULL;
    if (core->n_terms != 0) {
        PyErr_SetString(PyExc_ValueError, "this Core has a vocabulary");
        return NULL;
    }
    Worker *worker = take_worker(core);
    if (worker == NULL)
        return NULL;
    core->ready = 0; /* for anything else, or once more */
    corpus.lone = (const uint8_t *)PyBytes_AS_STRING(lone);
    corpus.n_lone = (size_t)PyBytes_GET_SIZE(lone);
    Py_ssize_t n = PyTuple_GET_SIZE(texts), at = 0, taken = 0;
    corpus.ends = PyMem_RawCalloc((size_t)n + 1, sizeof(int64_t));
    if (corpus.ends == NULL || GROW(corpus.indices, corpus.indices_size, 1) < 0 ||
        GROW(corpus.counts, corpus.counts_size, 1) < 0) {
        PyErr_NoMemory();
        taken = -1;
    }
    while (taken >= 0 && at < n) {
        taken = count_batch(core, worker, &corpus, texts, at);
        at += taken;
        if (taken >= 0 && PyErr_CheckSignals() < 0)
            taken = -1;
    }
    if (taken >= 0) {
        if (make_keys(core, &corpus) < 0 || make_order(&corpus) < 0)
            PyErr_NoMemory();
        else {
            PyObject *vocabulary = spell(core, &corpus);
            renumber(&corpus);
            if (vocabulary != NULL)
                result = Py_BuildValue("Ny#y#y#", vocabulary, (char *)corpus.ends,
                                       (n + 1) * (Py_ssize_t)sizeof(int64_t), (char *)corpus.indices,
                                       (Py_ssize_t)(corpus.n_entries * sizeof(int32_t)), (char *)corpus.counts,
                                       (Py_ssize_t)(corpus.n_entries * sizeof(int32_t)));
        }
    }
    free_corpus(&corpus);
    return_worker(core, worker);
    return result;
}

/* ---------------------------------------------------------------- the module */

static PyMethodDef core_methods[] = {
    {"score", (PyCFunction)core_score, METH_VARARGS,
     "score(texts, type, facts=None) -> list of type((known, scores)), one a text; texts is a tuple of str, facts of "
     "sequences of str. None if a fact has not the form of one."},
    {"label_lines", (PyCFunction)core_label_lines, METH_VARARGS,
     "label_lines(block, labels, min_confidence) -> (rows, counts, stop): -1, the place of a byte that is not UTF-8 in\n"
     "the line after the last row, or -2 for a line longer than LONGEST_TEXT; runs without the lock."},
    {"label_csv", (PyCFunction)core_label_csv, METH_VARARGS,
     "label_csv(block, start, pieces, min_confidence, delimiter, columns, column) -> (rows, counts, stop)."},
    {"label_jsonl", (PyCFunction)core_label_jsonl, METH_VARARGS,
     "label_jsonl(block, start, pieces, min_confidence, field, taken) -> (rows, counts, stop)."},
    {"count", (PyCFunction)core_count, METH_VARARGS,
     "count(texts, lone_terms) -> (terms, ends, indices, counts): the vocabulary of the texts, joined by line feeds, and\n"
     "the rows of their counts as int64, int32 and int32. The Core must be made of no terms."},
    {NULL, NULL, 0, NULL},
};

static PyMethodDef module_methods[] = {
    {"last_row_end", (PyCFunction)core_last_row_end, METH_VARARGS,
     "last_row_end(block, delimiter) -> where the last whole row of a CSV block that begins with one ends; 0: none."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot core_slots[] = {
    {Py_tp_init, core_init},
    {Py_tp_dealloc, core_dealloc},
    {Py_tp_methods, core_methods},
    {Py_tp_doc, "A text model's tables, and what scores with them; see socialclass.scoring.compiled."},
    {0, NULL},
};

static PyType_Spec core_spec = {"socialclass.scoring._core.Core", sizeof(Core), 0, Py_TPFLAGS_DEFAULT, core_slots};

static int exec_module(PyObject *module) {
    fill_tables();
    if (meanings == NULL)
        meanings = PyMem_RawCalloc(0x110000, sizeof(uint64_t));
    if (shapes == NULL)
        shapes = PyMem_RawCalloc(0x110000, 1);
    if (meanings == NULL || shapes == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    PyObject *type = PyType_FromSpec(&core_spec);
    if (type == NULL || PyModule_AddObjectRef(module, "Core", type) < 0) {
        Py_XDECREF(type);
        return -1;
    }
    Py_DECREF(type);
    return PyModule_AddIntConstant(module, "PLAIN", PLAIN) < 0 ||
                   PyModule_AddIntConstant(module, "COMBINING", COMBINING) < 0 ||
                   PyModule_AddIntConstant(module, "COMPLEX", COMPLEX) < 0 ||
                   PyModule_AddIntConstant(module, "LONGEST_TEXT", LONGEST_TEXT) < 0
               ? -1
               : 0;
}

static PyModuleDef_Slot module_slots[] = {{Py_mod_exec, exec_module}, {0, NULL}};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_core", "The compiled scoring core.", 0,
                                    module_methods, module_slots, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__core(void) { return PyModuleDef_Init(&module); }
