/*  load.c - brings the object of a cell into memory
 *
 *  What the C library's dlopen does, for objects that gcc and ld have made of a cell:
 *  copies its two parts into an arena and writes the addresses of what it uses into
 *  it. Two things differ from dlopen. Many cells share
 *  a mapping (arena.c). And names of cells' variables are found in a table, not by
 *  asking ten thousand objects one after the other.
 */
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "exec.h"

enum { MOST_PARTS = 16 };

static bool fail (nnk_object *self, const char *what, const char *name)
{
    snprintf (self->why, sizeof self->why, "%s%s", what, name);
    return false;
}

/* --- Names of variables ------------------------------------------------------ */

typedef struct {
    const char *name; // in the loaded object
    char *address;
    size_t at, module; // of a thread-local variable: its place in this module
} variable;

static variable *table; // of what the cells have defined; a power of two
static size_t room, count;

static variable *find_variable (const char *name)
{
    size_t at = 5381;
    for (const char *c = name; *c; c++)
        at = at * 33 + (unsigned char) *c;
    for (at &= room - 1; table[at].name; at = (at + 1) & (room - 1))
        if (strcmp (table[at].name, name) == 0)
            break;
    return &table[at];
}

static bool add_variable (const variable *new)
{
    if (2 * count >= room) {
        const variable *old = table;
        const size_t olds = room;
        room = room ? 2 * room : 256;
        table = calloc (room, sizeof *table);
        if (!table)
            return false;
        for (size_t i = 0; i < olds; i++)
            if (old[i].name)
                *find_variable (old[i].name) = old[i];
        free ((void *) old);
    }
    variable *place = find_variable (new->name);
    count += !place->name;
    *place = *new;
    return true;
}

/*  What the object defines is known to later cells. Functions are not: they are
 *  called through their stubs. */
static bool publish (nnk_object *self)
{
    for (size_t i = 1; i < self->symbols; i++) {
        const ElfW (Sym) *s = &self->symbol[i];
        const int type = ELF64_ST_TYPE (s->st_info);
        if (s->st_shndx == SHN_UNDEF || ELF64_ST_BIND (s->st_info) == STB_LOCAL ||
            (type != STT_OBJECT && type != STT_TLS))
            continue;
        const bool local = type == STT_TLS;
        const variable new = { self->names + s->st_name,
                               local ? NULL : self->code->base + s->st_value,
                               local ? s->st_value : 0, local ? self->module : 0 };
        if (!add_variable (&new))
            return fail (self, "no memory for the names of its variables", "");
    }
    return true;
}

/* --- Addresses --------------------------------------------------------------- */

/*  Calls the function at this address, which says what another one's is. */
static char *ask (char *address)
{
    char *(*which) (void);
    memcpy (&which, &address, sizeof which);
    return which ();
}

/*  What libraries mean by a name. */
static bool resolve_in_libraries (nnk_object *self, const ElfW (Sym) * s,
                                  variable *out)
{
    void *(*own) (const size_t *) = nnk_thread_local;
    if (strcmp (out->name, "__tls_get_addr") == 0)
        memcpy (&out->address, &own, sizeof own);
    else
        out->address = dlsym (RTLD_DEFAULT, out->name);
    if (ELF64_ST_TYPE (s->st_info) == STT_TLS && out->address)
        out->module = nnk_thread_library (out->address, &out->at);
    return out->address || ELF64_ST_BIND (s->st_info) == STB_WEAK ||
           fail (self, "undefined symbol: ", out->name);
}

/*  What a name stands for. A function of a cell is its stub; then comes what the
 *  object has itself, what earlier cells have, and what libraries have. */
static bool resolve (nnk_object *self, const ElfW (Sym) * s, variable *out)
{
    const int type = ELF64_ST_TYPE (s->st_info);
    const char *name = self->names + s->st_name;
    *out = (variable){ .name = name, .address = nnk_stub (name) };
    if (out->address)
        return true;
    if (s->st_shndx == SHN_UNDEF && room && find_variable (name)->name) {
        *out = *find_variable (name);
        return true;
    }
    if (s->st_shndx == SHN_UNDEF)
        return resolve_in_libraries (self, s, out);
    out->address = self->code->base + s->st_value;
    out->at = s->st_value;
    out->module = self->module;
    if (type == STT_GNU_IFUNC)
        out->address = ask (out->address);
    return true;
}

