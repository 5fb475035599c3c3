/*  nnk.h - what C code can show to whoever reads it
 *
 *  Every cell sees this header: it shows pictures and tables, updates what it has
 *  shown, clears its output, and gives up with a sentence. A program can include
 *  it too, and needs no library for it. A program has no cell to show things in:
 *  there a part that is text/plain goes to stdout, and the others become files of
 *  the folder that NNK_FILES names (NNK_FILES=out ./program makes
 *  out/display-1.svg …; what has an id keeps its name). Without NNK_FILES nothing
 *  is written.
 *
 *  A type can be taught to the kernel: when the last value of a cell is a T, or a
 *  pointer to one, and a library or a cell defines `void nnk_show_T (const T *)`,
 *  that function is called, and what it displays is the value of the cell.
 *
 *  A library that defines `void nnk_magic_NAME (const char *words)` brings a magic: the
 *  line `%NAME words` calls it.
 */
#ifndef NNK_H
#define NNK_H

#include <stdbool.h>
#include <stddef.h>

/* --- One thing, in one form or in several ------------------------------------ */
/*  Shows `size` bytes of type `mime` ("text/html", "image/png"); size 0 means that
 *  data is a string. Pictures are given as their bytes; the kernel encodes them. */
void nnk_display (const char *mime, const void *data, size_t size);

/*  The same, under a name by which nnk_update can replace it, also from later
 *  cells. */
void nnk_display_as (const char *id, const char *mime, const void *data,
                     size_t size);
void nnk_update (const char *id, const char *mime, const void *data, size_t size);

/*  One thing in several forms, of which the front end shows the richest it can: a
 *  message with `count` parts. id: NULL, or the name by which it can be updated. */
typedef struct {
    const char *mime;
    const void *data;
    size_t size; // 0: data is a string
} nnk_part;
void nnk_display_bundle (const char *id, const nnk_part *parts, size_t count);
void nnk_update_bundle (const char *id, const nnk_part *parts, size_t count);

/*  Shows a file as what its name says it is: .png .jpg .gif .svg .html .md .json
 *  .txt. One that cannot be read, or has another ending, ends the cell with a
 *  sentence. */
void nnk_display_file (const char *path);

/* --- Tables ------------------------------------------------------------------ */
/*  nnk_display_table (.rows = 2, .columns = 3, .number = x, .head = names) shows
 *  rows x columns strings or numbers, row after row, as text and as HTML. Of a
 *  large table the first 30 rows and columns are shown, and how many more there
 *  are. */
typedef struct {
    int _;
    int rows, columns;
    const char *const *head; // the columns' names, or NULL
    const char *const *side; // the rows' names, or NULL
    const char *const *text; // what stands in it,
    const float *number;     // or its numbers
    int digits;              // of these behind the point; 0: six that count
    const char *id;          // NULL, or a name for updates
    bool update;             // replaces the one of this id
} nnk_table;
#define nnk_display_table(...)                                                    \
    nnk_display_table_with ((nnk_table){ 0, __VA_ARGS__ })
void nnk_display_table_with (nnk_table table);

/* --- The cell itself --------------------------------------------------------- */
/*  Empties the output of this cell: at once, or (wait) when the next output
 *  arrives. */
void nnk_clear_output (bool wait);

/*  Puts this code into a new cell below, ready to be written in, when the cell has
 *  ended well. A front end that knows no such cells shows none, and a program does
 *  nothing. */
void nnk_offer_cell (const char *code);

/*  Ends the cell with this sentence as its error. Every variable is then as it was
 *  before the cell. A program ends with it on stderr. */
_Noreturn void nnk_raise (const char *sentence);

/*  Whether the reader has asked to interrupt the cell: for long loops in
 *  libraries, which may then return early. The kernel ends the cell when its own
 *  code is reached again. */
bool nnk_interrupted (void);

/*  Whether there is a notebook to show things in. */
bool nnk_in_notebook (void);

#endif

/*  How it is done. All definitions are weak, and the kernel's own go before them:
 *  so a library with this header behaves as it should in a notebook and in a
 *  program. Cells (NNK_CELL) find everything in the executor. */
#if !defined NNK_CELL && !defined NNK_H_BODY
#define NNK_H_BODY

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NNK_WEAK __attribute__ ((weak))

#ifndef NNK_EXECUTOR // whose own are in display.c and trap.c

/*  The file for one part: FOLDER/ID.svg, or the first FOLDER/display-N.svg that is
 *  not there yet. */
