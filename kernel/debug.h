/*  debug.h - what the files that read debugging information know of each other */
#ifndef NNK_DEBUG_H
#define NNK_DEBUG_H

#include <elfutils/libdw.h>

#include "kernel.h"

struct nnk_dwarf {
    nnk_text bytes; // of the object
    Elf *elf;
    Dwarf *dwarf;
};
typedef struct { // where bytes come from
    nnk_peek *peek;
    void *from;
} nnk_source;

/* --- debug.c: types ---------------------------------------------------------- */
bool nnk_type_of (Dwarf_Die *die, Dwarf_Die *type);
bool nnk_peel (Dwarf_Die *type, bool all);
bool nnk_find_value_type (nnk_dwarf *self, int serial, Dwarf_Die *type);
bool nnk_is_composed (Dwarf_Die *type);
bool nnk_is_char (Dwarf_Die *type);
size_t nnk_size_of (Dwarf_Die *type);
long nnk_array_length (Dwarf_Die *array, int dimension);
typedef struct { // of a struct or a union
    bool begun;
    Dwarf_Die die, type;
    const char *name; // or NULL; up to a $, if there is one
    size_t at;        // its place in the bytes
} nnk_field;
bool nnk_next_field (Dwarf_Die *composed, nnk_field *self); // from { false } on

/* --- value.c, table.c: values ------------------------------------------------ */
void nnk_print (nnk_text *out, Dwarf_Die *given, const char *bytes, size_t size,
                const nnk_source *from, int depth);
void nnk_print_field (nnk_text *out, nnk_field *field, const char *bytes,
                      size_t size, const nnk_source *from, int depth);
char *nnk_make_table (Dwarf_Die *array, const char *bytes, size_t size,
                      const nnk_source *from);

#endif
