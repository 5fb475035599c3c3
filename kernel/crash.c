/*  crash.c - what a dying executor can still tell
 *
 *  The executor sends where it stood and who had called whom, as addresses, and
 *  waits. While it waits we read its map and the debugging information of what is
 *  mapped there, and make of each address a function and a line. Then it may die.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <dwarf.h>
#include <elfutils/libdwfl.h>

#include "debug.h"

typedef struct {
    char function[128];
    char file[256];
    int line;
    bool cell, ours; // a cell's code; the code around it
} place;

static Dwfl *open_process (pid_t pid)
{
    static const Dwfl_Callbacks callbacks = { .find_elf = dwfl_linux_proc_find_elf,
                                              .find_debuginfo =
                                                  dwfl_standard_find_debuginfo };
    Dwfl *dwfl = dwfl_begin (&callbacks);
    if (dwfl && (dwfl_linux_proc_report (dwfl, pid) != 0 ||
                 dwfl_report_end (dwfl, NULL, NULL) != 0)) {
        dwfl_end (dwfl);
        dwfl = NULL;
    }
    return dwfl;
}

/*  The name that the source gives the function at `address` of its object. */
static const char *function_name (Dwarf_Die *unit, Dwarf_Addr address)
{
    Dwarf_Die *scopes = NULL;
    const char *name = NULL;
    const int count = unit ? dwarf_getscopes (unit, address, &scopes) : 0;
    for (int i = 0; i < count && !name; i++)
        if (dwarf_tag (&scopes[i]) == DW_TAG_subprogram ||
            dwarf_tag (&scopes[i]) == DW_TAG_inlined_subroutine)
            name = dwarf_diename (&scopes[i]);
    free (scopes);
    return name;
}

static void set_place (place *self, const char *function, const char *file)
{
    snprintf (self->function, sizeof self->function, "%s",
              function ? function : "?");
    self->function[strcspn (self->function, ".")] = 0; // f._omp_fn.0: a part of f
    self->ours = strncmp (self->function, "nnk_", 4) == 0;
    const char *cell = file ? strstr (file, "cell[") : NULL;
    self->cell = cell != NULL;
    if (cell || file)
        snprintf (self->file, sizeof self->file, "%s", cell ? cell : file);
}

/*  In what the system has loaded. */
static place find_place (Dwfl *dwfl, uint64_t address)
{
    place here = { .function = "?" };
    Dwarf_Addr bias;
    Dwfl_Module *module = dwfl_addrmodule (dwfl, address);
    if (!module)
        return here;
    Dwarf_Die *unit = dwfl_module_addrdie (module, address, &bias);
    const char *name = unit ? function_name (unit, address - bias) : NULL;
    Dwfl_Line *line = dwfl_module_getsrc (module, address);
    const char *file =
        line ? dwfl_lineinfo (line, NULL, &here.line, NULL, NULL, NULL) : NULL;
    set_place (&here, name ? name : dwfl_module_addrname (module, address), file);
    return here;
}

/*  In the object of a cell. */
static place find_in_cell (const char *folder, int serial, uint64_t address)
{
    place here = { .function = "?" };
    nnk_dwarf *object = nnk_dwarf_open (folder, serial);
    Dwarf_Die unit;
    if (object && dwarf_addrdie (object->dwarf, address, &unit)) {
        Dwarf_Line *line = dwarf_getsrc_die (&unit, address);
        const char *file = line ? dwarf_linesrc (line, NULL, NULL) : NULL;
        if (line)
            dwarf_lineno (line, &here.line);
        set_place (&here, function_name (&unit, address), file);
    }
    nnk_dwarf_close (object);
    return here;
}

/*  Whether the address lies just below the stack, which can grow no further. */
static bool is_overflow (pid_t pid, const nnk_message *report)
{
    char line[512];
    unsigned long low = 0;
    char *path = nnk_format ("/proc/%d/maps", (int) pid);
    FILE *maps = fopen (path, "re");
    free (path);
    while (maps && fgets (line, sizeof line, maps))
        if (strstr (line, "[stack]"))
            low = strtoul (line, NULL, 16);
    if (maps)
        fclose (maps);
    const unsigned long far = 16 << 20;
    return low && report->address < low + 4096 && report->address > low - far &&
           report->stack < low + 65536 && report->stack > low - far;
}

static bool is_mapped (pid_t pid, uint64_t address)
{
    char line[512];
    bool found = false;
    char *path = nnk_format ("/proc/%d/maps", (int) pid);
    FILE *maps = fopen (path, "re");
    free (path);
    while (maps && !found && fgets (line, sizeof line, maps)) {
        char *end;
        const unsigned long low = strtoul (line, &end, 16),
                            high = strtoul (end + 1, NULL, 16);
        found = address >= low && address < high;
    }
    if (maps)
        fclose (maps);
    return found;
}