static void nnk_write_part (const char *id, const nnk_part *part)
{
    const char *folder = getenv ("NNK_FILES"), *slash = strrchr (part->mime, '/');
    char path[4096], whole[4096];
    FILE *file = NULL;
    if (!folder || !*folder)
        return;
    const char *kind = slash ? slash + 1 : part->mime;
    const int size = (int) strcspn (kind, "+;");
    if (id) { // nobody ever finds half of it
        const int name =
            snprintf (whole, sizeof whole, "%s/%s.%.*s", folder, id, size, kind);
        if (name > 0 && name < (int) sizeof whole - 5) {
            snprintf (path, sizeof path, "%.*s.new", (int) sizeof path - 5, whole);
            file = fopen (path, "w");
        }
    }
    for (int n = 1; !id && !file && n < 1000000; n++) {
        snprintf (path, sizeof path, "%s/display-%d.%.*s", folder, n, size, kind);
        file = fopen (path, "wx");
        if (!file && errno != EEXIST)
            break;
    }
    bool good = file != NULL;
    const size_t bytes = part->size ? part->size : strlen (part->data);
    if (file && fwrite (part->data, 1, bytes, file) != bytes)
        good = false;
    if (file && fclose (file) != 0)
        good = false;
    if (good && id)
        good = rename (path, whole) == 0;
    if (!good)
        fprintf (stderr, "%s cannot be written: %s (NNK_FILES says where)\n", path,
                 strerror (errno));
}

NNK_WEAK void nnk_display_bundle (const char *id, const nnk_part *parts,
                                  size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!parts[i].mime || !parts[i].data)
            nnk_raise ("nnk_display: a part without its type or its data (NULL)");
        else if (strcmp (parts[i].mime, "text/plain") == 0)
            printf ("%.*s\n",
                    (int) (parts[i].size ? parts[i].size : strlen (parts[i].data)),
                    (const char *) parts[i].data);
        else
            nnk_write_part (id, &parts[i]);
}

NNK_WEAK void nnk_update_bundle (const char *id, const nnk_part *parts,
                                 size_t count)
{
    nnk_display_bundle (id, parts, count);
}

NNK_WEAK void nnk_clear_output (bool wait)
{
    (void) wait;
}

NNK_WEAK void nnk_offer_cell (const char *code)
{
    (void) code;
}

NNK_WEAK _Noreturn void nnk_raise (const char *sentence)
{
    fflush (stdout);
    fprintf (stderr, "%s\n", sentence ? sentence : "nnk_raise without a sentence");
    exit (1);
}

NNK_WEAK bool nnk_interrupted (void)
{
    return false;
}

NNK_WEAK bool nnk_in_notebook (void)
{
    return false;
}
#endif

NNK_WEAK void nnk_display_as (const char *id, const char *mime, const void *data,
                              size_t size)
{
    nnk_display_bundle (id, &(nnk_part){ mime, data, size }, 1);
}

NNK_WEAK void nnk_display (const char *mime, const void *data, size_t size)
{
    nnk_display_as (NULL, mime, data, size);
}

NNK_WEAK void nnk_update (const char *id, const char *mime, const void *data,
                          size_t size)
{
    nnk_update_bundle (id, &(nnk_part){ mime, data, size }, 1);
}

/*  All of a file, with a zero behind it, to be freed; NULL if it cannot be read. */
static char *nnk_read_whole (const char *path, size_t *size)
{
    FILE *file = fopen (path, "rb");
    char *bytes = NULL;
    *size = 0;
    for (size_t room = 1 << 16, got = 1; file && got; room *= 2) {
        char *more = realloc (bytes, room + 1);
        if (!more)
            break;
        bytes = more;
        got = fread (bytes + *size, 1, room - *size, file);
        *size += got;
        bytes[*size] = 0;
    }
    if (!file || ferror (file) || !feof (file)) {
        free (bytes);
        bytes = NULL;
    }
    if (file)
        fclose (file);
    return bytes;
}

NNK_WEAK void nnk_display_file (const char *path)
{
    static const char *const kinds[][2] = {
        { ".png", "image/png" },        { ".jpg", "image/jpeg" },
        { ".jpeg", "image/jpeg" },      { ".gif", "image/gif" },
        { ".svg", "image/svg+xml" },    { ".html", "text/html" },
        { ".md", "text/markdown" },     { ".txt", "text/plain" },
        { ".json", "application/json" }
    };
    const char *dot = strrchr (path, '.'), *mime = NULL;
    char why[400];
    size_t size;
    for (size_t i = 0; dot && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp (dot, kinds[i][0]) == 0)
            mime = kinds[i][1];
    char *bytes = mime ? nnk_read_whole (path, &size) : NULL;
    if (!mime || !bytes) {
        snprintf (why, sizeof why, "nnk_display_file: '%.200s' %s%s", path,
                  mime
                      ? "cannot be read: "
                      : "ends in none of .png .jpg .gif .svg .html .md .json .txt",
                  mime ? strerror (errno) : "");
        nnk_raise (why);
        return; // never; a checker that does not know it is told so
    }
    const bool text = mime[0] != 'i' || mime[6] == 's';
    nnk_display (mime, bytes, text ? 0 : size);
    free (bytes);
}

