/*  value.c - the last value of a cell, as C would write it
 *
 *  Numbers, strings, arrays, and structs field by field, whatever the type is. The
 *  bytes are fetched from the executor; a bad pointer is then only an answer that
 *  says so, never a crash.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dwarf.h>

#include "debug.h"

enum {
    MOST_ELEMENTS = 100,
    MOST_ROWS = 30,
    MOST_STRING = 2000,
    MOST_DEPTH = 6,
    WIDTH = 80
};

static void print_type (nnk_text *out, Dwarf_Die *type)
{
    Dwarf_Die inner;
    if (!nnk_peel (type, false)) {
        nnk_add_string (out, "void");
        return;
    }
    const int tag = dwarf_tag (type);
    const char *name = dwarf_diename (type);
    if (tag == DW_TAG_pointer_type) {
        if (!nnk_type_of (type, &inner)) {
            nnk_add_string (out, "void *");
            return;
        }
        print_type (out, &inner);
        const bool star = out->size && out->s[out->size - 1] == '*';
        nnk_add_string (out, star ? "*" : " *");
    } else if (tag == DW_TAG_subroutine_type) {
        nnk_add_string (out, "function");
    } else if (tag == DW_TAG_array_type && nnk_type_of (type, &inner)) {
        print_type (out, &inner);
        nnk_addf (out, "[%ld]", nnk_array_length (type, 0));
    } else {
        nnk_addf (out, "%s%s",
                  tag == DW_TAG_structure_type     ? "struct "
                  : tag == DW_TAG_union_type       ? "union "
                  : tag == DW_TAG_enumeration_type ? "enum "
                                                   : "",
                  name && strncmp (name, "nnk_tag_", 8) != 0 ? name : "{...}");
    }
}

/*  The shortest text that reads back as the same number. */
static void print_real (nnk_text *out, double value, bool is_float)
{
    char text[64];
    for (int digits = is_float ? 6 : 15; digits <= 17; digits++) {
        snprintf (text, sizeof text, "%.*g", digits, value);
        const double back = strtod (text, NULL);
        if (is_float ? (float) back == (float) value : back == value)
            break;
    }
    nnk_add_string (out, text);
    if (isfinite (value) && !strpbrk (text, ".e"))
        nnk_add_string (out, ".0");
}

static void print_character (nnk_text *out, unsigned char c, char quote)
{
    static const char plain[] = "\n\t\r\0\\", letter[] = "ntr0\\";
    const char *special = memchr (plain, c, sizeof plain - 1);
    if (special)
        nnk_addf (out, "\\%c", letter[special - plain]);
    else if (c == (unsigned char) quote)
        nnk_addf (out, "\\%c", c);
    else if (c < 32 || c == 127)
        nnk_addf (out, "\\x%02x", c);
    else
        nnk_add (out, &c, 1);
}

static void print_base (nnk_text *out, Dwarf_Die *type, const char *bytes,
                        size_t size)
{
    Dwarf_Attribute attribute;
    Dwarf_Word encoding = 0;
    int64_t whole = 0;
    if (dwarf_attr (type, DW_AT_encoding, &attribute))
        dwarf_formudata (&attribute, &encoding);
    memcpy (&whole, bytes, size < sizeof whole ? size : sizeof whole);
    const bool is_signed =
        encoding == DW_ATE_signed || encoding == DW_ATE_signed_char;
    if (is_signed && size < 8 && size > 0)
        whole = (int64_t) ((uint64_t) whole << (64 - 8 * size)) >> (64 - 8 * size);
    const char *name = dwarf_diename (type);
    float single;
    double real;
    long double wide;
    if (encoding == DW_ATE_boolean) {
        nnk_add_string (out, whole ? "true" : "false");
    } else if (encoding == DW_ATE_float && size == sizeof single) {
        memcpy (&single, bytes, sizeof single);
        print_real (out, single, true);
    } else if (encoding == DW_ATE_float && size == sizeof real) {
        memcpy (&real, bytes, sizeof real);
        print_real (out, real, false);
    } else if (encoding == DW_ATE_float && size == sizeof wide) {
        memcpy (&wide, bytes, sizeof wide);
        nnk_addf (out, "%.19Lg", wide);
    } else if (encoding == DW_ATE_complex_float) {
        double part[2];
        float small[2];
        memcpy (size == 8 ? (void *) small : (void *) part, bytes,
                size == 8 ? 8 : 16);
        print_real (out, size == 8 ? small[0] : part[0], size == 8);
        nnk_add_string (out, " + ");
        print_real (out, size == 8 ? small[1] : part[1], size == 8);
        nnk_add_string (out, "i");
    } else if (name && strcmp (name, "char") == 0 && (whole & 0x80) == 0) {
        nnk_add_string (out, "'");
        print_character (out, (unsigned char) whole, '\'');
        nnk_add_string (out, "'");
    } else if (is_signed || size < 8) {
        nnk_addf (out, "%" PRId64, whole);
    } else {
        nnk_addf (out, "%" PRIu64, (uint64_t) whole);
    }
}

