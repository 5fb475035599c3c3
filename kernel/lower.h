/*  lower.h - what the files that turn a cell into C know of each other */
#ifndef NNK_LOWER_H
#define NNK_LOWER_H

#include "kernel.h"

typedef struct {
    nnk_lowered *out;
    const nnk_cell *cell;
    const nnk_before *before;
    nnk_items gone; // items that this cell replaces
    nnk_text file;  // what stands at file level, so far
    nnk_text run;   // the statements of the run that is open
    nnk_text entry; // the calls of the runs
    int runs, marks, tags;
    int conditions; // how many #if are open
    bool growing;   // the cell has arrays whose values decide their lengths
} nnk_lowerer;

/* --- place.c: the reader's text ---------------------------------------------- */
const nnk_token *nnk_token_at (const nnk_lowerer *self, int i);
void nnk_add_place (const nnk_lowerer *self, nnk_text *out, int at, int line);
void nnk_add_source (const nnk_lowerer *self, nnk_text *out, int first, int last);
void nnk_blank (const nnk_lowerer *self, nnk_text *out, size_t start, int origin,
                int first, int last);
bool nnk_word_is (const nnk_lowerer *self, int i, const char *word);
void nnk_add_declarator (const nnk_lowerer *self, nnk_text *out,
                         const nnk_declaration *all, const nnk_declarator *d,
                         const char *tag, bool writable);
char *nnk_shape_of (const nnk_lowerer *self, int first, int last);
char *nnk_signature_of (const nnk_lowerer *self, int first, int last);
char *nnk_word_of (const nnk_lowerer *self, int i);

/* --- replace.c: what takes the place of what --------------------------------- */
bool nnk_items_hold (const nnk_items *items, const nnk_item *item);
nnk_item *nnk_find_old (const nnk_lowerer *self, const char *name);
nnk_item *nnk_find_fresh (const nnk_lowerer *self, const char *name);
void nnk_add_item (nnk_lowerer *self, nnk_item *item);
void nnk_claim_name (nnk_lowerer *self, const char *name, int line);

/* --- select.c: what it is compiled after --------------------------------------- */
void nnk_select (nnk_lowerer *self);

/* --- variable.c -------------------------------------------------------------- */
void nnk_lower_variable (nnk_lowerer *self, const nnk_declaration *all,
                         const nnk_declarator *d, const char *tag);
void nnk_add_lasting (const nnk_lowerer *self, nnk_text *out, int first, int last);
void nnk_lower_extern (nnk_lowerer *self, const nnk_declaration *all,
                       const nnk_declarator *d);

#endif