/* --- Tables ------------------------------------------------------------------ */
typedef struct { // a text that grows
    char *text;
    size_t size, room;
} nnk_paper;

static void nnk_write (nnk_paper *self, const char *text, size_t size)
{
    if (self->size + size + 1 > self->room) {
        self->room = 2 * (self->size + size) + 256;
        char *more = realloc (self->text, self->room);
        if (!more)
            nnk_raise ("nnk_display_table: no memory for a table");
        self->text = more;
    }
    memcpy (self->text + self->size, text, size);
    self->size += size;
    self->text[self->size] = 0;
}

static int nnk_count_letters (const char *text)
{
    int letters = 0;
    for (; *text; text++)
        letters += (*text & 0xC0) != 0x80; // where a letter of UTF-8 begins
    return letters;
}

/*  One cell of a table: behind blanks as text, between tags as HTML. */
static void nnk_write_cell (nnk_paper *self, const char *text, int width,
                            const char *tag)
{
    const char *sign;
    char open[8];
    if (!tag) {
        for (int n = nnk_count_letters (text); n < width; n++)
            nnk_write (self, " ", 1);
        nnk_write (self, text, strlen (text));
        return;
    }
    nnk_write (self, open, snprintf (open, sizeof open, "<%s>", tag));
    for (; *(sign = text + strcspn (text, "<&")); text = sign + 1) {
        nnk_write (self, text, sign - text);
        nnk_write (self, *sign == '<' ? "&lt;" : "&amp;", *sign == '<' ? 4 : 5);
    }
    nnk_write (self, text, strlen (text));
    nnk_write (self, open, snprintf (open, sizeof open, "</%s>", tag));
}

/*  What stands at a place of a table; row -1 is its head, column -1 its side. */
static const char *nnk_cell_of (const nnk_table *t, int row, int column,
                                char room[32])
{
    const size_t at = (size_t) row * t->columns + column;
    if (row < 0)
        return t->head && column >= 0 ? t->head[column] : "";
    if (column < 0)
        return t->side ? t->side[row] : "";
    if (t->text)
        return t->text[at] ? t->text[at] : "";
    snprintf (room, 32, t->digits ? "%.*f" : "%.*g", t->digits ? t->digits : 6,
              (double) t->number[at]);
    return room;
}

static void nnk_write_table (nnk_paper *self, const nnk_table *t, bool html)
{
    enum { MOST = 30 };
    const int rows = t->rows < MOST ? t->rows : MOST,
              columns = t->columns < MOST ? t->columns : MOST;
    int width[MOST + 1] = { 0 };
    char room[32], more[120] = "";
    for (int i = -1; i < rows; i++)
        for (int k = -1; k < columns; k++) {
            const int size = nnk_count_letters (nnk_cell_of (t, i, k, room));
            width[k + 1] = size > width[k + 1] ? size : width[k + 1];
        }
    if (html)
        nnk_write (self, "<table>", 7);
    for (int i = t->head ? -1 : 0; i < rows; i++) {
        if (html)
            nnk_write (self, "<tr>", 4);
        for (int k = t->side ? -1 : 0; k < columns; k++)
            nnk_write_cell (self, nnk_cell_of (t, i, k, room),
                            width[k + 1] + 2 * (k >= (t->side ? 0 : 1)),
                            !html            ? NULL
                            : i < 0 || k < 0 ? "th"
                                             : "td");
        nnk_write (self, html ? "</tr>" : "\n", html ? 5 : 1);
    }
    if (rows < t->rows || columns < t->columns)
        snprintf (more, sizeof more, "%s… of %d rows and %d columns%s",
                  html ? "<caption style=\"caption-side:bottom\">" : "", t->rows,
                  t->columns, html ? "</caption>" : "\n");
    nnk_write (self, more, strlen (more));
    if (html)
        nnk_write (self, "</table>", 8);
    else if (self->size)
        self->text[--self->size] = 0; // the end of the last line
}

NNK_WEAK void nnk_display_table_with (nnk_table table)
{
    nnk_paper plain = { NULL, 0, 0 }, html = { NULL, 0, 0 };
    if (table.rows < 0 || table.columns < 1 || (!table.text && !table.number))
        nnk_raise ("nnk_display_table: it needs .rows, .columns, and .text or "
                   ".number");
    nnk_write_table (&plain, &table, false);
    nnk_write_table (&html, &table, true);
    const nnk_part parts[] = { { "text/plain", plain.text ? plain.text : "", 0 },
                               { "text/html", html.text, 0 } };
    (table.update ? nnk_update_bundle : nnk_display_bundle) (table.id, parts, 2);
    free (plain.text);
    free (html.text);
}
#endif
