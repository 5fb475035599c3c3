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

#define PREFIX "nnk_magic_"

/*  Adds the names of the magics that this table of dynamic symbols defines: "%mine %next ". */
static void list_table (Elf *elf, Elf_Scn *section, const GElf_Shdr *header,
                        nnk_text *names)
{
    Elf_Data *data = elf_getdata (section, NULL);
    GElf_Sym symbol;
    for (int i = 0; data && gelf_getsym (data, i, &symbol); i++) {
        const char *word = elf_strptr (elf, header->sh_link, symbol.st_name);
        if (word && symbol.st_shndx != SHN_UNDEF &&
            strncmp (word, PREFIX, strlen (PREFIX)) == 0)
            nnk_addf (names, "%%%s ", word + strlen (PREFIX));
    }
}

static void list_library (const char *library, nnk_text *names)
{
    const int file = open (library, O_RDONLY | O_CLOEXEC);
    Elf *elf = file < 0 ? NULL : elf_begin (file, ELF_C_READ_MMAP, NULL);
    Elf_Scn *section = NULL;
    GElf_Shdr header;
    while (elf && (section = elf_nextscn (elf, section)))
        if (gelf_getshdr (section, &header) && header.sh_type == SHT_DYNSYM)
            list_table (elf, section, &header, names);
    if (elf)
        elf_end (elf);
    if (file >= 0)
        close (file);
}

void nnk_brought_names (nnk_session *session, nnk_text *names)
{
    const nnk_executor *executor = &session->executor;
    elf_version (EV_CURRENT);
    for (int i = 0; i < executor->libraries; i++)
        list_library (executor->library[i], names);
}

/*  The cell that `%NAME words` stands for, or NULL if no library brings that magic. */
char *nnk_brought_magic (nnk_session *session, const char *name, const char *words)
{
    char *wanted = nnk_format (" %%%s ", name);
    nnk_text names = { 0 }, code = { 0 };
    nnk_add_string (&names, " ");
    nnk_brought_names (session, &names);
    if (strstr (nnk_text_string (&names), wanted)) {
        nnk_addf (&code, "void " PREFIX "%s (const char *); " PREFIX "%s (", name,
                  name);
        nnk_add_quoted (&code, words, strlen (words));
        nnk_add_string (&code, ");");
    }
    nnk_text_free (&names);
    free (wanted);
    return code.s;
}
