/*  grade.c - grade ("04-3", my_function): from a cell to the grader and back as a table
 *
 *  The kernel knows no grader, and the grader knows no kernel. What stands between them is
 *  text: the cell in which a function was written lies in the session's folder, its
 *  definitions are copied into a file, each behind a #line, and `make grade` grades that file
 *  like any other. So a cell is compiled, locked in and measured exactly as a file is.
 */
#include "cells.h"
#include "definitions.h"
#include "report.h"
#include "session.h"

#include <ctype.h>
#include <dirent.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef NN_COURSE // where the exercises are; the Makefile says it
#define NN_COURSE ".."
#endif
const char *cells_course (void)
{
    const char *said = getenv ("NN_COURSE");
    return said && *said ? said : NN_COURSE;
}

enum { PATH = CELLS_PATH, NAMES = CELLS_NAMES };

_Noreturn void cells_give_up (const char *format, const char *name)
{
    static char sentence[PATH];
    snprintf (sentence, sizeof sentence, format, name);
    nnk_raise (sentence);
}

/* --- The session's folder ------------------------------------------------------------------ */
static char *read_file (const char *path)
{
    char *text = NULL;
    size_t room = 0;
    FILE *in = fopen (path, "r");
    if (in && getdelim (&text, &room, 0, in) < 0) {
        free (text);
        text = NULL;
    }
    if (in)
        fclose (in);
    return text;
}

/*  Where the cells lie: the executor knows. */
#pragma weak nnk_folder // of the executor; not in a program
const char *nnk_folder (void);

void cells_find_folder (char folder[PATH])
{
    if (!nnk_folder || !*nnk_folder ())
        nnk_raise (
            "grade () and compare () are for cells; in a terminal: make grade "
            "EX=01-1, make compare CH=06");
    snprintf (folder, PATH, "%s", nnk_folder ());
}

/*  The cells before this one lie in one file, each with its name and its size behind it
 *  (kernel/store.c): the newest stands last. */
static char *find_stored (const char *folder, const char *name, char label[64])
{
    struct {
        char name[56];
        uint64_t size;
    } entry;
    char path[PATH + 32], *found = NULL;
    snprintf (path, sizeof path, "%s/store", folder);
    FILE *in = fopen (path, "r");
    long at = in && fseek (in, 0, SEEK_END) == 0 ? ftell (in) : 0;
    while (!found && at >= (long) sizeof entry &&
           fseek (in, at -= (long) sizeof entry, SEEK_SET) == 0 &&
           fread (&entry, sizeof entry, 1, in) == 1 &&
           entry.size <= (uint64_t) at) {
        at -= (long) entry.size;
        if (strncmp (entry.name, "cell[", 5) != 0)
            continue;
        char *text = calloc (entry.size + 1, 1);
        if (text && fseek (in, at, SEEK_SET) == 0 &&
            fread (text, 1, entry.size, in) == entry.size &&
            copy_definitions (text, "", name, NULL)) {
            found = text;
            snprintf (label, 64, "%.55s", entry.name);
        } else
            free (text);
    }
    if (in)
        fclose (in);
    return found;
}

/*  The text of the last cell that defines a function, and its label; NULL if none does.
 *  The cell that runs has a file of its own. */
char *cells_defining (const char *folder, const char *name, char label[64])
{
    char *text = NULL;
    DIR *cells = opendir (folder);
    for (struct dirent *entry; cells && !text && (entry = readdir (cells));) {
        char path[PATH + 300];
        if (strncmp (entry->d_name, "cell[", 5) != 0)
            continue;
        snprintf (path, sizeof path, "%s/%s", folder, entry->d_name);
        char *candidate = read_file (path);
        if (candidate && copy_definitions (candidate, "", name, NULL)) {
            text = candidate;
            snprintf (label, 64, "%.63s", entry->d_name);
        } else
            free (candidate);
    }
    if (cells)
        closedir (cells);
    return text ? text : find_stored (folder, name, label);
}