static bool relocate (nnk_object *self, const ElfW (Rela) * r, size_t size)
{
    char *base = self->code->base;
    for (size_t i = 0; i < size / sizeof *r; i++, r++) {
        const ElfW (Sym) *s = &self->symbol[ELF64_R_SYM (r->r_info)];
        size_t *at = (size_t *) (void *) (base + r->r_offset);
        variable is = { .module = self->module };
        if (ELF64_R_SYM (r->r_info) && !resolve (self, s, &is))
            return false;
        switch (ELF64_R_TYPE (r->r_info)) {
        case R_X86_64_NONE:
            break;
        case R_X86_64_64:
        case R_X86_64_GLOB_DAT:
        case R_X86_64_JUMP_SLOT:
            *at = (size_t) is.address + r->r_addend;
            break;
        case R_X86_64_RELATIVE:
            *at = (size_t) base + r->r_addend;
            break;
        case R_X86_64_IRELATIVE:
            *at = (size_t) ask (base + r->r_addend);
            break;
        case R_X86_64_DTPMOD64:
            *at = is.module;
            break;
        case R_X86_64_DTPOFF64:
            *at = is.at + r->r_addend;
            break;
        default:
            return fail (self,
                         "a thread-local variable of a kind that cells "
                         "cannot have (tls_model): ",
                         self->names + s->st_name);
        }
    }
    return true;
}

/* --- The parts of the file --------------------------------------------------- */

typedef struct {
    int fd;
    ElfW (Ehdr) head;
    ElfW (Phdr) part[MOST_PARTS];
    size_t gap, size, align;
    const ElfW (Phdr) * dynamic, *local, *unwind;
} file_parts;

static bool read_at (const file_parts *self, void *to, size_t size, size_t at)
{
    for (size_t done = 0; done < size;) {
        const ssize_t got =
            pread (self->fd, (char *) to + done, size - done, (off_t) (at + done));
        if (got <= 0)
            return false;
        done += got;
    }
    return true;
}

/*  Where its variables begin (`gap`), how long its parts are, and how they want to be
 *  aligned. */
static bool read_parts (file_parts *self)
{
    self->align = 64;
    if (!read_at (self, &self->head, sizeof self->head, 0) ||
        memcmp (self->head.e_ident, ELFMAG, SELFMAG) != 0 ||
        self->head.e_phnum > MOST_PARTS ||
        !read_at (self, self->part, self->head.e_phnum * sizeof *self->part,
                  self->head.e_phoff))
        return false;
    for (int i = 0; i < self->head.e_phnum; i++) {
        const ElfW (Phdr) *p = &self->part[i];
        if (p->p_type == PT_LOAD && p->p_flags & PF_W && !self->gap)
            self->gap = p->p_vaddr / p->p_align * p->p_align;
        if (p->p_type == PT_DYNAMIC)
            self->dynamic = p;
        if (p->p_type == PT_TLS)
            self->local = p;
        if (p->p_type == PT_GNU_EH_FRAME)
            self->unwind = p;
    }
    for (int i = 0; i < self->head.e_phnum; i++) {
        const ElfW (Phdr) *p = &self->part[i];
        const size_t end =
            p->p_vaddr + p->p_memsz - (p->p_flags & PF_W ? self->gap : 0);
        if (p->p_type == PT_LOAD && end > self->size)
            self->size = end;
    }
    for (int i = 0; i < self->head.e_shnum; i++) {
        ElfW (Shdr) section;
        if (!read_at (self, &section, sizeof section,
                      self->head.e_shoff + i * sizeof section))
            return false;
        if (section.sh_flags & SHF_ALLOC && section.sh_addralign > self->align)
            self->align = section.sh_addralign;
    }
    return self->gap && self->dynamic;
}

