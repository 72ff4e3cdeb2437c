/* Building the tables of a Core from a vocabulary and its weights. */

#ifndef SOCIALCLASS_BUILDING_H
#define SOCIALCLASS_BUILDING_H

#include "names.h"

/* Say whether a token is a term alone: `text._is_term`. */
static int is_term(const uint8_t *s, size_t length, const uint8_t *lone, size_t n_lone) {
    size_t size = 1;
    if (s[0] < 0x80 ? byte_class[s[0]] == WORD : Py_UNICODE_ISALNUM(decode_wide(s, &size)))
        return 1;
    if (size != length)
        return length == URL_LENGTH && memcmp(s, URL_TOKEN, URL_LENGTH) == 0;
    for (size_t i = 0; i + size <= n_lone; i++)
        if (memcmp(lone + i, s, size) == 0)
            return 1;
    return 0;
}

/* A pair on its way into the table. */
typedef struct {
    uint64_t key;
    int32_t term;
} NewPair;

/* A term that is to be entered soon. */
typedef struct {
    const uint8_t *s;
    size_t length;
    int spaces, is_last;       /* spaces: 0, 1, or 2 for more */
    Key last;                  /* what stands behind the last space of two */
    uint8_t padded[8];
} Ahead;

typedef struct {
    const uint8_t *left;       /* of the last pair: the vocabulary is sorted, so the next one mostly has it, too */
    size_t left_length;
    uint32_t left_id, n_waiting; /* left_id: 0 if no text gives the token */
    NewPair waiting[32];       /* until their slots have come from memory */
    const uint8_t *lone;       /* text.LONE_TERMS */
    size_t n_lone;
} Builder;

static void enter_pairs(Core *core, Builder *builder) {
    for (uint32_t i = 0; i < builder->n_waiting; i++) {
        const NewPair *each = &builder->waiting[i];
        /* a term that stands twice counts where it stands last, as in a dict */
        enter_pair(core, each->key, each->term);
        size_t bit = filter_bit(core, hash_pair(each->key));
        core->filter[bit / 64] |= UINT64_C(1) << bit % 64;
    }
    builder->n_waiting = 0;
}

static int add_pair(Core *core, Builder *builder, const Ahead *term, int32_t number) {
    const uint8_t *s = term->s;
    size_t gap = term->length - term->last.length - 1;
    if (!is_term(s, gap, builder->lone, builder->n_lone) &&
        !is_term(term->last.s, term->last.length, builder->lone, builder->n_lone))
        return 0;
    if (gap != builder->left_length || memcmp(s, builder->left, gap) != 0) {
        const Name *name = intern(core, s, gap);
        if (name == NULL)
            return -1;
        builder->left = s;
        builder->left_length = gap;
        builder->left_id = name->word == ALIAS ? 0 : name->offset;
    }
    const Name *name = intern_key(core, &term->last);
    if (name == NULL)
        return -1;
    if (builder->left_id == 0 || name->word == ALIAS)
        return 0; /* no text gives this token: it is <platform> */
    uint64_t key = key_of_pair(builder->left_id, name->offset);
    PREFETCH(&core->pairs[pair_slot(core, hash_pair(key))]);
    builder->waiting[builder->n_waiting++] = (NewPair){key, number};
    if (builder->n_waiting == sizeof(builder->waiting) / sizeof(NewPair))
        enter_pairs(core, builder);
    return 0;
}

/* Say whether a term has the form of a fact (`activity.facts`): it stands in <>. */
static int is_fact(const uint8_t *s, size_t length) {
    return length > 2 && s[0] == '<' && s[length - 1] == '>' && memchr(s, '\n', length) == NULL;
}