static void print_enum (nnk_text *out, Dwarf_Die *type, const char *bytes,
                        size_t size)
{
    Dwarf_Die child;
    int value = 0;
    memcpy (&value, bytes, size < sizeof value ? size : sizeof value);
    for (int more = dwarf_child (type, &child); more == 0;
         more = dwarf_siblingof (&child, &child)) {
        Dwarf_Attribute attribute;
        Dwarf_Sword word;
        if (dwarf_attr (&child, DW_AT_const_value, &attribute) &&
            dwarf_formsdata (&attribute, &word) == 0 && (int) word == value) {
            nnk_addf (out, "%s (%d)", dwarf_diename (&child), value);
            return;
        }
    }
    nnk_addf (out, "%d", value);
}

/*  The characters at `address`, in quotes. */
static void print_string (nnk_text *out, uint64_t address, const nnk_source *from)
{
    nnk_text text = { 0 }, whole = { 0 };
    bool ended = false;
    while (!ended && text.size < MOST_STRING) {
        char bytes[256];
        const size_t room = 4096 - address % 4096, part = room < 256 ? room : 256;
        if (!from->peek (from->from, address, bytes, part)) {
            if (!text.size) {
                nnk_addf (out, "(char *) 0x%" PRIx64 ", where nothing lies",
                          address);
                nnk_text_free (&text);
                return;
            }
            break;
        }
        const size_t size = strnlen (bytes, part);
        ended = size < part;
        nnk_add (&text, bytes, size);
        address += size;
    }
    nnk_add_string (&whole, "\"");
    for (size_t i = 0; i < text.size; i++)
        print_character (&whole, (unsigned char) text.s[i], '"');
    nnk_add_string (&whole, ended ? "\"" : "\"...");
    nnk_utf8 (out, whole.s, whole.size, true);
    nnk_text_free (&text);
    nnk_text_free (&whole);
}

static void print_pointer (nnk_text *out, Dwarf_Die *type, const char *bytes,
                           const nnk_source *from, int depth)
{
    Dwarf_Die target;
    uint64_t address;
    memcpy (&address, bytes, sizeof address);
    if (!address) {
        nnk_add_string (out, "NULL");
        return;
    }
    const bool known = nnk_type_of (type, &target);
    if (known && nnk_is_char (&target)) {
        print_string (out, address, from);
        return;
    }
    nnk_add_string (out, "(");
    Dwarf_Die copy = *type;
    print_type (out, &copy);
    nnk_addf (out, ") 0x%" PRIx64, address);
    const size_t size =
        known && nnk_is_composed (&target) ? nnk_size_of (&target) : 0;
    if (depth == 0 && size && size <= NNK_TEXT) {
        char *there = nnk_allocate (size);
        nnk_add_string (out, " -> ");
        if (from->peek (from->from, address, there, size))
            nnk_print (out, &target, there, size, from, depth + 1);
        else
            nnk_add_string (out, "nothing lies there");
        free (there);
    }
}

