/*  session.h - a notebook's cells as files: what grade () and compare () share  */
#ifndef SESSION_H
#define SESSION_H

enum { CELLS_PATH = 512, CELLS_NAMES = 8 };
extern const char cells_course[];                 // the folder of the course
void cells_find_folder (char folder[CELLS_PATH]); // where the cells lie
/*  The text of the last cell that defines a function, and its label; NULL if none does. */
char *cells_defining (const char *folder, const char *name, char label[64]);
/*  Writes what the functions' cells define to `path`. */
void cells_write_file (const char *path, const char *folder,
                       char name[CELLS_NAMES][64], int names);
char *cells_output (const char *command); // what it wrote; free it
_Noreturn void cells_give_up (const char *format, const char *name);

#endif
