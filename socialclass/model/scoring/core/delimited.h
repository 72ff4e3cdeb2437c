/* CSV and TSV: rows as Python's csv module reads and writes them. */

#ifndef SOCIALCLASS_DELIMITED_H
#define SOCIALCLASS_DELIMITED_H

#include "tables.h"

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

#endif
