/* count(texts): the terms of a corpus that no vocabulary knows yet.

   What training needs. The same passes find the tokens; then each new name and pair becomes a term, and at the end the
   terms are brought into the order of their bytes, which is the order of their code points. A Core that counted is not
   to be scored with. */

#ifndef SOCIALCLASS_COUNTING_H
#define SOCIALCLASS_COUNTING_H

#include "scoring.h"

#define NONE UINT32_MAX
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

/* Return the new term's number, from 1, or -1 without memory. */
static int32_t meet(Corpus *corpus, uint32_t left, uint32_t right) {
    if (corpus->n_terms >= INT32_MAX / 8 || GROW(corpus->terms, corpus->terms_size, corpus->n_terms + 1) < 0)
        return -1;
    corpus->terms[corpus->n_terms++] = (Met){left, right};
    return (int32_t)corpus->n_terms;
}

static Name *meet_name(Core *core, uint32_t hash, uint64_t head, const uint8_t *s, size_t length) {
    Name *name = find_name(core, hash, head, tail_of(s, length), s, length);
    return name->length != 0 ? name : intern(core, s, length);
}

static int double_pairs(Core *core) {
    Pair *old = core->pairs;
    size_t old_size = core->pairs_size;
    Pair *pairs = PyMem_RawCalloc(2 * old_size, sizeof(Pair));
    if (pairs == NULL)
        return -1;
    core->pairs = pairs;
    core->pairs_size = 2 * old_size;
    for (size_t i = 0; i < old_size; i++)
        if (old[i].term != 0)
            enter_pair(core, load8((const uint8_t *)old[i].ids), old[i].term);
    free_table(core, old);
    return 0;
}

/* Return the term of a pair, or -1 without memory. */
static int32_t meet_pair(Core *core, Corpus *corpus, uint32_t left, uint32_t right) {
    if (2 * (core->n_pairs + 1) > core->pairs_size && double_pairs(core) < 0)
        return -1;
    uint64_t key = key_of_pair(left, right);
    int32_t term = find_pair(core, pair_slot(core, hash_pair(key)), key)->term;
    if (term == 0 && (term = meet(corpus, left, right)) > 0) {
        enter_pair(core, key, term);
        core->n_pairs++;
    }
    return term;
}

/* Find, or make, a token's id and its terms: itself, and the first characters of a longer one. Return how many terms,
   or -1. */
static int meet_token(Core *core, Worker *worker, Corpus *corpus, const Token *token, int part, uint32_t *id,
                      int32_t *terms) {
    const uint8_t *s = worker->text + token->offset;
    Name *name = meet_name(core, token->hash, token->head, s, token->length);
    if (name == NULL)
        return -1;
    *id = name->word == ALIAS ? core->platform_id : name->offset;
    if (name->word == 0 && (part || is_term(s, token->length, corpus->lone, corpus->n_lone)) &&
        (name->word = meet(corpus, name->offset, NONE)) < 0)
        return -1;
    if (name->word <= 0)
        return 0;
    terms[0] = name->word;
    if (part || token->prefix_length == 0)
        return 1;
    size_t length = token->prefix_length;
    uint64_t head = head_of(s, length);
    name = meet_name(core, hash_name(head, tail_of(s, length), s, length), head, s, length);
    if (name == NULL || (name->prefix <= 0 && (name->prefix = meet(corpus, name->offset, PREFIXED)) < 0))
        return -1;
    terms[1] = name->prefix;
    return 2;
}

/* Find, or make, the terms of a text; return how many, or -1. */
static Py_ssize_t meet_line(Core *core, Worker *worker, Corpus *corpus, const Line *line) {
    Token *token = worker->tokens + line->first, *words_end = token + line->count, *end = words_end + line->parts;
    int32_t *terms = worker->terms;
    uint32_t left = core->start_id, id;
    int left_is_term = 0;
    size_t n = 0;
    for (; token < end; token++) {
        int part = token >= words_end, found = meet_token(core, worker, corpus, token, part, &id, terms + n);
        if (found < 0)
            return -1;
        n += (size_t)found;
        if (part || core->ngrams < 2)
            continue;
        if ((left_is_term || found > 0) && (terms[n++] = meet_pair(core, corpus, left, id)) < 0)
            return -1;
        left = id;
        left_is_term = found > 0;
    }
    return (Py_ssize_t)n;
}

/* Append a text's counts to the corpus's. */
static int enter_line(Core *core, Worker *worker, Corpus *corpus, const Line *line) {
    Counter counter;
    if (GROW(worker->terms, worker->terms_size, 3 * (line->count + line->parts) + 1) < 0)
        return no_memory(worker);
    Py_ssize_t met = meet_line(core, worker, corpus, line);
    if (met < 0)
        return no_memory(worker);
    if (start_counting(worker, (size_t)met, &counter) < 0)
        return -1;
    for (Py_ssize_t i = 0; i < met; i++)
        count_term(&counter, worker->terms[i]);
    size_t n = corpus->n_entries, more = counter.n;
    if (GROW(corpus->indices, corpus->indices_size, n + more) < 0 ||
        GROW(corpus->counts, corpus->counts_size, n + more) < 0)
        return no_memory(worker);
    for (size_t i = 0; i < more; i++) {
        corpus->indices[n + i] = (int32_t)worker->found[i].term - 1;
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
    if (owners == NULL)
        goto done;
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
        if (name->prefix > 0)
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

#endif
