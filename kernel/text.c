/*  text.c - a text that grows, and the few things about files that several rooms
 *  need */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "kernel.h"

void *nnk_allocate (size_t size)
{
    void *memory = calloc (1, size ? size : 1);
    if (!memory) {
        fprintf (stderr, "nn-kernel: no memory for %zu bytes\n", size);
        exit (1);
    }
    return memory;
}

char *nnk_copy (const char *bytes, size_t size)
{
    char *copy = nnk_allocate (size + 1);
    memcpy (copy, bytes, size);
    return copy;
}

/*  Makes room for `more` bytes and the 0 after them. */
static void reserve (nnk_text *self, size_t more)
{
    if (self->size + more + 1 <= self->room)
        return;
    self->room = 2 * self->room + more + 64;
    self->s = realloc (self->s, self->room);
    if (!self->s) {
        fprintf (stderr, "nn-kernel: no memory for a text of %zu bytes\n",
                 self->room);
        exit (1);
    }
}

void nnk_add (nnk_text *self, const void *bytes, size_t size)
{
    reserve (self, size);
    if (size)
        memcpy (self->s + self->size, bytes, size);
    self->size += size;
    self->s[self->size] = 0;
}

void nnk_add_string (nnk_text *self, const char *string)
{
    nnk_add (self, string, strlen (string));
}

static void add_list (nnk_text *self, const char *format, va_list list)
{
    va_list again;
    va_copy (again, list);
    // NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): va_copy has filled it
    const int size = vsnprintf (NULL, 0, format, again);
    va_end (again);
    reserve (self, size);
    vsnprintf (self->s + self->size, size + 1, format, list);
    self->size += size;
}

void nnk_addf (nnk_text *self, const char *format, ...)
{
    va_list list;
    va_start (list, format);
    add_list (self, format, list);
    va_end (list);
}

char *nnk_format_list (const char *format, va_list list)
{
    nnk_text text = { 0 };
    add_list (&text, format, list);
    return text.s;
}

char *nnk_format (const char *format, ...)
{
    nnk_text text = { 0 };
    va_list list;
    va_start (list, format);
    add_list (&text, format, list);
    va_end (list);
    return text.s;
}

void nnk_text_clear (nnk_text *self)
{
    self->size = 0;
    if (self->s)
        self->s[0] = 0;
}

void nnk_text_free (nnk_text *self)
{
    free (self->s);
    *self = (nnk_text){ 0 };
}

const char *nnk_text_string (const nnk_text *self)
{
    return self->s ? self->s : "";
}

bool nnk_read_file (const char *path, nnk_text *out)
{
    FILE *file = fopen (path, "re");
    if (!file)
        return false;
    char block[65536];
    size_t size;
    while ((size = fread (block, 1, sizeof block, file)) > 0)
        nnk_add (out, block, size);
    const bool good = !ferror (file);
    fclose (file);
    return good;
}

/*  Whole or not at all: writes beside the file, then renames. errno says why not. */
bool nnk_write_file (const char *path, const void *bytes, size_t size)
{
    char *part = nnk_format ("%s.%d.part", path, (int) getpid ());
    FILE *file = fopen (part, "we");
    bool good = file && fwrite (bytes, 1, size, file) == size;
    if (file && fclose (file) != 0)
        good = false;
    good = good && rename (part, path) == 0;
    const int why = errno;
    if (!good)
        unlink (part);
    free (part);
    errno = why;
    return good;
}

/*  mkdir -p. errno says why not. */
bool nnk_make_folders (const char *path)
{
    char *copy = nnk_copy (path, strlen (path));
    bool good = true;
    for (char *slash = copy + 1; good && slash;) {
        slash = strchr (slash, '/');
        if (slash)
            *slash = 0;
        good = mkdir (copy, 0755) == 0 || errno == EEXIST;
        if (slash)
            *slash++ = '/';
    }
    free (copy);
    return good;
}

/*  A folder and what it holds; it holds no folders of its own, or few. */
void nnk_remove_folder (const char *path)
{
    DIR *folder = opendir (path);
    for (struct dirent *entry; folder && (entry = readdir (folder));) {
        if (strcmp (entry->d_name, ".") == 0 || strcmp (entry->d_name, "..") == 0)
            continue;
        char *name = nnk_format ("%s/%s", path, entry->d_name);
        if (unlink (name) != 0 && (errno == EISDIR || errno == EPERM))
            nnk_remove_folder (name);
        free (name);
    }
    if (folder)
        closedir (folder);
    rmdir (path);
}

double nnk_now (void)
{
    struct timespec now;
    clock_gettime (CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

const char *nnk_string (const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive (object, key);
    return cJSON_IsString (item) ? item->valuestring : "";
}

/*  The bytes as a C string. */
void nnk_add_quoted (nnk_text *self, const char *bytes, size_t size)
{
    nnk_add_string (self, "\"");
    for (size_t i = 0; i < size; i++)
        if (bytes[i] == '\n')
            nnk_add_string (self, "\\n");
        else
            nnk_addf (self, "%s%c", strchr ("\"\\", bytes[i]) ? "\\" : "",
                      bytes[i]);
    nnk_add_string (self, "\"");
}

/*  cJSON would end a string at a \u0000, and nobody would know. It becomes U+FDD0,
 *  a character that no text holds, so that who minds can say so. */
void nnk_keep_zeros (char *json)
{
    for (char *at = json; (at = strchr (at, '\\')) && at[1]; at += 2)
        if (strncmp (at, "\\u0000", 6) == 0)
            memcpy (at, "\\uFDD0", 6);
}

char *nnk_absolute (const char *path)
{
    char *whole = realpath (path, NULL);
    return whole ? whole : nnk_format ("%s", path);
}

/*  How many letters must change to make one word of the other. */
static int distance (const char *a, const char *b)
{
    int row[64];
    const int size = (int) strlen (b);
    if (size > 62)
        return 99;
    for (int k = 0; k <= size; k++)
        row[k] = k;
    for (; *a; a++) {
        int corner = row[0]++;
        for (int k = 1; k <= size; k++) {
            const int change = corner + (*a != b[k - 1]);
            corner = row[k];
            row[k] = row[k] < row[k - 1] ? row[k] + 1 : row[k - 1] + 1;
            row[k] = row[k] < change ? row[k] : change;
        }
    }
    return row[size];
}

/*  The one of `words` that was probably meant, or NULL. */
const char *nnk_nearest (const char *word, const char *const *words)
{
    const char *nearest = NULL;
    int best = 4;
    for (; *words; words++)
        if (distance (word, *words) < best) {
            best = distance (word, *words);
            nearest = *words;
        }
    return nearest;
}
