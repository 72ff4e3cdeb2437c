/* Tables: blocks of records, one of them after the other.

   A block holds whole records. Labelling stops before a record that is not plain (a ragged row, doubtful JSON, bytes
   that are not UTF-8, a name that is taken); Python's own readers then say what it is. Whatever is labelled here comes
   out with the bytes that they and the writers would give. */

#ifndef SOCIALCLASS_TABLES_H
#define SOCIALCLASS_TABLES_H

#include "lines.h"

enum { PLAIN_RECORD, BLANK_RECORD, FOREIGN_RECORD, NO_ROOM, NO_MEMORY, RAISED };
enum { DEEPEST = 32, MOST_KEYS = 200, LONGEST_NUMBER = 300, PLAIN_ROOM = 1 << 15 }; /* beyond these, Python reads the JSON */
enum { LONGEST_ROW = 16 << 20 };           /* csv.field_size_limit, which no shorter row can meet */

typedef struct {
    Span record, text;
    const uint8_t *next;       /* where the next record begins */
    int quoted, not_english, adds; /* as in Line */
    uint32_t first_fact, n_facts;
    Span file, position;
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
    Core *core;                /* of activities, as what follows */
    PyObject *helpers;
    size_t number;             /* of the first line */
} Table;

/* Make room for a text without its escapes. Texts of the batch point into the buffer, so it grows only while empty. */
static int make_plain(Worker *worker, size_t length) {
    if (worker->plain_size - worker->plain_used >= length)
        return PLAIN_RECORD;
    if (worker->n_lines > 0)
        return NO_ROOM;
    size_t wanted = length < PLAIN_ROOM ? PLAIN_ROOM : length; /* for the texts that follow, too */
    return GROW(worker->plain, worker->plain_size, worker->plain_used + wanted) < 0 ? NO_MEMORY : PLAIN_RECORD;
}

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
    size_t added = table->helpers != NULL ? table->field.length + line->record_length + 64 : 0;
    size_t needed = own + added + (size_t)PyBytes_GET_SIZE(before) + (size_t)PyBytes_GET_SIZE(after) + 16;
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
            line->not_english = found.not_english;
            line->adds = found.adds;
            line->number = table->number;
            line->file = found.file;
            line->position = found.position;
            line->first_fact = found.first_fact;
            line->n_facts = found.n_facts;
        }
        table->number++;
        s = found.next;
    }
    if (*kind == NO_MEMORY)
        no_memory(worker);
    if (*kind == NO_MEMORY || *kind == RAISED)
        return NULL;
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

static int take_helpers(Worker *worker, PyObject *helpers);

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
    else if (table->helpers == NULL || take_helpers(worker, table->helpers) == 0) {
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

#endif
