/*  value.c - what the debugging information of a cell says
 *
 *  The compiler has written down every type of the cell. So the last value can be shown as C
 *  would write it, whatever its type is: numbers, strings, arrays, and structs field by
 *  field. The bytes are fetched from the executor; a bad pointer is then only an answer
 *  that says so, never a crash.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <gelf.h>

#include "kernel.h"

enum { MOST_ELEMENTS = 100, MOST_ROWS = 30, MOST_STRING = 2000, MOST_DEPTH = 6, WIDTH = 80 };

struct nnk_dwarf {
    int fd;
    Dwarf *dwarf;
};

nnk_dwarf *nnk_dwarf_open (const char *path)
{
    nnk_dwarf *self = nnk_allocate (sizeof *self);
    self->fd = open (path, O_RDONLY | O_CLOEXEC);
    self->dwarf = self->fd >= 0 ? dwarf_begin (self->fd, DWARF_C_READ) : NULL;
    if (!self->dwarf) {
        nnk_dwarf_close (self);
        return NULL;
    }
    return self;
}

void nnk_dwarf_close (nnk_dwarf *self)
{
    if (!self)
        return;
    if (self->dwarf)
        dwarf_end (self->dwarf);
    if (self->fd >= 0)
        close (self->fd);
    free (self);
}

/* --- Types --------------------------------------------------------------------------------- */

static bool type_of (Dwarf_Die *die, Dwarf_Die *type)
{
    Dwarf_Attribute attribute;
    return dwarf_attr_integrate (die, DW_AT_type, &attribute) &&
           dwarf_formref_die (&attribute, type);
}

/*  The type behind const and volatile and, if `all`, behind typedefs. False: void. */
static bool peel (Dwarf_Die *type, bool all)
{
    for (;;) {
        const int tag = dwarf_tag (type);
        if (tag != DW_TAG_const_type && tag != DW_TAG_volatile_type &&
            tag != DW_TAG_restrict_type && tag != DW_TAG_atomic_type &&
            !(all && tag == DW_TAG_typedef))
            return true;
        Dwarf_Die inner;
        if (!type_of (type, &inner))
            return false;
        *type = inner;
    }
}

/*  The variable `name`, at the top or in a function. */
static bool find_variable (Dwarf_Die *die, const char *name, Dwarf_Die *found)
{
    Dwarf_Die child;
    if (dwarf_child (die, &child) != 0)
        return false;
    do {
        const int tag = dwarf_tag (&child);
        const char *own = dwarf_diename (&child);
        const size_t size = strlen (name);
        if (tag == DW_TAG_variable && own && strncmp (own, name, size) == 0 &&
            (!own[size] || strcmp (own + size, NNK_OWN) == 0)) {
            *found = child;
            return true;
        }
        if ((tag == DW_TAG_subprogram || tag == DW_TAG_lexical_block) &&
            find_variable (&child, name, found))
            return true;
    } while (dwarf_siblingof (&child, &child) == 0);
    return false;
}

static bool find (nnk_dwarf *self, const char *name, Dwarf_Die *found)
{
    Dwarf_Off offset = 0, next;
    size_t size;
    while (dwarf_nextcu (self->dwarf, offset, &next, &size, NULL, NULL, NULL) == 0) {
        Dwarf_Die unit;
        if (dwarf_offdie (self->dwarf, offset + size, &unit) &&
            find_variable (&unit, name, found))
            return true;
        offset = next;
    }
    return false;
}

/*  The type of the trailing expression: that to which nnk_type_N points. False: void. */
static bool find_value_type (nnk_dwarf *self, int serial, Dwarf_Die *type)
{
    char name[40];
    Dwarf_Die variable, pointer, alias;
    snprintf (name, sizeof name, "nnk_type_%d", serial);
    if (!find (self, name, &variable) || !type_of (&variable, &pointer) ||
        !peel (&pointer, true) || !type_of (&pointer, &alias))
        return false;
    *type = alias; // or what it stands for, when it is the typedef that lower.c has made
    const char *own = dwarf_diename (&alias);
    return !own || strcmp (own, "nnk_type") != 0 || type_of (&alias, type);
}

static const char *name_of (Dwarf_Die *type)
{
    Dwarf_Die bare = *type;
    return peel (&bare, false) ? dwarf_diename (&bare) : NULL;
}

