/*  text.h - texts that grow, files, and other small things that all of the front end uses */
#ifndef NNK_TEXT_H
#define NNK_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cjson/cJSON.h>

/* --- text.c: a text that grows ----------------------------------------------- */
typedef struct {
    char *s; // always ends with 0 once something was added
    size_t size, room;
} nnk_text;
void nnk_add (nnk_text *self, const void *bytes, size_t size);
void nnk_add_string (nnk_text *self, const char *string);
void nnk_addf (nnk_text *self, const char *format, ...)
    __attribute__ ((format (printf, 2, 3)));
void nnk_text_clear (nnk_text *self);
void nnk_text_free (nnk_text *self);
const char *nnk_text_string (const nnk_text *self); // never NULL
void *nnk_allocate (size_t size); // zeroed; out of memory ends the kernel
char *nnk_copy (const char *bytes, size_t size);
char *nnk_format (const char *format, ...) __attribute__ ((format (printf, 1, 2)));
char *nnk_format_list (const char *format, va_list list);
bool nnk_read_file (const char *path, nnk_text *out);
bool nnk_write_file (const char *path, const void *bytes,
                     size_t size); // temp + rename
bool nnk_make_folders (const char *path);
void nnk_remove_folder (const char *path);
double nnk_now (void); // seconds, monotonic
const char *nnk_string (const cJSON *object, const char *key); // "" when missing
void nnk_add_quoted (nnk_text *self, const char *bytes, size_t size); // as C
void nnk_keep_zeros (char *json);
#define NNK_ZERO "\xEF\xB7\x90" // what stands for a zero byte of JSON
const char *nnk_nearest (const char *word, const char *const *words);
char *nnk_absolute (const char *path);

#endif
