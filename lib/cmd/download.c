/*  download.c - a file from the net, whole or not at all
 *
 *  What has arrived stands in FILE.part until it is complete; a download that was
 *  cut goes on there, if the server can and its file is still the same (FILE.tag
 *  keeps the server's mark of it). Then the whole file is summed up by SHA-256. Where
 *  the right sum is known it must be that. Where it is not, the one seen first is
 *  kept in FILE.sha256, printed, and asked for ever after.
 */
#include "cmd.h"

#include <curl/curl.h>
#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TRIES = 4, PATH = 4200, TAG = 256 };

typedef struct {
    char part[PATH], tag_file[PATH], sum_file[PATH];
    char tag[TAG]; // of the file that comes in
} job;

/*  The folder that a variable names, or the tree's folder of that name; made if it is
 *  not there. */
int cmd_place (char folder[4096], const char *variable, const char *name)
{
    const char *named = getenv (variable);
    if (named && *named)
        snprintf (folder, 4096, "%s", named);
    else if (nn_file_beside (folder, 4096, "lib/nn.h") == NN_OK) {
        char *at = strrchr (folder, '/') - strlen ("lib");
        snprintf (at, folder + 4096 - at, "%s", name);
    } else
        snprintf (folder, 4096, "%s", name);
    if (mkdir (folder, 0777) == 0 || errno == EEXIST)
        return NN_OK;
    return nn_fail (NN_EFILE, "%s cannot be made: %s", folder, strerror (errno));
}