/*  A field that takes only some bits of its bytes. */
static bool print_bits (nnk_text *out, nnk_field *field, const char *bytes,
                        size_t size)
{
    Dwarf_Attribute attribute;
    Dwarf_Word count, at = 0, encoding = 0;
    Dwarf_Die bare = field->type;
    if (!dwarf_attr (&field->die, DW_AT_bit_size, &attribute) ||
        dwarf_formudata (&attribute, &count) != 0 || count < 1 || count > 64)
        return false;
    if (dwarf_attr (&field->die, DW_AT_data_bit_offset, &attribute))
        dwarf_formudata (&attribute, &at);
    if (nnk_peel (&bare, true) && dwarf_attr (&bare, DW_AT_encoding, &attribute))
        dwarf_formudata (&attribute, &encoding);
    uint64_t whole = 0;
    if (at / 8 < size)
        memcpy (&whole, bytes + at / 8, size - at / 8 < 8 ? size - at / 8 : 8);
    whole = whole >> at % 8 << (64 - count);
    if (encoding == DW_ATE_boolean)
        nnk_add_string (out, whole ? "true" : "false");
    else if (encoding == DW_ATE_signed || encoding == DW_ATE_signed_char)
        nnk_addf (out, "%" PRId64, (int64_t) whole >> (64 - count));
    else
        nnk_addf (out, "%" PRIu64, whole >> (64 - count));
    return true;
}

/*  The value of a field of the struct that lies in `bytes`. */
void nnk_print_field (nnk_text *out, nnk_field *field, const char *bytes,
                      size_t size, const nnk_source *from, int depth)
{
    const size_t at = field->at < size ? field->at : size;
    if (!print_bits (out, field, bytes, size))
        nnk_print (out, &field->type, bytes + at, size - at, from, depth);
}

/*  { .x = 1, .y = 2 }, on one line if it fits. */
static void print_struct (nnk_text *out, Dwarf_Die *type, const char *bytes,
                          size_t size, const nnk_source *from, int depth)
{
    enum { MOST_FIELDS = 200 };
    nnk_text field[MOST_FIELDS] = { { 0 } };
    int fields = 0;
    size_t width = 0;
    for (nnk_field one = { false }; nnk_next_field (type, &one);) {
        nnk_text *text = &field[fields++];
        if (fields == MOST_FIELDS) {
            nnk_add_string (text, "...");
            break;
        }
        if (one.name)
            nnk_addf (text, ".%.*s = ", (int) strcspn (one.name, "$"), one.name);
        nnk_print_field (text, &one, bytes, size, from, depth + 1);
        width += text->size + 2;
    }
    const bool wide = width + 4 > WIDTH || (fields && strchr (field[0].s, '\n'));
    nnk_add_string (out, wide ? "{\n" : "{ ");
    for (int i = 0; i < fields; i++) {
        if (wide)
            nnk_addf (out, "%*s", 4 * (depth + 1), "");
        nnk_addf (out, "%s%s", field[i].s,
                  i + 1 < fields ? wide ? ",\n" : ", " : "");
        nnk_text_free (&field[i]);
    }
    if (wide)
        nnk_addf (out, "\n%*s}", 4 * depth, "");
    else
        nnk_add_string (out, fields ? " }" : "}");
}

