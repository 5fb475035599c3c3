/*  table.c - values that are tables: arrays of structs, rows of numbers */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dwarf.h>

#include "debug.h"

enum { MOST_ROWS = 30 };

static void add_escaped (nnk_text *out, const char *text)
{
    for (; *text; text++)
        if (*text == '<' || *text == '&')
            nnk_add_string (out, *text == '<' ? "&lt;" : "&amp;");
        else
            nnk_add (out, text, 1);
}

/*  What was printed, as a cell of the table. */
static void add_cell (nnk_text *out, nnk_text *text)
{
    nnk_add_string (out, "<td>");
    add_escaped (out, nnk_text_string (text));
    nnk_add_string (out, "</td>");
    nnk_text_free (text);
}

/*  The fields of one struct as cells of a row, or (bytes NULL) their names as its
 *  head. */
static void add_fields (nnk_text *out, Dwarf_Die *type, const char *bytes,
                        size_t size, const nnk_source *from)
{
    for (nnk_field field = { false }; nnk_next_field (type, &field);) {
        nnk_text text = { 0 };
        if (bytes) {
            nnk_print_field (&text, &field, bytes, size, from, 1);
            add_cell (out, &text);
        } else {
            const char *name = field.name ? field.name : "";
            nnk_addf (out, "<th>%.*s</th>", (int) strcspn (name, "$"), name);
        }
    }
}

/*  text/html for what is a table: an array of structs, or of rows of numbers. */
char *nnk_make_table (Dwarf_Die *array, const char *bytes, size_t size,
                      const nnk_source *from)
{
    Dwarf_Die element;
    const long rows = nnk_array_length (array, 0),
               columns = nnk_array_length (array, 1);
    if (!nnk_type_of (array, &element) || rows < 1 ||
        nnk_array_length (array, 2) >= 0)
        return NULL;
    Dwarf_Die bare = element;
    const size_t step = nnk_size_of (&element) * (columns > 0 ? columns : 1);
    if (!nnk_peel (&bare, true) || (columns < 1 && !nnk_is_composed (&bare)) ||
        (columns > 0 &&
         (dwarf_tag (&bare) != DW_TAG_base_type || nnk_is_char (&bare))))
        return NULL;
    nnk_text out = { 0 };
    nnk_add_string (&out, "<table>");
    if (columns < 1) {
        nnk_add_string (&out, "<tr><th></th>");
        add_fields (&out, &bare, NULL, 0, from);
        nnk_add_string (&out, "</tr>");
    }
    long row = 0;
    for (; row < rows && row < MOST_ROWS && (row + 1) * step <= size; row++) {
        const char *at = bytes + row * step;
        nnk_addf (&out, "<tr><th>%ld</th>", row);
        if (columns < 1)
            add_fields (&out, &bare, at, step, from);
        for (long i = 0; i < columns && i < MOST_ROWS; i++) {
            nnk_text text = { 0 };
            nnk_print (&text, &bare, at + i * (step / columns), step / columns,
                       from, 1);
            add_cell (&out, &text);
        }
        nnk_add_string (&out, columns > MOST_ROWS ? "<td>...</td></tr>" : "</tr>");
    }
    if (row < rows)
        nnk_addf (&out, "<tr><th>...</th><td>%ld more</td></tr>", rows - row);
    nnk_add_string (&out, "</table>");
    return out.s;
}
