/*  brought.c - what a library brings besides functions: magics of its own
 *
 *  The kernel knows nothing of what its libraries are about. But a library may define
 *  `void nnk_magic_NAME (const char *words)`, and then a line `%NAME words` in a cell
 *  calls it. Whether one does is read in its file: a library is never run here, only
 *  where the cells are.
 */
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel.h"

/*  Does this table of dynamic symbols define the name? */
static bool table_defines (Elf *elf, Elf_Scn *section, const GElf_Shdr *header,
                           const char *name)
{
    Elf_Data *data = elf_getdata (section, NULL);
    GElf_Sym symbol;
    for (int i = 0; data && gelf_getsym (data, i, &symbol); i++) {
        const char *word = elf_strptr (elf, header->sh_link, symbol.st_name);
        if (word && symbol.st_shndx != SHN_UNDEF && strcmp (word, name) == 0)
            return true;
    }
    return false;
}

static bool defines (const char *library, const char *name)
{
    bool found = false;
    const int file = open (library, O_RDONLY | O_CLOEXEC);
    Elf *elf = file < 0 ? NULL : elf_begin (file, ELF_C_READ_MMAP, NULL);
    Elf_Scn *section = NULL;
    GElf_Shdr header;
    while (elf && !found && (section = elf_nextscn (elf, section)))
        found = gelf_getshdr (section, &header) && header.sh_type == SHT_DYNSYM &&
                table_defines (elf, section, &header, name);
    if (elf)
        elf_end (elf);
    if (file >= 0)
        close (file);
    return found;
}

/*  The cell that `%NAME words` stands for, or NULL if no library brings that magic. */
char *nnk_brought_magic (nnk_session *session, const char *name, const char *words)
{
    const nnk_executor *executor = &session->executor;
    char *function = nnk_format ("nnk_magic_%s", name);
    bool found = false;
    elf_version (EV_CURRENT);
    for (int i = 0; i < executor->libraries && !found; i++)
        found = defines (executor->library[i], function);
    nnk_text code = { 0 };
    if (found) {
        char *call =
            nnk_format ("void %s (const char *); %s (", function, function);
        nnk_add_string (&code, call);
        nnk_add_quoted (&code, words, strlen (words));
        nnk_add_string (&code, ");");
        free (call);
    }
    free (function);
    return found ? code.s : NULL;
}