/*  abort (): the C library may have said why, behind the name of the program. */
static char *describe_abort (const nnk_message *report)
{
    char *text = nnk_copy (report->text, report->size), *what = NULL;
    text[strcspn (text, "\n")] = 0;
    const char *from = strncmp (text, "nn-exec: ", 9) == 0 ? text + 9 : text;
    if (strstr (from, "Assertion "))
        what = nnk_format ("%s", strstr (from, "Assertion "));
    else if (*from)
        what = nnk_format ("the memory allocator found the heap damaged, here or "
                           "by an earlier line: %s",
                           from);
    free (text);
    return what ? what : nnk_format ("abort () was called");
}

/*  What happened, in a few words. */
static char *describe (const nnk_message *report, pid_t pid)
{
    const unsigned long long address = report->address;
    switch (report->status) {
    case 0:
        return nnk_copy (report->text, report->size);
    case SIGFPE:
        return nnk_format ("a division by zero, or one whose result does not fit");
    case SIGABRT:
        return describe_abort (report);
    case SIGILL:
        return nnk_format ("code that the processor does not know");
    case SIGSEGV:
    case SIGBUS:
        if (report->size)
            return nnk_copy (report->text, report->size);
        if (is_overflow (pid, report))
            return nnk_format (
                "the stack is full: a function calls itself too often, or a "
                "local array is too big");
        if (report->shown == SI_KERNEL)
            return nnk_format ("a pointer that points nowhere was used");
        if (report->frames && report->frame[0] == address && !report->cell[0])
            return nnk_format (
                address ? "a function was called at an address where none is "
                          "(0x%llx); a pointer that was never set, or writing "
                          "beyond the end of a local array, leads there"
                        : "a function was called through a null pointer "
                          "(address 0x%llx)",
                address);
        if (address < 4096)
            return nnk_format (
                "a null pointer was used (address 0x%llx)%s", address,
                report->full ? "; the memory is used up, malloc may have "
                               "returned NULL"
                             : "");
        if (is_mapped (pid, address))
            return nnk_format (
                "memory that may not be written was used (address 0x%llx); text "
                "in quotes is such memory, char s[] = \"text\" is a copy of it",
                address);
        return nnk_format (
            "a pointer to memory that is not there was used (address 0x%llx)",
            address);
    }
    return nnk_format ("the signal %s came", strsignal (report->status));
}

/*  What the C library calls on its way to a signal tells nobody anything. */
static bool is_inner (const char *function)
{
    return (function[0] == '_' && strncmp (function, "__libc_", 7) != 0) ||
           strcmp (function, "raise") == 0 ||
           strcmp (function, "malloc_printerr") == 0;
}

/*  One line of the chain; what repeats itself is counted. */
static void add_call (nnk_text *out, const place *at, place *last, int *times)
{
    if (!at->cell &&
        (at->ours || at->function[0] == '?' || is_inner (at->function)))
        return;
    if (last->line == at->line && strcmp (last->function, at->function) == 0 &&
        strcmp (last->file, at->file) == 0) {
        ++*times;
        return;
    }
    if (*times > 1)
        nnk_addf (out, "  (%d times)\n", *times);
    *times = 1;
    *last = *at;
    if (at->cell)
        nnk_addf (out, "  %s:%d%s%s\n", at->file, at->line, at->ours ? "" : " in ",
                  at->ours ? "" : at->function);
    else
        nnk_addf (out, "  %s\n", at->function);
}

/*  Fills the error: where, what, the line, and the calls that led there. */
void nnk_crash_read (nnk_error *self, const nnk_message *report, pid_t pid,
                     const char *folder)
{
    Dwfl *dwfl = open_process (pid);
    char *what = describe (report, pid), name[32];
    const place nowhere = { .function = "?" };
    nnk_text calls = { 0 };
    place first = nowhere, last = nowhere;
    int times = 0;
    for (int i = 0; dwfl && i < report->frames && i < NNK_FRAMES; i++) {
        const uint64_t address = report->frame[i] - (i > 0 || !report->status);
        const place at = report->cell[i]
                             ? find_in_cell (folder, report->cell[i], address)
                             : find_place (dwfl, address);
        if (strcmp (at.function, "nnk_enter") == 0)
            break; // from here on it is the executor
        if (at.cell && !first.cell)
            first = at;
        add_call (&calls, &at, &last, &times);
    }
    if (times > 1)
        nnk_addf (&calls, "  (%d times)\n", times);
    const char *abbreviation =
        report->status ? sigabbrev_np (report->status) : NULL;
    snprintf (name, sizeof name, "%s%s", abbreviation ? "SIG" : "",
              abbreviation ? abbreviation : "Error");
    if (first.cell)
        nnk_error_set (self, name, "%s:%d: %s", first.file, first.line, what);
    else
        nnk_error_set (self, name, "%s", what);
    if (first.cell)
        nnk_add_source_line (&self->trace, folder, first.file, first.line);
    if (calls.size)
        nnk_addf (&self->trace, "The calls, innermost first:\n%s", calls.s);
    nnk_add_string (&self->trace,
                    "Every variable is as it was before the cell.\n");
    free (what);
    nnk_text_free (&calls);
    if (dwfl)
        dwfl_end (dwfl);
}