/*  { 1, 2, 3 }: numbers run on, rows and structs stand one a line. */
static void print_array (nnk_text *out, Dwarf_Die *array, int dimension,
                         const char *bytes, size_t size, const nnk_source *from,
                         int depth)
{
    Dwarf_Die element;
    const long length = nnk_array_length (array, dimension);
    const bool rows = nnk_array_length (array, dimension + 1) >= 0;
    if (!nnk_type_of (array, &element) || length < 0) {
        nnk_add_string (out, "{ ... }");
        return;
    }
    size_t step = nnk_size_of (&element);
    for (int k = dimension + 1; nnk_array_length (array, k) >= 0; k++)
        step *= nnk_array_length (array, k);
    if (!rows && nnk_is_char (&element)) {
        const size_t end =
            strnlen (bytes, length < (long) size ? (size_t) length : size);
        nnk_text text = { 0 };
        for (size_t i = 0; i < end; i++)
            print_character (&text, (unsigned char) bytes[i], '"');
        nnk_add_string (out, "\"");
        nnk_utf8 (out, nnk_text_string (&text), text.size, true);
        nnk_add_string (out, "\"");
        nnk_text_free (&text);
        return;
    }
    const bool lines = rows || nnk_is_composed (&element);
    const long most = lines ? MOST_ROWS : MOST_ELEMENTS;
    size_t column = out->size;
    nnk_add_string (out, "{ ");
    for (long i = 0; i < length; i++) {
        const bool out_of_sight = i >= most || (size_t) (i + 1) * step > size;
        if (i && (lines || out->size - column > WIDTH - 8)) {
            out->size--; // the blank after the comma
            nnk_addf (out, "\n%*s", 4 * depth + 2, "");
            column = out->size;
        }
        if (out_of_sight) {
            nnk_addf (out, "... %ld more", length - i);
            break;
        }
        if (rows)
            print_array (out, array, dimension + 1, bytes + i * step, step, from,
                         depth + 1);
        else
            nnk_print (out, &element, bytes + i * step, step, from, depth + 1);
        if (i + 1 < length)
            nnk_add_string (out, ", ");
    }
    nnk_add_string (out, " }");
}

void nnk_print (nnk_text *out, Dwarf_Die *given, const char *bytes, size_t size,
                const nnk_source *from, int depth)
{
    Dwarf_Die type = *given;
    if (!nnk_peel (&type, true) || depth > MOST_DEPTH) {
        nnk_add_string (out, "...");
        return;
    }
    const int tag = dwarf_tag (&type);
    const size_t needed = nnk_size_of (&type);
    if (tag != DW_TAG_array_type && tag != DW_TAG_structure_type &&
        tag != DW_TAG_union_type && needed > size) {
        nnk_add_string (out, "...");
        return;
    }
    if (tag == DW_TAG_base_type)
        print_base (out, &type, bytes, needed);
    else if (tag == DW_TAG_enumeration_type)
        print_enum (out, &type, bytes, needed);
    else if (tag == DW_TAG_pointer_type)
        print_pointer (out, &type, bytes, from, depth);
    else if (tag == DW_TAG_array_type)
        print_array (out, &type, 0, bytes, size, from, depth);
    else if (tag == DW_TAG_structure_type || tag == DW_TAG_union_type)
        print_struct (out, &type, bytes, size, from, depth);
    else if (tag == DW_TAG_subroutine_type)
        nnk_add_string (out, "a function");
    else
        nnk_add_string (out, "...");
}

/*  The `data` of a message for the value that lies at `address`, or NULL if it is
 *  void. An array was kept as the pointer to its first element. */
cJSON *nnk_dwarf_value (nnk_dwarf *self, int serial, uint64_t address,
                        nnk_peek *peek, void *from)
{
    Dwarf_Die type;
    const nnk_source source = { peek, from };
    if (!self || !address || !nnk_find_value_type (self, serial, &type) ||
        !nnk_peel (&type, true))
        return NULL;
    const bool array = dwarf_tag (&type) == DW_TAG_array_type;
    if (array && !peek (from, address, &address, sizeof address))
        return NULL;
    size_t size =
        dwarf_tag (&type) == DW_TAG_subroutine_type ? 1 : nnk_size_of (&type);
    if (size > NNK_TEXT)
        size = NNK_TEXT;
    char *bytes = nnk_allocate (size);
    cJSON *data = NULL;
    if (size && peek (from, address, bytes, size)) {
        nnk_text text = { 0 };
        nnk_print (&text, &type, bytes, size, &source, 0);
        data = cJSON_CreateObject ();
        cJSON_AddStringToObject (data, "text/plain", nnk_text_string (&text));
        char *table = array ? nnk_make_table (&type, bytes, size, &source) : NULL;
        if (table)
            cJSON_AddStringToObject (data, "text/html", table);
        free (table);
        nnk_text_free (&text);
    }
    free (bytes);
    return data;
}
