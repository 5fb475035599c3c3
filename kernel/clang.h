/*  clang.h - the few functions of libclang that are used, as its C interface has
 *  them
 *
 *  The library is opened at run time, so nothing of it is needed to build. Each
 *  function is a field of one struct, filled by name.
 */
#ifndef NNK_CLANG_H
#define NNK_CLANG_H

typedef struct {
    const void *data;
    unsigned flags;
} cx_string;
typedef struct {
    int kind, extra;
    const void *data[3];
} cx_cursor;
typedef struct {
    const void *data[2];
    unsigned offset;
} cx_location;
typedef struct {
    int kind;
    void *data[2];
} cx_type;
typedef struct {
    const char *name, *text;
    unsigned long size;
} cx_file;
typedef struct {
    int kind; // of the cursor
    void *pieces;
} cx_match;
typedef struct {
    cx_match *match;
    unsigned count;
} cx_matches;

enum { // kinds of cursors
    CX_STRUCT = 2,
    CX_UNION = 3,
    CX_ENUM = 5,
    CX_FIELD = 6,
    CX_ENUMERATOR = 7,
    CX_FUNCTION = 8,
    CX_VARIABLE = 9,
    CX_PARAMETER = 10,
    CX_TYPEDEF = 20
};
enum { // pieces of a completion
    CX_OPTIONAL = 0,
    CX_TYPED_TEXT = 1,
    CX_RESULT_TYPE = 15,
    CX_ALL = -1
};
enum { // how a unit is kept: its headers precompiled
    CX_PREAMBLE = 0x04,
    CX_KEEP_GOING = 0x200,
    CX_PREAMBLE_NOW = 0x100
};

#define CX_FUNCTIONS(X)                                                           \
    X (void *, createIndex, (int, int) )                                          \
    X (int, parseTranslationUnit2,                                                \
       (void *, const char *, const char *const *, int, cx_file *, unsigned,      \
        unsigned, void **) )                                                      \
    X (int, reparseTranslationUnit, (void *, unsigned, cx_file *, unsigned) )     \
    X (cx_matches *, codeCompleteAt,                                              \
       (void *, const char *, unsigned, unsigned, cx_file *, unsigned,            \
        unsigned) )                                                               \
    X (void, disposeCodeCompleteResults, (cx_matches *) )                         \
    X (unsigned, getNumCompletionChunks, (void *) )                               \
    X (int, getCompletionChunkKind, (void *, unsigned) )                          \
    X (cx_string, getCompletionChunkText, (void *, unsigned) )                    \
    X (void *, getCompletionChunkCompletionString, (void *, unsigned) )           \
    X (void *, getFile, (void *, const char *) )                                  \
    X (cx_location, getLocation, (void *, void *, unsigned, unsigned) )           \
    X (cx_cursor, getCursor, (void *, cx_location))                               \
    X (cx_cursor, getCursorReferenced, (cx_cursor))                               \
    X (cx_cursor, getCursorSemanticParent, (cx_cursor))                           \
    X (unsigned, isInvalid, (int) )                                               \
    X (unsigned, isDeclaration, (int) )                                           \
    X (cx_string, getCursorPrettyPrinted, (cx_cursor, void *) )                   \
    X (cx_type, getCursorType, (cx_cursor))                                       \
    X (cx_string, getTypeSpelling, (cx_type))                                     \
    X (cx_string, Cursor_getRawCommentText, (cx_cursor))                          \
    X (const char *, getCString, (cx_string))                                     \
    X (void, disposeString, (cx_string))

#define CX_FIELD_OF(type, name, arguments) type (*name) arguments;
typedef struct {
    CX_FUNCTIONS (CX_FIELD_OF)
} cx_library;

/* --- between the kernel and the process that has the library open ------------ */
typedef struct {
    char kind;                   // 'c' completion, 'h' hover
    unsigned line, column, size; // the text follows
    char prefix[128];            // of the names that are wanted
} nnk_clang_request;

#endif
