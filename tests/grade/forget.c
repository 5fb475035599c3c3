/*  forget.c - what a child must not know of the checks
 *
 *  A child is a copy of the grader, checks and all. It needs the one function that calls the
 *  learner's; those beside it draw cases, know the right values and time a rival, and whoever
 *  finds them in memory could let them do the work. So the child forgets them, before
 *  anything of the learner's is loaded: their code is overwritten, in this process only.
 *
 *  A function that such a call hands to the learner's, a source of random numbers for
 *  example, is marked with GRADE_HANDED and stays.
 */
#include "engine.h"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CODES = 256, NAME = 48, PAGE_SIZE = 4096 };
typedef struct {
    size_t at, size; // from the object's beginning
    char name[NAME];
    bool handed;
} function;
static struct {
    unsigned char *base;
    function code[CODES];
    int count;
} checks; // of the exercise; set once

/*  The functions of an object, from its table of symbols; those in the section of
 *  GRADE_HANDED are handed over. */
static void read_functions (const unsigned char *file)
{
    const ElfW (Ehdr) *head = (const void *) file;
    const ElfW (Shdr) *section = (const void *) (file + head->e_shoff);
    const char *name = (const char *) file + section[head->e_shstrndx].sh_offset;
    for (int s = 0; s < head->e_shnum; s++) {
        if (section[s].sh_type != SHT_SYMTAB)
            continue;
        const ElfW (Sym) *symbol = (const void *) (file + section[s].sh_offset);
        const char *names =
            (const char *) file + section[section[s].sh_link].sh_offset;
        for (size_t i = 0; i < section[s].sh_size / sizeof *symbol; i++) {
            if (ELF64_ST_TYPE (symbol[i].st_info) != STT_FUNC ||
                !symbol[i].st_size)
                continue;
            nn_require (checks.count < CODES, "more than %d functions", CODES);
            function *f = &checks.code[checks.count++];
            f->at = symbol[i].st_value;
            f->size = symbol[i].st_size;
            f->handed = strcmp (name + section[symbol[i].st_shndx].sh_name,
                                GRADE_HANDED_SECTION) == 0;
            snprintf (f->name, NAME, "%s", names + symbol[i].st_name);
        }
    }
}

/*  `handle` is what dlopen () gave for the checks at `path`. */
void forget_prepare (void *handle, const char *path)
{
    struct link_map *map;
    struct stat about;
    const int in = open (path, O_RDONLY | O_CLOEXEC);
    nn_require (in >= 0 && fstat (in, &about) == 0 &&
                    dlinfo (handle, RTLD_DI_LINKMAP, &map) == 0,
                "%s cannot be read", path);
    unsigned char *file =
        mmap (NULL, about.st_size, PROT_READ, MAP_PRIVATE, in, 0);
    close (in);
    nn_require (file != MAP_FAILED, "no memory for %s", path);
    memcpy (&checks.base, &map->l_addr, sizeof checks.base);
    read_functions (file);
    munmap (file, about.st_size);
}

/*  Is it that function, or a part of it that the compiler has put elsewhere, call.cold? */
static bool part_of (const function *f, const function *whole)
{
    const size_t length = whole ? strlen (whole->name) : 0;
    return length && strncmp (f->name, whole->name, length) == 0 &&
           (!f->name[length] || f->name[length] == '.');
}

/*  In the child: of all functions of the checks only `kept` is left, and what it hands over. */
void forget_all_but (grade_verb *kept)
{
    unsigned char *low = NULL, *high = NULL, *stays;
    const function *whole = NULL;
    memcpy (&stays, &kept, sizeof stays);
    for (const function *f = checks.code; f < checks.code + checks.count; f++) {
        unsigned char *from = checks.base + f->at;
        whole = from == stays ? f : whole;
        low = !low || from < low ? from : low;
        high = from + f->size > high ? from + f->size : high;
    }
    low -= (size_t) low % PAGE_SIZE;
    if (!high ||
        mprotect (low, high - low, PROT_READ | PROT_WRITE | PROT_EXEC) != 0)
        return;
    for (const function *f = checks.code; f < checks.code + checks.count; f++)
        if (!f->handed && !part_of (f, whole))
            memset (checks.base + f->at, 0xCC, f->size); // a trap
    mprotect (low, high - low, PROT_READ | PROT_EXEC);
}