int cmd_sha256 (const char *path, char sum[65])
{
    FILE *in = fopen (path, "rb");
    EVP_MD_CTX *state = EVP_MD_CTX_new ();
    unsigned char block[1 << 16], raw[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    bool whole = in && state && EVP_DigestInit_ex (state, EVP_sha256 (), NULL);
    for (size_t n; whole && (n = fread (block, 1, sizeof block, in)) > 0;)
        whole = EVP_DigestUpdate (state, block, n);
    whole = whole && !ferror (in) && EVP_DigestFinal_ex (state, raw, &length);
    EVP_MD_CTX_free (state);
    if (in)
        fclose (in);
    for (unsigned i = 0; whole && i < length && i < 32; i++)
        snprintf (sum + (size_t) 2 * i, 3, "%02x", raw[i]);
    return whole ? NN_OK
                 : nn_fail (NN_EFILE, "%s cannot be read: %s", path,
                            strerror (errno));
}

/*  One line of a small file; "" if there is none. */
static void read_line (const char *path, char *line, int size)
{
    FILE *in = fopen (path, "r");
    if (!in || !fgets (line, size, in))
        *line = 0;
    line[strcspn (line, " \r\n")] = 0;
    if (in)
        fclose (in);
}

/*  Keeps the server's mark of the file that is coming in. */
static size_t hear_header (char *text, size_t one, size_t letters, void *with)
{
    job *self = with;
    if (letters > 5 && strncasecmp (text, "HTTP/", 5) == 0)
        *self->tag = 0; // of a redirection before
    if (letters > 6 && strncasecmp (text, "ETag:", 5) == 0) {
        const int skip = text[5] == ' ' ? 6 : 5;
        snprintf (self->tag, TAG, "%.*s", (int) letters - skip, text + skip);
        self->tag[strcspn (self->tag, "\r\n")] = 0;
    }
    return one * letters;
}

static long long size_of (const char *path)
{
    struct stat about;
    return stat (path, &about) == 0 ? (long long) about.st_size : 0;
}

/*  Asks for what is not there yet. Returns curl's code; *http is the server's. */
static CURLcode ask (job *self, const char *url, long *http)
{
    char before[TAG], condition[TAG + 32];
    read_line (self->tag_file, before, sizeof before);
    // -- without a mark nobody can tell that it is still the same file
    const long long have = *before ? size_of (self->part) : 0;
    FILE *out = fopen (self->part, have > 0 ? "ab" : "wb");
    CURL *curl = out ? curl_easy_init () : NULL;
    struct curl_slist *headers = NULL;
    if (!curl) {
        if (out)
            fclose (out);
        return CURLE_WRITE_ERROR;
    }
    if (have > 0) {
        snprintf (condition, sizeof condition, "If-Range: %s", before);
        headers = curl_slist_append (headers, condition);
    }
    curl_easy_setopt (curl, CURLOPT_URL, url);
    curl_easy_setopt (curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt (curl, CURLOPT_WRITEDATA, out);
    curl_easy_setopt (curl, CURLOPT_HEADERFUNCTION, hear_header);
    curl_easy_setopt (curl, CURLOPT_HEADERDATA, self);
    curl_easy_setopt (curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt (curl, CURLOPT_MAXREDIRS, 10L);
    curl_easy_setopt (curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt (curl, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt (curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt (curl, CURLOPT_CONNECTTIMEOUT, 20L);
    curl_easy_setopt (curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt (curl, CURLOPT_LOW_SPEED_TIME, 30L);
    if (have > 0)
        curl_easy_setopt (curl, CURLOPT_RESUME_FROM_LARGE, (curl_off_t) have);
    CURLcode code = curl_easy_perform (curl);
    curl_easy_getinfo (curl, CURLINFO_RESPONSE_CODE, http);
    curl_slist_free_all (headers);
    curl_easy_cleanup (curl);
    return fclose (out) == 0 ? code : CURLE_WRITE_ERROR;
}

/*  May another try help? A server that cannot go on, or whose file is another by
 *  now, is asked for the whole. */
static bool again (const job *self, CURLcode code, long http)
{
    if (code == CURLE_RANGE_ERROR || (http == 416 && size_of (self->part) > 0)) {
        unlink (self->part);
        unlink (self->tag_file);
        return true;
    }
    return code == CURLE_PARTIAL_FILE || code == CURLE_RECV_ERROR ||
           code == CURLE_GOT_NOTHING || code == CURLE_OPERATION_TIMEDOUT;
}

static int fetch (job *self, const char *url, const char *path)
{
    CURLcode code = CURLE_OK;
    long http = 0;
    for (int i = 0; i < TRIES; i++) {
        http = 0;
        code = ask (self, url, &http);
        if (*self->tag)
            nn_file_write (self->tag_file, self->tag, strlen (self->tag));
        if (code == CURLE_OK)
            return NN_OK;
        if (!again (self, code, http))
            break;
    }
    if (size_of (self->part) == 0)
        unlink (self->part);
    if (http >= 400)
        return nn_fail (NN_EFILE,
                        "%s: the server answers %ld; without it, put the "
                        "file at %s yourself",
                        url, http, path);
    return nn_fail (
        NN_EFILE,
        "%s: %s; %lld bytes are kept and the next call goes on there; without a "
        "network, put the file at %s yourself",
        url, curl_easy_strerror (code), size_of (self->part), path);
}

/*  Is the file the one that it should be? `expected` may be NULL. What is seen for
 *  the first time is kept, and said. */
static int verify (const job *self, const char *file, const char *expected)
{
    char sum[65] = "", known[80];
    const int status = cmd_sha256 (file, sum);
    if (status != NN_OK)
        return status;
    read_line (self->sum_file, known, sizeof known);
    if (!expected && !*known) {
        printf ("sha256 %s\nNobody here knows what it should be; this one is kept "
                "in %s and asked for from now on.\n",
                sum, self->sum_file);
        return nn_file_write (self->sum_file, sum, strlen (sum));
    }
    expected = expected ? expected : known;
    if (strcmp (sum, expected) == 0)
        return NN_OK;
    return nn_fail (NN_EFORMAT,
                    "%s has the sha256 %s and not %s: it is damaged or another "
                    "file; if you trust it, remove %s",
                    file, sum, expected, self->sum_file);
}

int cmd_download (const char *url, const char *path, const char *sha256,
                  int (*check) (const char *path))
{
    job self = { 0 };
    snprintf (self.part, PATH, "%s.part", path);
    snprintf (self.tag_file, PATH, "%s.tag", path);
    snprintf (self.sum_file, PATH, "%s.sha256", path);
    if (access (path, F_OK) == 0) {
        const int status = verify (&self, path, sha256);
        if (status == NN_OK)
            printf ("%s is there already\n", path);
        return status;
    }
    int status = fetch (&self, url, path);
    if (status == NN_OK && check)
        status = check (self.part);
    if (status == NN_OK)
        status = verify (&self, self.part, sha256);
    if (status == NN_OK && rename (self.part, path) != 0)
        status = nn_fail (NN_EFILE, "%s: %s", path, strerror (errno));
    if (status == NN_OK)
        printf ("%s: %lld bytes\n", path, size_of (path));
    if (status == NN_EFORMAT)
        unlink (self.part); // the whole of something wrong
    if (access (self.part, F_OK) != 0)
        unlink (self.tag_file);
    return status;
}
