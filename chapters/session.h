/*  session.h - a notebook's cells as files: what grade (), compare () and %next share  */
#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>

enum { CELLS_PATH = 512, CELLS_NAMES = 8, CELLS_AS = CELLS_NAMES * 66 };
const char *cells_course (void);                  // the folder of the course
void cells_find_folder (char folder[CELLS_PATH]); // where the cells lie
/*  The text of the last cell that defines a function, and its label; NULL if none does. */
char *cells_defining (const char *folder, const char *name, char label[64]);
/*  Writes what the functions' cells define to `path`. */
void cells_write_file (const char *path, const char *folder,
                       char name[CELLS_NAMES][64], int names);
char *cells_output (const char *command); // what it wrote; free it
char *cells_ran (const char *command,
                 int *ended); // the same, and what it ended with
bool cells_normalise (const char *word, char text[16]); // "6.1" → "06-1", or false
/*  `f, g` → "f,g"; and how many there are, with each in `name`. */
int cells_read_names (const char *words, char name[CELLS_NAMES][64],
                      char as[CELLS_AS]);
_Noreturn void cells_give_up (const char *format, const char *name);

#endif
