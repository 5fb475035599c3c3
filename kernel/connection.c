/*  connection.c - the connection file: where to listen, and the key
 *
 *  Jupyter writes a small JSON file for each kernel and names it on the command
 *  line. Whoever knows its key may send cells, so whoever can read it can act as
 *  the reader: a file that others can read is warned of. What is missing in it, or
 *  makes no sense, is said in one sentence.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "wire.h"

enum { MOST = 1 << 16 }; // bytes of such a file

static const char *const ports[] = { "shell_port", "control_port", "stdin_port",
                                     "iopub_port", "hb_port" };

/*  The file as JSON, or NULL: it is no file, too large, cannot be read, or is no
 *  JSON. */
static cJSON *read_object (const char *path, nnk_text *trouble)
{
    struct stat about;
    nnk_text text = { 0 };
    cJSON *file = NULL;
    if (stat (path, &about) == 0 &&
        (!S_ISREG (about.st_mode) || about.st_size > MOST))
        nnk_addf (trouble, "the connection file '%s' is no file of a few lines\n",
                  path);
    else if (!nnk_read_file (path, &text))
        nnk_addf (trouble, "the connection file '%s' cannot be read: %s\n", path,
                  strerror (errno));
    else if (!cJSON_IsObject (file = cJSON_Parse (nnk_text_string (&text))))
        nnk_addf (
            trouble,
            "'%s' is no connection file of Jupyter: it holds no JSON object\n",
            path);
    nnk_text_free (&text);
    if (!trouble->size && (about.st_mode & (S_IRWXG | S_IRWXO)))
        fprintf (stderr,
                 "nn-kernel: warning: the connection file '%s' has the mode %o: "
                 "others can read it, and who knows its key can run code as you; "
                 "chmod 600 ends that\n",
                 path, about.st_mode & 0777);
    return file;
}

/*  Adds a sentence for the first entry that is missing or makes no sense. */
static void check_entries (const cJSON *file, const char *path, nnk_text *trouble)
{
    static const char *const strings[] = { "transport", "ip", "key" };
    for (int i = 0; i < 3 && !trouble->size; i++)
        if (!cJSON_IsString (cJSON_GetObjectItemCaseSensitive (file, strings[i])))
            nnk_addf (trouble, "the connection file '%s' has no string \"%s\"\n",
                      path, strings[i]);
    for (int i = 0; i < 5 && !trouble->size; i++) {
        const cJSON *port = cJSON_GetObjectItemCaseSensitive (file, ports[i]);
        if (!cJSON_IsNumber (port) || port->valuedouble < 1 ||
            port->valuedouble > 65535)
            nnk_addf (trouble,
                      "the connection file '%s' has no \"%s\" from 1 to 65535\n",
                      path, ports[i]);
    }
    const char *transport = nnk_string (file, "transport"),
               *scheme = nnk_string (file, "signature_scheme");
    if (!trouble->size && strcmp (transport, "tcp") != 0 &&
        strcmp (transport, "ipc") != 0)
        nnk_addf (trouble,
                  "the connection file '%s' asks for the transport '%s'; this "
                  "kernel has tcp and ipc\n",
                  path, transport);
    if (!trouble->size && scheme[0] && strcmp (scheme, "hmac-sha256") != 0)
        nnk_addf (trouble,
                  "the connection file '%s' asks for signatures by '%s'; this "
                  "kernel has hmac-sha256\n",
                  path, scheme);
}

/*  The file, with every entry that nnk_wire_open needs, or NULL and a sentence. The
 *  caller deletes it. */
cJSON *nnk_connection_read (const char *path, nnk_text *trouble)
{
    cJSON *file = read_object (path, trouble);
    if (!trouble->size)
        check_entries (file, path, trouble);
    if (trouble->size) {
        cJSON_Delete (file);
        return NULL;
    }
    if (!nnk_string (file, "key")[0])
        fprintf (stderr,
                 "nn-kernel: warning: the key is empty in the connection file "
                 "'%s': whoever reaches a port can run code as you\n",
                 path);
    return file;
}
