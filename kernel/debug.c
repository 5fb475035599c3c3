/*  debug.c - the types of a cell, from its debugging information
 *
 *  The compiler has written down every type and variable of a cell's object. Here
 *  they are found: the type of the last value and who may show it, the length of
 *  an array, the fields of a struct, and which pieces between #if and #endif were
 *  compiled.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dwarf.h>
#include <gelf.h>

#include "debug.h"

/*  That of a cell whose compilation had this number, or NULL. */
nnk_dwarf *nnk_dwarf_open (const char *folder, int serial)
{
    nnk_dwarf *self = nnk_allocate (sizeof *self);
    char name[32];
    snprintf (name, sizeof name, "cell_%d.so", serial);
    elf_version (EV_CURRENT);
    if (nnk_store_find (folder, name, &self->bytes))
        self->elf = elf_memory (self->bytes.s, self->bytes.size);
    if (self->elf)
        self->dwarf = dwarf_begin_elf (self->elf, DWARF_C_READ, NULL);
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
    elf_end (self->elf);
    nnk_text_free (&self->bytes);
    free (self);
}

bool nnk_type_of (Dwarf_Die *die, Dwarf_Die *type)
{
    Dwarf_Attribute attribute;
    return dwarf_attr_integrate (die, DW_AT_type, &attribute) &&
           dwarf_formref_die (&attribute, type);
}

/*  The type behind const and volatile and, if `all`, behind typedefs. False: void. */
bool nnk_peel (Dwarf_Die *type, bool all)
{
    for (;;) {
        const int tag = dwarf_tag (type);
        if (tag != DW_TAG_const_type && tag != DW_TAG_volatile_type &&
            tag != DW_TAG_restrict_type && tag != DW_TAG_atomic_type &&
            !(all && tag == DW_TAG_typedef))
            return true;
        Dwarf_Die inner;
        if (!nnk_type_of (type, &inner))
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
    while (dwarf_nextcu (self->dwarf, offset, &next, &size, NULL, NULL, NULL) ==
           0) {
        Dwarf_Die unit;
        if (dwarf_offdie (self->dwarf, offset + size, &unit) &&
            find_variable (&unit, name, found))
            return true;
        offset = next;
    }
    return false;
}

/*  The type of the trailing expression: that to which nnk_type_N points. False:
 *  void. */
bool nnk_find_value_type (nnk_dwarf *self, int serial, Dwarf_Die *type)
{
    char name[40];
    Dwarf_Die variable, pointer, alias;
    snprintf (name, sizeof name, "nnk_type_%d", serial);
    if (!find (self, name, &variable) || !nnk_type_of (&variable, &pointer) ||
        !nnk_peel (&pointer, true) || !nnk_type_of (&pointer, &alias))
        return false;
    *type =
        alias; // or what it stands for, when it is the typedef that lower.c has made
    const char *own = dwarf_diename (&alias);
    return !own || strcmp (own, "nnk_type") != 0 || nnk_type_of (&alias, type);
}

static const char *name_of (Dwarf_Die *type)
{
    Dwarf_Die bare = *type;
    return nnk_peel (&bare, false) ? dwarf_diename (&bare) : NULL;
}

bool nnk_is_composed (Dwarf_Die *type)
{
    Dwarf_Die bare = *type;
    const int tag = nnk_peel (&bare, true) ? dwarf_tag (&bare) : 0;
    return tag == DW_TAG_structure_type || tag == DW_TAG_union_type;
}

/*  The name of the shower that a library may have for this value, and whether the
 *  value is a pointer to the thing. */
bool nnk_dwarf_shower (nnk_dwarf *self, int serial, char *name, size_t size,
                       bool *pointer)
{
    Dwarf_Die type, target;
    if (!self || !nnk_find_value_type (self, serial, &type))
        return false;
    Dwarf_Die bare = type;
    *pointer = nnk_peel (&bare, true) && dwarf_tag (&bare) == DW_TAG_pointer_type;
    if (*pointer && !nnk_type_of (&bare, &target))
        return false;
    Dwarf_Die *shown = *pointer ? &target : &type;
    if (!nnk_is_composed (shown) || !name_of (shown))
        return false;
    snprintf (name, size, "nnk_show_%s", name_of (shown));
    return true;
}

bool nnk_next_field (Dwarf_Die *composed, nnk_field *self)
{
    Dwarf_Attribute attribute;
    Dwarf_Word at = 0;
    int none;
    do {
        none = self->begun ? dwarf_siblingof (&self->die, &self->die)
                           : dwarf_child (composed, &self->die);
        self->begun = true;
    } while (!none && (dwarf_tag (&self->die) != DW_TAG_member ||
                       !nnk_type_of (&self->die, &self->type)));
    if (none)
        return false;
    if (dwarf_attr (&self->die, DW_AT_data_member_location, &attribute))
        dwarf_formudata (&attribute, &at);
    self->at = at;
    self->name = dwarf_diename (&self->die);
    return true;
}

long nnk_array_length (Dwarf_Die *array, int dimension)
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

/*  The length of `int v[] = { ... }`: nnk_length_v points to such an array. */
long nnk_dwarf_length (nnk_dwarf *self, const char *variable)
{
    Dwarf_Die die, pointer, array;
    char *name = nnk_format ("nnk_length_%s", variable);
    const bool found = self && find (self, name, &die) &&
                       nnk_type_of (&die, &pointer) &&
                       nnk_type_of (&pointer, &array);
    free (name);
    return found ? nnk_array_length (&array, 0) : -1;
}

/*  The names of the fields of a variable, or of what it points to, one a line. */
void nnk_dwarf_members (nnk_dwarf *self, const char *variable, nnk_text *out)
{
    Dwarf_Die die, type;
    if (!self || !find (self, variable, &die) || !nnk_type_of (&die, &type))
        return;
    while (nnk_peel (&type, true) && (dwarf_tag (&type) == DW_TAG_pointer_type ||
                                      dwarf_tag (&type) == DW_TAG_array_type)) {
        Dwarf_Die inner;
        if (!nnk_type_of (&type, &inner))
            return;
        type = inner;
    }
    for (nnk_field field = { false }; nnk_next_field (&type, &field);)
        if (field.name)
            nnk_addf (out, "%s\n", field.name);
}

/*  The numbers in the section nnk_marks: which pieces between #if and #endif are
 *  active. */
bool nnk_dwarf_active (nnk_dwarf *self, int **marks, int *count)
{
    size_t names;
    Elf *elf = self ? dwarf_getelf (self->dwarf) : NULL;
    *count = 0;
    *marks = NULL;
    if (!elf || elf_getshdrstrndx (elf, &names) != 0)
        return false;
    for (Elf_Scn *section = NULL;
         (section = elf_nextscn (elf, section)) != NULL;) {
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

bool nnk_is_char (Dwarf_Die *type)
{
    Dwarf_Die bare = *type;
    const char *name = nnk_peel (&bare, true) ? dwarf_diename (&bare) : NULL;
    return name && strcmp (name, "char") == 0;
}

size_t nnk_size_of (Dwarf_Die *type)
{
    Dwarf_Word size;
    return dwarf_aggregate_size (type, &size) == 0 ? size : 0;
}