/*  Copies the parts into the arena. A page of code may hold other cells' code too,
 *  which stays executable meanwhile. */
static bool copy_parts (const file_parts *self, const nnk_code *code)
{
    for (int i = 0; i < self->head.e_phnum; i++) {
        const ElfW (Phdr) *p = &self->part[i];
        char *to = code->base + p->p_vaddr;
        char *page = to - (size_t) to % 4096;
        const size_t pages = to + p->p_filesz - page;
        const bool code_part = !(p->p_flags & PF_W);
        if (p->p_type != PT_LOAD)
            continue;
        if (code_part &&
            mprotect (page, pages, PROT_READ | PROT_WRITE | PROT_EXEC) != 0)
            return false;
        const bool good = read_at (self, to, p->p_filesz, p->p_offset);
        if (code_part)
            mprotect (page, pages, PROT_READ | PROT_EXEC);
        if (!good)
            return false;
    }
    return true;
}

/* --- Loading ----------------------------------------------------------------- */

static bool link_up (nnk_object *self, const file_parts *file)
{
    char *base = self->code->base;
    const ElfW (Rela) * table[2] = { NULL, NULL };
    size_t size[2] = { 0, 0 };
    const ElfW (Dyn) *d = (const void *) (base + file->dynamic->p_vaddr);
    for (; d->d_tag != DT_NULL; d++) {
        void *there = base + d->d_un.d_ptr;
        switch (d->d_tag) {
        case DT_SYMTAB:
            self->symbol = there;
            break;
        case DT_STRTAB:
            self->names = there;
            break;
        case DT_HASH: // two counts stand first: buckets, symbols
            self->symbols = ((const uint32_t *) there)[1];
            break;
        case DT_RELA:
            table[0] = there;
            break;
        case DT_RELASZ:
            size[0] = d->d_un.d_val;
            break;
        case DT_JMPREL:
            table[1] = there;
            break;
        case DT_PLTRELSZ:
            size[1] = d->d_un.d_val;
            break;
        case DT_INIT_ARRAY:
            self->start = there;
            break;
        case DT_INIT_ARRAYSZ:
            self->starts = d->d_un.d_val / sizeof *self->start;
        }
    }
    if (file->local && !(self->module = nnk_thread_module (
                             base + file->local->p_vaddr, file->local->p_filesz,
                             file->local->p_memsz, file->local->p_align)))
        return fail (self, "no memory for its thread-local variables", "");
    for (int i = 0; i < 2; i++)
        if (table[i] && !relocate (self, table[i], size[i]))
            return false;
    return publish (self);
}

/*  Loads the object of the compilation `serial`. False, and the reason in
 *  self->why: it cannot be. */
bool nnk_load_cell (nnk_object *self, const char *path, int serial)
{
    file_parts file = { .fd = open (path, O_RDONLY | O_CLOEXEC) };
    bool good = false;
    *self = (nnk_object){ 0 };
    if (file.fd < 0 || !read_parts (&file))
        fail (self, "no object that can be read: ", path);
    else if (!(self->code = nnk_arena_take (file.gap, file.size, file.align)))
        fail (self, "no memory for its code and its variables", "");
    else if (!copy_parts (&file, self->code))
        fail (self, "its code cannot be brought into memory", "");
    else
        good = true;
    if (good) {
        self->code->serial = serial;
        if (file.unwind)
            self->code->unwind = self->code->base + file.unwind->p_vaddr;
        good = link_up (self, &file);
    }
    if (file.fd >= 0)
        close (file.fd);
    return good;
}

/*  The address of a function that the object defines, or NULL. */
void *nnk_own_function (const nnk_object *self, const char *name)
{
    for (size_t i = 1; i < self->symbols; i++)
        if (self->symbol[i].st_shndx != SHN_UNDEF &&
            strcmp (self->names + self->symbol[i].st_name, name) == 0)
            return self->code->base + self->symbol[i].st_value;
    return NULL;
}
