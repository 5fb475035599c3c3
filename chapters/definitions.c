/*  definitions.c - what a cell defines, and what it only does
 *
 *  A cell is C with statements between its functions. To be graded, its functions, types and
 *  headers are copied, each behind a #line, and its statements are left out. This is no parser:
 *  it finds where items end, and looks at how they begin.
 */
#include "definitions.h"

#include <ctype.h>
#include <string.h>

/*  Skips a comment, a string or a character; otherwise one byte. */
static const char *skip (const char *s)
{
    if (s[0] == '/' && s[1] == '/')
        return s + strcspn (s, "\n");
    if (s[0] == '/' && s[1] == '*') {
        const char *end = strstr (s + 2, "*/");
        return end ? end + 2 : s + strlen (s);
    }
    if (*s == '"' || *s == '\'') {
        const char *end = s + 1;
        while (*end && *end != *s && *end != '\n')
            end += *end == '\\' && end[1] ? 2 : 1;
        return *end == *s ? end + 1 : end;
    }
    return s + 1;
}

/*  From here to behind the end of an item: a line for the preprocessor, a `;`, or the `}` of
 *  a function. `open` gets the place of the first brace, or NULL. */
static const char *item_end (const char *s, const char **open)
{
    int depth = 0;
    *open = NULL;
    if (*s == '#') {
        while (*s && (*s != '\n' || s[-1] == '\\'))
            s++;
        return s;
    }
    for (const char *next; *s; s = next) {
        next = skip (s);
        depth += *s == '(' || *s == '[' || *s == '{';
        depth -= *s == ')' || *s == ']' || *s == '}';
        if (*s == '{' && depth == 1 && !*open)
            *open = s;
        if (depth == 0 && *s == ';')
            return next;
        if (depth == 0 &&
            *s == '}') { // of a function, unless a `;` or a name follows
            const char *after = next + strspn (next, " \t");
            if (*after != ';' && *after != ',' && *after != '=' &&
                !isalpha ((unsigned char) *after) && *after != '_')
                return next;
        }
    }
    return s;
}

static size_t word_at (const char *s)
{
    size_t n = 0;
    while (isalnum ((unsigned char) s[n]) || s[n] == '_')
        n++;
    return n;
}

static bool is_one_of (const char *s, const char *words)
{
    const size_t n = word_at (s);
    for (const char *at = words; n && *at;
         at += strcspn (at, " "), at += *at == ' ')
        if (strcspn (at, " ") == n && strncmp (at, s, n) == 0)
            return true;
    return false;
}

/*  The name that a function's definition defines: the word before its first bracket; NULL
 *  if this is no definition. */
static const char *function_name (const char *s, const char *open)
{
    const char *last = NULL;
    int words = 0;
    if (is_one_of (s, "if for while do switch else return"))
        return NULL;
    for (; s < open && *s != '('; s = word_at (s) ? s + word_at (s) : skip (s))
        if (word_at (s)) {
            last = s;
            words++;
        } else if (*s == '=')
            return NULL;
    return s < open && words > 1 ? last : NULL;
}

/*  Is it to be copied? Statements stay in their cell. */
static bool is_definition (const char *s, const char *open)
{
    return *s == '#' || (open && function_name (s, open)) ||
           is_one_of (s,
                      "typedef struct union enum static const extern inline int "
                      "float double char unsigned signed long short bool size_t");
}

/*  Copies what a cell defines, each item at its line; with out NULL, says only whether it
 *  defines the function `name`. */
bool copy_definitions (const char *text, const char *label, const char *name,
                       FILE *out)
{
    bool found = false;
    int line = 1;
    for (const char *s = text, *end, *open; *s; s = end) {
        const char *from = s;
        const bool blank = isspace ((unsigned char) *s) ||
                           (*s == '/' && (s[1] == '/' || s[1] == '*'));
        end = blank ? skip (s) : item_end (s, &open);
        if (!blank) {
            const char *is = open ? function_name (s, open) : NULL;
            found |= is && word_at (is) == strlen (name) &&
                     strncmp (is, name, strlen (name)) == 0;
            if (out && is_definition (s, open))
                fprintf (out, "#line %d \"%s\"\n%.*s\n", line, label,
                         (int) (end - s), s);
        }
        for (; from < end; from++)
            line += *from == '\n';
    }
    return found;
}