/*  Writes what the functions' cells define to `path`. */
void cells_write_file (const char *path, const char *folder, char name[NAMES][64],
                       int names)
{
    char label[NAMES][64] = { "" };
    FILE *out = fopen (path, "w");
    if (!out) {
        cells_give_up ("%s cannot be written; is the disk full?", path);
        return;
    }
    fprintf (out,
             "#include \"exercise.h\"\n#include <ctype.h>\n#include <float.h>\n"
             "#include <limits.h>\n#include <stdio.h>\n");
    for (int i = 0; i < names; i++) {
        char *text = cells_defining (folder, name[i], label[i]);
        if (!text) {
            fclose (out);
            cells_give_up ("No cell of this notebook defines a function %s",
                           name[i]);
        }
        bool known = false;
        for (int k = 0; k < i; k++)
            known |= strcmp (label[k], label[i]) == 0;
        if (!known)
            copy_definitions (text, label[i], name[i], out);
        free (text);
    }
    if (fclose (out) != 0)
        cells_give_up ("%s cannot be written; is the disk full?", path);
}

/* --- The door -------------------------------------------------------------------------------- */
/*  `"03-4", forward, backward` → the names behind the first comma */
static int read_names (const char *words, char name[NAMES][64])
{
    int names = 0;
    const char *at = strchr (words, ',');
    while (at && names < NAMES) {
        at += strspn (at, ", &\n\t");
        snprintf (name[names++], 64, "%.*s", (int) strcspn (at, ", \n\t"), at);
        at = strchr (at, ',');
    }
    return names;
}

/*  Runs a command; what it wrote, to be freed. It goes through a file in the session's folder:
 *  a pipe that is open while a cell fails can cost what the cells before have defined. */
char *cells_ran (const char *command, int *ended)
{
    char folder[PATH], path[PATH + 32], *whole = NULL;
    cells_find_folder (folder);
    snprintf (path, sizeof path, "%s/said", folder);
    const int length =
        asprintf (&whole, "{ %s\n} >'%s' 2>&1 </dev/null", command, path);
    const int status = length < 0 ? -1 : system (whole);
    free (whole);
    char *text = status == -1 ? NULL : read_file (path);
    unlink (path);
    if (status == -1)
        nnk_raise ("the grader cannot be run: no process or no memory is left");
    *ended = WIFEXITED (status) ? WEXITSTATUS (status) : -1;
    return text ? text : calloc (1, 1); // it may have said nothing
}

char *cells_output (const char *command)
{
    int status;
    return cells_ran (command, &status);
}

/*  `make grade` for this exercise, of the file in exercises/ or of another one. When the book
 *  is made nobody learns, and no points are kept. */
static char *run_grader (const char *exercise, const char *file,
                         char name[NAMES][64], int names)
{
    char command[4 * PATH];
    int used =
        snprintf (command, sizeof command,
                  "unset MAKEFLAGS MAKELEVEL; make -s --no-print-directory "
                  "-C '%s' grade EX='%s' JSON=1 NOTEBOOK=1 RECORD=%s",
                  cells_course (), exercise, getenv ("GRADE_UNKEPT") ? "" : "1");
    if (names)
        used += snprintf (command + used, sizeof command - used,
                          " FILE='%s' AS=", file);
    for (int i = 0; i < names; i++)
        used += snprintf (command + used, sizeof command - used, "%s%s",
                          i ? "," : "", name[i]);
    snprintf (command + used, sizeof command - used, " 2>&1");
    return cells_output (command);
}

int grade_cell (const char *words, const char *exercise, ...)
{
    char folder[PATH], file[PATH + 32], name[NAMES][64];
    const int names = read_names (words, name);
    if ((uintptr_t) exercise < 4096) // 01-1, which C takes for a difference
        nnk_raise ("the number of an exercise stands in quotes: "
                   "grade (\"01-1\", my_function);");
    cells_find_folder (folder);
    snprintf (file, sizeof file, "%s/graded.c", folder);
    for (const char *c = exercise; *c; c++)
        if (!isalnum ((unsigned char) *c) && !strchr ("-._/", *c))
            cells_give_up (
                "\"%s\" is no exercise; for example: grade (\"01-1\", f)",
                exercise);
    if (names)
        cells_write_file (file, folder, name, names);
    char *text = run_grader (exercise, file, name, names);
    if (names)
        unlink (file);
    const char *open = strstr (text, "{\"exercise\"");
    cJSON *report = open ? cJSON_Parse (open) : NULL;
    if (report)
        show_report (report);
    else
        fputs (text, stderr); // what make or the grader says instead
    const int points = number_of (report, "points");
    free (text);
    cJSON_Delete (report);
    if (!report)
        nnk_raise ("nothing was graded");
    return points;
}