static bool is_composed (Dwarf_Die *type)
{
    Dwarf_Die bare = *type;
    const int tag = peel (&bare, true) ? dwarf_tag (&bare) : 0;
    return tag == DW_TAG_structure_type || tag == DW_TAG_union_type;
}

/*  The name of the shower that a library may have for this value, and whether the value is
 *  a pointer to the thing. */
bool nnk_dwarf_shower (nnk_dwarf *self, int serial, char *name, size_t size, bool *pointer)
{
    Dwarf_Die type, target;
    if (!self || !find_value_type (self, serial, &type))
        return false;
    Dwarf_Die bare = type;
    *pointer = peel (&bare, true) && dwarf_tag (&bare) == DW_TAG_pointer_type;
    if (*pointer && !type_of (&bare, &target))
        return false;
    Dwarf_Die *shown = *pointer ? &target : &type;
    if (!is_composed (shown) || !name_of (shown))
        return false;
    snprintf (name, size, "nnk_show_%s", name_of (shown));
    return true;
}

static long array_length (Dwarf_Die *array, int dimension)
{
    Dwarf_Die child;
    if (dwarf_child (array, &child) != 0)
        return -1;
    do {
        Dwarf_Attribute attribute;
        Dwarf_Word word;
        if (dwarf_tag (&child) != DW_TAG_subrange_type || dimension-- > 0)
            continue;
        if (dwarf_attr (&child, DW_AT_count, &attribute) &&
            dwarf_formudata (&attribute, &word) == 0)
            return (long) word;
        if (dwarf_attr (&child, DW_AT_upper_bound, &attribute) &&
            dwarf_formudata (&attribute, &word) == 0)
            return (long) word + 1;
        return -1;
    } while (dwarf_siblingof (&child, &child) == 0);
    return -1;
}

long nnk_dwarf_length (nnk_dwarf *self, const char *variable)
{
    Dwarf_Die die, type;
    if (!self || !find (self, variable, &die) || !type_of (&die, &type) ||
        !peel (&type, true) || dwarf_tag (&type) != DW_TAG_array_type)
        return -1;
    return array_length (&type, 0);
}

/*  The names of the fields of a variable, or of what it points to, one a line. */
void nnk_dwarf_members (nnk_dwarf *self, const char *variable, nnk_text *out)
{
    Dwarf_Die die, type, child;
    if (!self || !find (self, variable, &die) || !type_of (&die, &type))
        return;
    while (peel (&type, true) && (dwarf_tag (&type) == DW_TAG_pointer_type ||
                                  dwarf_tag (&type) == DW_TAG_array_type)) {
        Dwarf_Die inner;
        if (!type_of (&type, &inner))
            return;
        type = inner;
    }
    if (dwarf_child (&type, &child) != 0)
        return;
    do
        if (dwarf_tag (&child) == DW_TAG_member && dwarf_diename (&child))
            nnk_addf (out, "%s\n", dwarf_diename (&child));
    while (dwarf_siblingof (&child, &child) == 0);
}

/*  The numbers in the section nnk_marks: which pieces between #if and #endif are active. */
bool nnk_dwarf_active (nnk_dwarf *self, int **marks, int *count)
{
    size_t names;
    Elf *elf = self ? dwarf_getelf (self->dwarf) : NULL;
    *count = 0;
    *marks = NULL;
    if (!elf || elf_getshdrstrndx (elf, &names) != 0)
        return false;
    for (Elf_Scn *section = NULL; (section = elf_nextscn (elf, section)) != NULL;) {
        GElf_Shdr header;
        const char *name = gelf_getshdr (section, &header)
                               ? elf_strptr (elf, names, header.sh_name)
                               : NULL;
        const Elf_Data *data = name && strcmp (name, "nnk_marks") == 0
                                   ? elf_getdata (section, NULL)
                                   : NULL;
        if (!data)
            continue;
        *count = (int) (data->d_size / sizeof **marks);
        *marks = nnk_allocate (data->d_size);
        memcpy (*marks, data->d_buf, data->d_size);
        return true;
    }
    return true;
}

/* --- Values ------------------------------------------------------------------------------------ */

typedef struct {
    nnk_peek *peek;
    void *from;
} source;