/* Enter one term of the vocabulary under what texts will be asked for: a word, a prefix or a pair. */
static int add_term(Core *core, Builder *builder, const Ahead *ahead, int32_t term) {
    const uint8_t *s = ahead->s;
    size_t length = ahead->length;
    if (length == 0)
        return 0;
    if (is_fact(s, length)) { /* no token is one, so that the same table serves */
        Name *name = intern(core, s, length);
        if (name == NULL)
            return -1;
        name->word = term;
    }
    if (ahead->spaces > 0) {
        if (core->ngrams < 2 || ahead->spaces > 1 || s[0] == ' ' || ahead->last.length == 0)
            return 0;
        return add_pair(core, builder, ahead, term);
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
    Name *name = intern_key(core, &ahead->last);
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

/* Read a term that will be entered later, and call for the slot that its last name will be looked for in. Return where
   the next one begins. */
static const uint8_t *look_ahead(const Core *core, const uint8_t *s, const uint8_t *end, Ahead *term) {
    const uint8_t *feed = s < end ? memchr(s, '\n', (size_t)(end - s)) : NULL, *stop = feed != NULL ? feed : end;
    const uint8_t *last = s;
    *term = (Ahead){.s = s, .length = (size_t)(stop - s), .is_last = feed == NULL};
    for (const uint8_t *gap; (gap = memchr(last, ' ', (size_t)(stop - last))) != NULL && term->spaces < 2; last = gap + 1)
        term->spaces++;
    size_t length = (size_t)(stop - last);
    if (end - last < 8) { /* no more can be read */
        memcpy(term->padded, last, length);
        term->last = key_of(term->padded, length);
        term->last.s = length < 8 ? term->padded : last;
    } else
        term->last = key_of(last, length);
    PREFETCH(&core->names[term->last.hash & (core->names_size - 1)]);
    return feed != NULL ? feed + 1 : end;
}

enum { TERMS_AHEAD = 16 };

/* Enter the vocabulary: terms joined by line feeds. */
static int add_terms(Core *core, PyObject *terms, PyObject *lone) {
    const uint8_t *s = (const uint8_t *)PyBytes_AS_STRING(terms), *end = s + PyBytes_GET_SIZE(terms);
    Builder builder = {.lone = (const uint8_t *)PyBytes_AS_STRING(lone), .n_lone = (size_t)PyBytes_GET_SIZE(lone)};
    Ahead ahead[TERMS_AHEAD];
    for (Py_ssize_t i = 0; i < TERMS_AHEAD; i++)
        s = look_ahead(core, s, end, &ahead[i]);
    for (Py_ssize_t i = 0; i < core->n_terms; i++) {
        Ahead *term = &ahead[i % TERMS_AHEAD];
        if (term->is_last != (i == core->n_terms - 1)) {
            PyErr_SetString(PyExc_ValueError, "arrays of unequal length");
            return -1;
        }
        if (add_term(core, &builder, term, (int32_t)i + 1) < 0) {
            PyErr_NoMemory();
            return -1;
        }
        s = look_ahead(core, s, end, term);
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
        name->word = i < 2 ? 0 : ALIAS;
    }
    return 0;
}

/* Lay what a term adds to a text's length and to its scores side by side: one line of cache for each known term. */
static void fill_rows(Core *core, const double *idf, const double *coef) {
    size_t n = (size_t)core->n_terms, n_rows = (size_t)core->n_rows;
    double *out = core->rows + n_rows + 1; /* the first row is nobody's: zeros */
    for (size_t i = 0; i < n; i++) {
        *out++ = idf[i] * idf[i];
        for (size_t row = 0; row < n_rows; row++)
            *out++ = idf[i] * coef[row * n + i];
    }
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
    core->filter_shift = 64 - 2; /* four bits for each pair that there is room for */
    for (size_t size = core->pairs_size; size > 1; size /= 2)
        core->filter_shift--;
    size_t rows = ((size_t)core->n_rows + 1) * ((size_t)core->n_terms + 1) * sizeof(double) + PADDING;
    size_t sizes[] = {core->names_size * sizeof(Name), core->pairs_size / 2, core->pairs_size * sizeof(Pair), rows};
    void *tables[4];
    size_t all = 0;
    for (int i = 0; i < 4; i++)
        all += sizes[i] + PADDING;
    if (all > HUGE_PAGE && (core->arena = take_arena(&all)) == NULL)
        return -1;
    core->arena_size = all;
    uint8_t *at = core->arena != NULL ? core->arena + (0 - (uintptr_t)core->arena) % HUGE_PAGE : NULL;
    for (int i = 0; i < 4; i++) {
        tables[i] = at != NULL ? at : PyMem_RawCalloc(sizes[i], 1);
        at = at != NULL ? at + (sizes[i] + PADDING - 1) / PADDING * PADDING : NULL;
    }
    core->names = tables[0];
    core->filter = tables[1];
    core->pairs = tables[2];
    core->rows = tables[3];
    if (core->names == NULL || core->filter == NULL || core->pairs == NULL || core->rows == NULL ||
        GROW(core->pool, core->pool_size, 16 * core->names_size / 4) < 0)
        return -1;
    core->pool_used = 1; /* no name has the id 0 */
    return 0;
}

static int core_init(Core *core, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"terms", "idf", "coef", "intercept", "damping", "ngrams", "prefix", "entities",
                            "start", "platform", "platform_names", "lone_terms", "meaning_of", "normalize", "fold", NULL};
    PyObject *terms, *start, *platform, *platforms, *lone, *meaning_of, *normalize, *fold;
    Py_buffer idf = {0}, coef = {0}, intercept = {0};
    if (core->names != NULL) {
        PyErr_SetString(PyExc_TypeError, "a Core is made once");
        return -1;
    }
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "Sy*y*y*diiiUUO!SOOO", names, &terms, &idf, &coef,
                                     &intercept, &core->damping, &core->ngrams, &core->prefix, &core->entities, &start,
                                     &platform, &PyTuple_Type, &platforms, &lone, &meaning_of, &normalize, &fold))
        return -1;
    core->n_terms = idf.len / (Py_ssize_t)sizeof(double);
    core->n_rows = intercept.len / (Py_ssize_t)sizeof(double);
    core->row_size = ((size_t)core->n_rows + 1) * sizeof(double);
    core->meaning_of = Py_NewRef(meaning_of);
    core->normalize = Py_NewRef(normalize);
    core->fold = Py_NewRef(fold);
    int failed = -1;
    if (core->n_terms > INT32_MAX / 8 || core->n_rows < 1 ||
        idf.len != core->n_terms * (Py_ssize_t)sizeof(double) || coef.len != idf.len * core->n_rows)
        PyErr_SetString(PyExc_ValueError, "arrays of unequal length");
    else if (make_tables(core, terms) < 0 || (core->intercept = PyMem_RawMalloc((size_t)intercept.len)) == NULL)
        PyErr_NoMemory();
    else {
        memcpy(core->intercept, intercept.buf, (size_t)intercept.len);
        fill_rows(core, idf.buf, coef.buf);
        failed = add_platforms(core, start, platform, platforms) < 0 || add_terms(core, terms, lone) < 0 ? -1 : 0;
        core->ready = !failed;
    }
    PyBuffer_Release(&idf);
    PyBuffer_Release(&coef);
    PyBuffer_Release(&intercept);
    return failed;
}

