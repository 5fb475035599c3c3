/*  clang.c - the process that knows C: libclang, opened at run time
 *
 *  The kernel starts itself once more as `nn-kernel --clang FLAG...`, asks through
 *  a socket (our fd 0) what can stand at a place of a text, and what a name there
 *  means. A parser of half-typed C may crash or never end: then only this process
 *  is lost, and the kernel starts another. The unit lives on between questions,
 *  with its headers precompiled, so an answer takes some 10 ms.
 */
#include <dlfcn.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clang.h"
#include "kernel.h"

static const char unit_name[] = "nnk_typing.c";
static cx_library cx;
static void *unit;

static bool open_library (void)
{
    static const char *const names[] = {
        "libclang-14.so.1", "libclang.so.1",    "libclang-19.so.1",
        "libclang-18.so.1", "libclang-17.so.1", "libclang-16.so.1",
        "libclang-15.so.1", "libclang-13.so.1", NULL
    };
    void *library = NULL;
    for (int i = 0; names[i] && !library; i++)
        library = dlopen (names[i], RTLD_NOW);
    if (!library)
        return false;
    bool whole = true;
#define LOAD(type, name, arguments)                                               \
    *(void **) &cx.name = dlsym (library, "clang_" #name);                        \
    whole = whole && cx.name;
    CX_FUNCTIONS (LOAD)
    return whole;
}

static void add_cx (nnk_text *out, cx_string string)
{
    const char *text = cx.getCString (string);
    nnk_add_string (out, text ? text : "");
    cx.disposeString (string);
}

/* --- Completion -------------------------------------------------------------- */

/*  Adds the pieces of this kind, or all of them as a prototype shows them. */
static void read_pieces (void *pieces, int wanted, nnk_text *out)
{
    for (unsigned i = 0; i < cx.getNumCompletionChunks (pieces); i++) {
        const int kind = cx.getCompletionChunkKind (pieces, i);
        if (kind == CX_OPTIONAL)
            read_pieces (cx.getCompletionChunkCompletionString (pieces, i), wanted,
                         out);
        else if (kind == wanted || wanted == CX_ALL)
            add_cx (out, cx.getCompletionChunkText (pieces, i));
        if (kind == CX_RESULT_TYPE && wanted == CX_ALL)
            nnk_add_string (out, " ");
    }
}

static const char *kind_word (int kind)
{
    switch (kind) {
    case CX_FIELD:
        return "field";
    case CX_FUNCTION:
        return "function";
    case CX_VARIABLE:
    case CX_PARAMETER:
        return "variable";
    case CX_ENUMERATOR:
        return "constant";
    case CX_STRUCT:
    case CX_UNION:
    case CX_ENUM:
    case CX_TYPEDEF:
        return "type";
    default:
        return "keyword";
    }
}

/*  Adds lines of name, kind and prototype, with tabs between. Macros are not asked
 *  for: there are thousands, and the kernel knows them. */
static void complete (const nnk_clang_request *request, cx_file *file,
                      nnk_text *out)
{
    cx_matches *found = cx.codeCompleteAt (unit, unit_name, request->line,
                                           request->column, file, 1, 0);
    if (!found)
        _exit (1); // it has crashed inside: a new process begins anew
    nnk_text name = { 0 };
    for (unsigned i = 0; i < found->count; i++) {
        nnk_text_clear (&name);
        read_pieces (found->match[i].pieces, CX_TYPED_TEXT, &name);
        if (strncmp (nnk_text_string (&name), request->prefix,
                     strlen (request->prefix)) != 0 ||
            strncmp (nnk_text_string (&name), "nnk_typing_", 11) == 0)
            continue;
        nnk_addf (out, "%s\t%s\t", nnk_text_string (&name),
                  kind_word (found->match[i].kind));
        read_pieces (found->match[i].pieces, CX_ALL, out);
        nnk_add_string (out, "\n");
    }
    nnk_text_free (&name);
    cx.disposeCodeCompleteResults (found);
}

/* --- A name explained -------------------------------------------------------- */

/*  "l" for what lives in a function or a struct, "g" for the others; then the
 *  declaration, and on further lines its comment. */
static void explain (const nnk_clang_request *request, cx_file *file,
                     nnk_text *out)
{
    if (cx.reparseTranslationUnit (unit, 1, file, 0) != 0)
        _exit (1);
    const cx_cursor at =
        cx.getCursor (unit, cx.getLocation (unit, cx.getFile (unit, unit_name),
                                            request->line, request->column));
    cx_cursor name = cx.getCursorReferenced (at);
    if (cx.isInvalid (name.kind) && cx.isDeclaration (at.kind))
        name = at;
    if (cx.isInvalid (name.kind) || !cx.isDeclaration (name.kind))
        return;
    const bool local = name.kind == CX_FIELD || name.kind == CX_PARAMETER ||
                       cx.getCursorSemanticParent (name).kind == CX_FUNCTION;
    nnk_add_string (out, local ? "l" : "g");
    if (name.kind == CX_STRUCT || name.kind == CX_UNION || name.kind == CX_ENUM)
        add_cx (out, cx.getTypeSpelling (cx.getCursorType (name)));
    else
        add_cx (out, cx.getCursorPrettyPrinted (name, NULL));
    nnk_add_string (out, "\n");
    add_cx (out, cx.Cursor_getRawCommentText (name));
}

/* --- Questions and answers --------------------------------------------------- */

static bool receive_all (void *out, size_t size)
{
    return !size || recv (0, out, size, MSG_WAITALL) == (ssize_t) size;
}

static bool answer (const nnk_text *text)
{
    const uint32_t size = (uint32_t) text->size;
    return send (0, &size, sizeof size, MSG_NOSIGNAL) == sizeof size &&
           send (0, nnk_text_string (text), size, MSG_NOSIGNAL) == (ssize_t) size;
}

/*  Serves until the kernel closes its end. */
static int serve (const char *const *flag, int flags)
{
    static const char head[] = NNK_TYPING_HEAD;
    cx_file file = { unit_name, head, sizeof head - 1 };
    nnk_clang_request request;
    // the text never lies on the disk, but only a file that is there is completed
    // after precompiled headers
    if (!nnk_write_file (unit_name, "", 0))
        return 1;
    if (cx.parseTranslationUnit2 (
            cx.createIndex (0, 0), unit_name, flag, flags, &file, 1,
            CX_PREAMBLE | CX_PREAMBLE_NOW | CX_KEEP_GOING, &unit) != 0 ||
        !answer (&(nnk_text){ 0 })) // we are ready
        return 1;
    while (receive_all (&request, sizeof request)) {
        char *text = nnk_allocate (request.size + 1);
        nnk_text out = { 0 };
        if (!receive_all (text, request.size))
            return 1;
        file = (cx_file){ unit_name, text, request.size };
        if (request.kind == 'c')
            complete (&request, &file, &out);
        else
            explain (&request, &file, &out);
        if (!answer (&out))
            return 1;
        nnk_text_free (&out);
        free (text);
    }
    return 0;
}

/*  Where gcc's own headers lie: they serve where clang's are not installed. */
static char *gcc_headers (void)
{
    static char path[4096];
    FILE *gcc = popen ("gcc -print-file-name=include", "re");
    if (!gcc || !fgets (path, sizeof path, gcc))
        path[0] = 0;
    if (gcc)
        pclose (gcc);
    path[strcspn (path, "\n")] = 0;
    return path;
}

/*  The exit status NNK_NO_CLANG says that there is no libclang here. */
int nnk_clang_serve (int flags, char **flag)
{
    const char *const more[] = { "-x",
                                 "c",
                                 "-w",
                                 "-ferror-limit=0",
                                 "-fparse-all-comments",
                                 "-fretain-comments-from-system-headers",
                                 "-idirafter",
                                 gcc_headers () };
    const int count = sizeof more / sizeof *more;
    const struct rlimit memory = { 2ul << 30, 2ul << 30 }, no_core = { 0, 0 };
    prctl (PR_SET_PDEATHSIG, SIGKILL);
    setrlimit (RLIMIT_AS, &memory);
    setrlimit (RLIMIT_CORE, &no_core);
    char folder[4096]; // the session's, which is removed at its end
    if (getcwd (folder, sizeof folder))
        setenv ("TMPDIR", folder, 1);
    if (getenv ("NNK_NO_LIBCLANG") || !open_library ())
        return NNK_NO_CLANG;
    const char **all = nnk_allocate ((flags + count) * sizeof *all);
    for (int i = 0; i < flags + count; i++)
        all[i] = i < flags ? flag[i] : more[i - flags];
    return serve (all, flags + count);
}