static void print (nnk_text *out, Dwarf_Die *type, const char *bytes, size_t size,
                   const source *from, int depth);

static void print_type (nnk_text *out, Dwarf_Die *type)
{
    Dwarf_Die inner;
    if (!peel (type, false)) {
        nnk_add_string (out, "void");
        return;
    }
    const int tag = dwarf_tag (type);
    const char *name = dwarf_diename (type);
    if (tag == DW_TAG_pointer_type) {
        if (!type_of (type, &inner)) {
            nnk_add_string (out, "void *");
            return;
        }
        print_type (out, &inner);
        const bool star = out->size && out->s[out->size - 1] == '*';
        nnk_add_string (out, star ? "*" : " *");
    } else if (tag == DW_TAG_subroutine_type) {
        nnk_add_string (out, "function");
    } else if (tag == DW_TAG_array_type && type_of (type, &inner)) {
        print_type (out, &inner);
        nnk_addf (out, "[%ld]", array_length (type, 0));
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

static void print_base (nnk_text *out, Dwarf_Die *type, const char *bytes, size_t size)
{
    Dwarf_Attribute attribute;
    Dwarf_Word encoding = 0;
    int64_t whole = 0;
    if (dwarf_attr (type, DW_AT_encoding, &attribute))
        dwarf_formudata (&attribute, &encoding);
    memcpy (&whole, bytes, size < sizeof whole ? size : sizeof whole);
    const bool is_signed = encoding == DW_ATE_signed || encoding == DW_ATE_signed_char;
    if (is_signed && size < 8 && size > 0)
        whole = whole << (64 - 8 * size) >> (64 - 8 * size);
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
        memcpy (size == 8 ? (void *) small : (void *) part, bytes, size == 8 ? 8 : 16);
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

static void print_enum (nnk_text *out, Dwarf_Die *type, const char *bytes, size_t size)
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
static void print_string (nnk_text *out, uint64_t address, const source *from)
{
    nnk_text text = { 0 }, whole = { 0 };
    bool ended = false;
    while (!ended && text.size < MOST_STRING) {
        char bytes[256];
        const size_t room = 4096 - address % 4096, part = room < 256 ? room : 256;
        if (!from->peek (from->from, address, bytes, part)) {
            if (!text.size) {
                nnk_addf (out, "(char *) 0x%" PRIx64 ", where nothing lies", address);
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

static bool is_char (Dwarf_Die *type)
{
    Dwarf_Die bare = *type;
    const char *name = peel (&bare, true) ? dwarf_diename (&bare) : NULL;
    return name && strcmp (name, "char") == 0;
}

static size_t size_of (Dwarf_Die *type)
{
    Dwarf_Word size;
    return dwarf_aggregate_size (type, &size) == 0 ? size : 0;
}

static void print_pointer (nnk_text *out, Dwarf_Die *type, const char *bytes,
                           const source *from, int depth)
{
    Dwarf_Die target;
    uint64_t address;
    memcpy (&address, bytes, sizeof address);
    if (!address) {
        nnk_add_string (out, "NULL");
        return;
    }
    const bool known = type_of (type, &target);
    if (known && is_char (&target)) {
        print_string (out, address, from);
        return;
    }
    nnk_add_string (out, "(");
    Dwarf_Die copy = *type;
    print_type (out, &copy);
    nnk_addf (out, ") 0x%" PRIx64, address);
    const size_t size = known && is_composed (&target) ? size_of (&target) : 0;
    if (depth == 0 && size && size <= NNK_TEXT) {
        char *there = nnk_allocate (size);
        nnk_add_string (out, " -> ");
        if (from->peek (from->from, address, there, size))
            print (out, &target, there, size, from, depth + 1);
        else
            nnk_add_string (out, "nothing lies there");
        free (there);
    }
}

/*  A field that takes only some bits of its bytes. */
static bool print_bits (nnk_text *out, Dwarf_Die *member, const char *bytes, size_t size)
{
    Dwarf_Attribute attribute;
    Dwarf_Word count, at = 0;
    if (!dwarf_attr (member, DW_AT_bit_size, &attribute) ||
        dwarf_formudata (&attribute, &count) != 0)
        return false;
    if (dwarf_attr (member, DW_AT_data_bit_offset, &attribute))
        dwarf_formudata (&attribute, &at);
    uint64_t whole = 0;
    if (at / 8 < size)
        memcpy (&whole, bytes + at / 8, size - at / 8 < 8 ? size - at / 8 : 8);
    whole = whole >> at % 8 & (count < 64 ? (UINT64_C (1) << count) - 1 : UINT64_MAX);
    nnk_addf (out, "%" PRIu64, whole);
    return true;
}

/*  { .x = 1, .y = 2 }, on one line if it fits. */
static void print_struct (nnk_text *out, Dwarf_Die *type, const char *bytes, size_t size,
                          const source *from, int depth)
{
    Dwarf_Die child;
    nnk_text field[200] = { { 0 } };
    int fields = 0;
    size_t width = 0;
    for (int more = dwarf_child (type, &child); more == 0 && fields < 200;
         more = dwarf_siblingof (&child, &child)) {
        Dwarf_Attribute attribute;
        Dwarf_Die inner;
        Dwarf_Word at = 0;
        if (dwarf_tag (&child) != DW_TAG_member || !type_of (&child, &inner))
            continue;
        if (dwarf_attr (&child, DW_AT_data_member_location, &attribute))
            dwarf_formudata (&attribute, &at);
        if (dwarf_diename (&child))
            nnk_addf (&field[fields], ".%.*s = ", (int) strcspn (dwarf_diename (&child), "$"),
                      dwarf_diename (&child));
        if (!print_bits (&field[fields], &child, bytes, size))
            print (&field[fields], &inner, bytes + (at < size ? at : size),
                   at < size ? size - at : 0, from, depth + 1);
        width += field[fields++].size + 2;
    }
    const bool wide = width + 4 > WIDTH || (fields && strchr (field[0].s, '\n'));
    nnk_add_string (out, wide ? "{\n" : "{ ");
    for (int i = 0; i < fields; i++) {
        if (wide)
            nnk_addf (out, "%*s", 4 * (depth + 1), "");
        nnk_addf (out, "%s%s", field[i].s, i + 1 < fields ? wide ? ",\n" : ", " : "");
        nnk_text_free (&field[i]);
    }
    if (wide)
        nnk_addf (out, "\n%*s}", 4 * depth, "");
    else
        nnk_add_string (out, fields ? " }" : "}");
}

/*  { 1, 2, 3 }: numbers run on, rows and structs stand one a line. */
static void print_array (nnk_text *out, Dwarf_Die *array, int dimension, const char *bytes,
                         size_t size, const source *from, int depth)
{
    Dwarf_Die element;
    const long length = array_length (array, dimension);
    const bool rows = array_length (array, dimension + 1) >= 0;
    if (!type_of (array, &element) || length < 0) {
        nnk_add_string (out, "{ ... }");
        return;
    }
    size_t step = size_of (&element);
    for (int k = dimension + 1; array_length (array, k) >= 0; k++)
        step *= array_length (array, k);
    if (!rows && is_char (&element)) {
        const size_t end = strnlen (bytes, length < (long) size ? (size_t) length : size);
        nnk_text text = { 0 };
        for (size_t i = 0; i < end; i++)
            print_character (&text, (unsigned char) bytes[i], '"');
        nnk_add_string (out, "\"");
        nnk_utf8 (out, nnk_text_string (&text), text.size, true);
        nnk_add_string (out, "\"");
        nnk_text_free (&text);
        return;
    }
    const bool lines = rows || is_composed (&element);
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
            print_array (out, array, dimension + 1, bytes + i * step, step, from, depth + 1);
        else
            print (out, &element, bytes + i * step, step, from, depth + 1);
        if (i + 1 < length)
            nnk_add_string (out, ", ");
    }
    nnk_add_string (out, " }");
}

static void print (nnk_text *out, Dwarf_Die *given, const char *bytes, size_t size,
                   const source *from, int depth)
{
    Dwarf_Die type = *given;
    if (!peel (&type, true) || depth > MOST_DEPTH) {
        nnk_add_string (out, "...");
        return;
    }
    const int tag = dwarf_tag (&type);
    const size_t needed = size_of (&type);
    if (tag != DW_TAG_array_type && tag != DW_TAG_structure_type && tag != DW_TAG_union_type &&
        needed > size) {
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

/* --- Tables -------------------------------------------------------------------------------------- */

static void add_escaped (nnk_text *out, const char *text)
{
    for (; *text; text++)
        if (*text == '<' || *text == '&')
            nnk_add_string (out, *text == '<' ? "&lt;" : "&amp;");
        else
            nnk_add (out, text, 1);
}

static void add_cell (nnk_text *out, Dwarf_Die *type, const char *bytes, size_t size,
                      const source *from)
{
    nnk_text text = { 0 };
    print (&text, type, bytes, size, from, 1);
    nnk_add_string (out, "<td>");
    add_escaped (out, nnk_text_string (&text));
    nnk_add_string (out, "</td>");
    nnk_text_free (&text);
}

/*  The fields of one struct as cells of a row, or (bytes NULL) their names as its head. */
static void add_fields (nnk_text *out, Dwarf_Die *type, const char *bytes, size_t size,
                        const source *from)
{
    Dwarf_Die child;
    for (int more = dwarf_child (type, &child); more == 0;
         more = dwarf_siblingof (&child, &child)) {
        Dwarf_Attribute attribute;
        Dwarf_Die inner;
        Dwarf_Word at = 0;
        if (dwarf_tag (&child) != DW_TAG_member || !type_of (&child, &inner))
            continue;
        if (dwarf_attr (&child, DW_AT_data_member_location, &attribute))
            dwarf_formudata (&attribute, &at);
        if (!bytes)
            nnk_addf (out, "<th>%s</th>", dwarf_diename (&child) ? dwarf_diename (&child) : "");
        else
            add_cell (out, &inner, bytes + (at < size ? at : size), at < size ? size - at : 0,
                      from);
    }
}

/*  text/html for what is a table: an array of structs, or of rows of numbers. */
static char *make_table (Dwarf_Die *array, const char *bytes, size_t size, const source *from)
{
    Dwarf_Die element;
    const long rows = array_length (array, 0), columns = array_length (array, 1);
    if (!type_of (array, &element) || rows < 1 || array_length (array, 2) >= 0)
        return NULL;
    Dwarf_Die bare = element;
    const size_t step = size_of (&element) * (columns > 0 ? columns : 1);
    if (!peel (&bare, true) || (columns < 1 && !is_composed (&bare)) ||
        (columns > 0 && (dwarf_tag (&bare) != DW_TAG_base_type || is_char (&bare))))
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
        for (long i = 0; i < columns && i < MOST_ROWS; i++)
            add_cell (&out, &bare, at + i * (step / columns), step / columns, from);
        nnk_add_string (&out, columns > MOST_ROWS ? "<td>...</td></tr>" : "</tr>");
    }
    if (row < rows)
        nnk_addf (&out, "<tr><th>...</th><td>%ld more</td></tr>", rows - row);
    nnk_add_string (&out, "</table>");
    return out.s;
}

/*  The `data` of a message for the value that lies at `address`, or NULL if it is void. An
 *  array was kept as the pointer to its first element. */
cJSON *nnk_dwarf_value (nnk_dwarf *self, int serial, uint64_t address, nnk_peek *peek,
                        void *from)
{
    Dwarf_Die type;
    const source source = { peek, from };
    if (!self || !address || !find_value_type (self, serial, &type) || !peel (&type, true))
        return NULL;
    const bool array = dwarf_tag (&type) == DW_TAG_array_type;
    if (array && !peek (from, address, &address, sizeof address))
        return NULL;
    size_t size = dwarf_tag (&type) == DW_TAG_subroutine_type ? 1 : size_of (&type);
    if (size > NNK_TEXT)
        size = NNK_TEXT;
    char *bytes = nnk_allocate (size);
    cJSON *data = NULL;
    if (size && peek (from, address, bytes, size)) {
        nnk_text text = { 0 };
        print (&text, &type, bytes, size, &source, 0);
        data = cJSON_CreateObject ();
        cJSON_AddStringToObject (data, "text/plain", nnk_text_string (&text));
        char *table = array ? make_table (&type, bytes, size, &source) : NULL;
        if (table)
            cJSON_AddStringToObject (data, "text/html", table);
        free (table);
        nnk_text_free (&text);
    }
    free (bytes);
    return data;
}
