/*  cell.h - a cell as text: its tokens, its pieces, and the names that cells have defined
 *
 *  Of the cell that is read stays an item for each thing that it defines: a line of the
 *  preprocessor, a type, a variable, a function. The items are what a session knows.
 */
#ifndef NNK_CELL_H
#define NNK_CELL_H

#include "text.h"

/* --- lex.c and chunk.c: cutting a cell --------------------------------------- */
typedef enum {
    NNK_END,
    NNK_WORD,
    NNK_NUMBER,
    NNK_QUOTED,
    NNK_PUNCTUATION,
    NNK_LINE
} nnk_token_kind;
typedef struct {
    nnk_token_kind kind;
    int at, end; // bytes of the source
    int line;    // from 1
} nnk_token;
typedef enum {
    NNK_PREPROCESSOR, // a line that begins with #
    NNK_DECLARATION,  // types and variables
    NNK_FUNCTION,     // a definition with its body
    NNK_STATEMENT,
    NNK_VALUE // the trailing expression
} nnk_chunk_kind;
typedef struct {
    nnk_chunk_kind kind;
    int first, last; // tokens first .. last-1
    int body;        // NNK_FUNCTION: the token of its {
    bool old_style;  // NNK_FUNCTION: parameters declared after the list
    bool open;       // ended with the cell, not with a ; or }
    int depth;       // while it is cut: of statements in statements
} nnk_chunk;
typedef enum { NNK_COMPLETE, NNK_INCOMPLETE, NNK_INVALID } nnk_completeness;
typedef struct {
    char *source;
    nnk_token *token;
    int tokens;
    nnk_chunk *chunk;
    int chunks;
    nnk_completeness state;
    int depth; // of brackets that are open at the end
    int wrong; // the bracket that does not fit, if one does not
} nnk_cell;
// the line that defines the name, if it is a type ("typedef ...") or a macro ("#define ...")
typedef const char *nnk_meaning (void *self, const char *name, size_t size);
void nnk_cell_cut (nnk_cell *cell, const char *source, nnk_meaning *means,
                   void *names);
void nnk_cell_free (nnk_cell *self);
bool nnk_token_is (const nnk_cell *cell, int token, const char *word);
int nnk_token_match (const nnk_cell *cell,
                     int token);         // the token after the closing one
bool nnk_is_word (char c);               // one of its letters
size_t nnk_word_size (const char *text); // of the word that it begins with
bool nnk_takes_statement (const char *word, size_t size);
const char *nnk_defined_name (const char *line, size_t *size);
bool nnk_is_keyword (const char *word, size_t size);
bool nnk_is_qualifier (const char *word, size_t size);
bool nnk_begins_declaration (const char *word, size_t size);
void nnk_lex (nnk_cell *cell); // source to tokens
char nnk_closing (char open);  // the bracket that ends what this one begins

/* --- declare.c: the parts of a declaration ----------------------------------- */
typedef struct {
    int first, last;       // its tokens, without what it is set to
    int name;              // the token; -1: none
    int value, value_last; // what it is set to; value is -1 when nothing
    int attributes;        // where trailing attributes begin, or last
    bool function;         // int f (int)
    bool array, growing;   // int v[3], int v[]
    int star;              // its last * before the name, or -1
} nnk_declarator;
typedef struct {
    int first, last;   // the specifiers
    int tag, tag_name; // the word struct, union or enum and what follows; -1: none
    int body, body_last; // from { to after }; -1: none
    bool is_typedef, is_extern, is_assert, is_auto;
    nnk_declarator *declarator;
    int declarators;
} nnk_declaration;
void nnk_declaration_read (nnk_declaration *self, const nnk_cell *cell,
                           const nnk_chunk *chunk);
void nnk_declaration_free (nnk_declaration *self);
bool nnk_is_storage (const nnk_cell *cell,
                     int token); // static, inline and their like
typedef void nnk_on_name (void *self, const char *kind, const nnk_token *name);
void nnk_declaration_names (const nnk_declaration *self, const nnk_cell *cell,
                            nnk_on_name *on_name, void *to);

/* --- symbols.c: what the cells so far have defined --------------------------- */
typedef enum {
    NNK_ITEM_LINE,
    NNK_ITEM_TYPE,
    NNK_ITEM_VARIABLE,
    NNK_ITEM_FUNCTION
} nnk_item_kind;
typedef struct {
    nnk_item_kind kind;
    char **name; // "x", "struct P", "RED": what it defines
    int names;
    char *text;   // the declaration as later cells see it, at its own line
    char *body;   // functions: what they do
    char *shape;  // its tokens, to compare with
    char *symbol; // variables: the name in the object
    char *file;   // "cell[3]"
    int stub;     // functions
    int line;
    int serial;   // the compilation that defined it
    bool growing; // int v[]: its value decides how long it is
    long length;  // then: as far as is known
    bool reused;  // lives where an older one lived
} nnk_item;
typedef struct {
    unsigned hash;
    int item; // plus 1; 0: nobody stands here
} nnk_place;
typedef struct {
    nnk_item **item;
    int items;
    nnk_place *place; // where the words of their names lead
    int places, taken;
} nnk_items;
nnk_item *nnk_item_new (nnk_item_kind kind, const char *file, int line,
                        int serial);
void nnk_item_name (nnk_item *self, const char *format, ...)
    __attribute__ ((format (printf, 2, 3)));
void nnk_items_add (nnk_items *self, nnk_item *item);
void nnk_items_copy (nnk_items *self, const nnk_items *from);
void nnk_items_free (nnk_items *self);
nnk_item *nnk_items_find (const nnk_items *self, const char *name);
int nnk_items_at (const nnk_items *self, const char *name);
int nnk_items_each (const nnk_items *self, const char *word, size_t size,
                    unsigned *walk);
void nnk_items_remove (nnk_items *self, const nnk_item *item);
bool nnk_item_mentions (const nnk_item *self, const char *name);

/*  The names of headers: from the preprocessed text, found by name. */
typedef struct {
    char *name;
    char *text; // its declaration, with the comment beside it
    char kind;  // t type, f function, v variable, m macro, e enumerator, s struct
} nnk_known;
typedef struct {
    nnk_known *known;
    int count, room;
    int *bucket;
    int buckets;
} nnk_index;
void nnk_index_add (nnk_index *self, const char *name, size_t size,
                    const char *text, size_t text_size, char kind);
const nnk_known *nnk_index_find (const nnk_index *self, const char *name,
                                 size_t size);
void nnk_index_read (nnk_index *self, const char *preprocessed);
void nnk_index_free (nnk_index *self);

#endif