/* Return how many of the bytes are line feeds. */
static size_t count_feeds(const uint8_t *s, size_t length) {
    size_t feeds = 0;
    for (size_t i = 0; i < length;) { /* by so many that a byte can count them: that is done 16 at a time */
        uint8_t some = 0;
        for (size_t stop = length - i < 255 ? length : i + 255; i < stop; i++)
            some += s[i] == '\n';
        feeds += some;
    }
    return feeds;
}

static PyObject *core_line_feeds(PyObject *Py_UNUSED(module), PyObject *args) {
    Py_buffer data;
    if (!PyArg_ParseTuple(args, "y*", &data))
        return NULL;
    size_t feeds = count_feeds(data.buf, (size_t)data.len);
    PyBuffer_Release(&data);
    return PyLong_FromSize_t(feeds);
}

/* `reference.all_moderate`, by each number's last byte: its sign and upper exponent. */
static PyObject *core_all_moderate(PyObject *Py_UNUSED(module), PyObject *args) {
    Py_buffer data;
    if (!PyArg_ParseTuple(args, "y*", &data))
        return NULL;
    int beyond = 0;
    for (Py_ssize_t i = 7; i < data.len; i += 8)
        beyond |= (((const uint8_t *)data.buf)[i] & 0x7f) > 0x4f;
    PyBuffer_Release(&data);
    return PyBool_FromLong(!beyond);
}

static void core_dealloc(Core *core) {
    while (core->idle != NULL) {
        Worker *worker = core->idle;
        core->idle = worker->next;
        free_worker(worker);
    }
    free_table(core, core->names);
    free_table(core, core->pairs);
    free_table(core, core->filter);
    free_table(core, core->rows);
    free_arena(core->arena, core->arena_size);
    PyMem_RawFree(core->pool);
    PyMem_RawFree(core->intercept);
    Py_XDECREF(core->meaning_of);
    Py_XDECREF(core->normalize);
    Py_XDECREF(core->fold);
    PyTypeObject *type = Py_TYPE(core);
    type->tp_free(core);
    Py_DECREF(type);
}

#endif
