/*  cifar10.c - nn data cifar10: sixty thousand photographs, from where they have lain
 *  since 2009
 *
 *  The archive comes as weights do: what was cut goes on, and the whole is summed up.
 *  It is unpacked beside its place, looked at as every training looks at it, and only
 *  then gets its name. A folder of that name is therefore whole.
 */
#include "cmd.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const char archive_name[] = "cifar-10-binary.tar.gz";
static const char archive_sum[] =
    "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd";

/*  Is it something packed by gzip, and not a page that says something? */
static int check (const char *path)
{
    unsigned char mark[2] = { 0 };
    FILE *in = fopen (path, "rb");
    const bool packed =
        in && fread (mark, 1, 2, in) == 2 && mark[0] == 0x1f && mark[1] == 0x8b;
    if (in)
        fclose (in);
    return packed ? NN_OK
                  : nn_fail (NN_EFORMAT, "%s is not packed by gzip, as %s is",
                             path, archive_name);
}

static int remove_one (const char *path, const struct stat *about, int kind,
                       struct FTW *place)
{
    (void) about, (void) kind, (void) place;
    return remove (path);
}

/*  Runs tar, which leaves the archive's files in the folder `to`. */
static int unpack (const char *archive, const char *to)
{
    char *const words[] = { "tar",
                            "-xzf",
                            (char *) archive,
                            "-C",
                            (char *) to,
                            "--strip-components=1",
                            "--no-same-owner",
                            NULL };
    pid_t child;
    int ended = 0;
    const int failure = posix_spawnp (&child, *words, NULL, NULL, words, environ);
    if (failure)
        return nn_fail (NN_ESYSTEM, "tar cannot be started: %s",
                        strerror (failure));
    while (waitpid (child, &ended, 0) < 0 && errno == EINTR)
        continue;
    return ended == 0
               ? NN_OK
               : nn_fail (NN_EFILE,
                          "%s cannot be unpacked into %s; tar has said why; "
                          "if it is damaged, remove it",
                          archive, to);
}

/*  Can it be opened, the part to learn from and the one to test with? */
static int look (const char *folder)
{
    for (int test = 0; test < 2; test++) {
        nn_data *data = nn_cifar10 (folder, test);
        if (!data)
            return NN_EFORMAT;
        nn_data_free (&data);
    }
    return NN_OK;
}

/*  The archive's folder gets its place, whole or not at all. */
static int settle (const char *archive, const char *place)
{
    char part[4200];
    snprintf (part, sizeof part, "%s.part", place);
    if (mkdir (part, 0777) != 0 && errno != EEXIST)
        return nn_fail (NN_EFILE, "%s cannot be made: %s", part, strerror (errno));
    int status = unpack (archive, part);
    if (status == NN_OK)
        status = look (part);
    if (status == NN_OK && rename (part, place) != 0)
        status = nn_fail (NN_EFILE, "%s: %s", place, strerror (errno));
    if (status != NN_OK)
        nftw (part, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    return status;
}

/*  CIFAR-10 into $NN_DATA, or the tree's folder data/, if it is not there. */
int cmd_cifar10 (void)
{
    char folder[4096], place[4150], archive[4150], sum[4200], url[4200];
    const char *hub = getenv ("NN_HUB");
    const bool mirror = hub && *hub;
    int status = cmd_place (folder, "NN_DATA", "data");
    snprintf (place, sizeof place, "%s/%s", folder, CMD_CIFAR10_FOLDER);
    snprintf (archive, sizeof archive, "%s/%s", folder, archive_name);
    snprintf (sum, sizeof sum, "%s.sha256", archive);
    snprintf (url, sizeof url, "%s/~kriz/%s",
              mirror ? hub : "https://www.cs.toronto.edu", archive_name);
    if (status != NN_OK || access (place, F_OK) == 0)
        return status;
    printf ("CIFAR-10 is not in %s; it is fetched from %s (162 MB)\n", folder,
            url);
    fflush (stdout);
    status = cmd_download (url, archive, mirror ? NULL : archive_sum, check);
    if (status != NN_OK)
        return status;
    status = settle (archive, place);
    if (status == NN_OK || status == NN_EFORMAT) { // used, or of no use
        unlink (archive);
        unlink (sum);
    }
    return status;
}
