/* label_lines(block): whole blocks of lines to finished rows. */

#ifndef SOCIALCLASS_LINES_H
#define SOCIALCLASS_LINES_H

#include "scoring.h"

enum { NO_STOP = -1, LONG_LINE = -2 };     /* of Labelling.bad_byte */

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
    Py_ssize_t classes = count_classes(core), outcome = -1;
    *best = -1.0;
    if (line->not_english) {
        job->counts[classes + NOT_ENGLISH]++;
        return classes + NOT_ENGLISH;
    }
    Py_ssize_t known = score_line(core, worker, line);
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
    Py_ssize_t longest = 0, lines = 1 + (Py_ssize_t)count_feeds(s, (size_t)length);
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

#endif
