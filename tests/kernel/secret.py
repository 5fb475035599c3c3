#!/usr/bin/python3
"""The key of the connection file, and a cell that wants it: environment, /proc, descriptors, the kernel's memory, the file itself.

Once as who runs the tests; where that is the administrator, once more as a user without rights.
"""
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import NN_KERNEL, Kernel, check, done

# The cell never holds the key itself, only its letters one higher: "secret-of-the-test".
HUNT = r'''
#include <dirent.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sched.h>
bool holds (const char *bytes, size_t size)
{
    static const char one_higher[] = "tfdsfu.pg.uif.uftu";
    for (size_t i = 0; i + 18 <= size; i++) {
        int k = 0;
        while (k < 18 && bytes[i + k] == one_higher[k] - 1)
            k++;
        if (k == 18)
            return true;
    }
    return false;
}
bool in_file (const char *path)
{
    static char bytes[1 << 16];
    int fd = open (path, O_RDONLY | O_NONBLOCK);
    ssize_t size = fd < 0 ? 0 : pread (fd, bytes, sizeof bytes, 0);
    close (fd);
    return size > 0 && holds (bytes, size);
}
char connection[4096], name[5000];
int parent = getppid ();
bool in_folder (const char *folder)
{
    DIR *all = opendir (folder);
    bool found = false;
    for (struct dirent *entry; all && (entry = readdir (all));) {
        snprintf (name, sizeof name, "%s/%s", folder, entry->d_name);
        found |= in_file (name);
    }
    if (all)
        closedir (all);
    return found;
}
bool in_process (int pid)
{
    bool found = false;
    static const char *const files[] = { "environ", "cmdline", "status", "auxv", "stack", "syscall" };
    for (int i = 0; i < 6; i++) {
        snprintf (name, sizeof name, "/proc/%d/%s", pid, files[i]);
        found |= in_file (name);
    }
    snprintf (name, sizeof name, "/proc/%d/root%s", pid, connection);
    found |= in_file (name);
    snprintf (name, sizeof name, "/proc/%d/fd", pid);
    return found | in_folder (name);
}
bool memory_opens (int pid)
{
    char byte;
    unsigned long at = 0x400000;
    snprintf (name, sizeof name, "/proc/%d/maps", pid);
    FILE *maps = fopen (name, "r");
    if (maps && fscanf (maps, "%lx", &at) != 1)
        at = 0x400000;
    if (maps)
        fclose (maps);
    struct iovec here = { &byte, 1 }, there = { (void *) at, 1 };
    snprintf (name, sizeof name, "/proc/%d/mem", pid);
    int fd = open (name, O_RDONLY);
    bool opened = fd >= 0;
    if (fd >= 0)
        close (fd);
    if (ptrace (PTRACE_ATTACH, pid, 0, 0) == 0) {
        opened = true;
        ptrace (PTRACE_DETACH, pid, 0, 0);
    }
    return opened || process_vm_readv (pid, &here, 1, &there, 1, 0) == 1;
}
'''


def hunt(k, who):
    r = k.run(HUNT + 'snprintf (connection, sizeof connection, "%%s", "%s");' % k.file)
    check(r.status == "ok", who + ": the hunt compiles", r.error)
    shutil.copy(k.file, k.home + "/copy.json")
    os.chmod(k.home + "/copy.json", 0o644)
    check(k.run('in_file ("%s/copy.json")' % k.home).value in ("true", "1"), who + ": the hunt finds what there is to find")
    os.remove(k.home + "/copy.json")
    looks = [("its environment", "({ bool found = false; extern char **environ; for (char **e = environ; *e; e++) found |= holds (*e, strlen (*e)); found; })"),
             ("the connection file", "in_file (connection)"), ("its own /proc", "in_process (getpid ())"), ("its own descriptors", 'in_folder ("/proc/self/fd")'),
             ("the kernel's /proc", "in_process (parent)"), ("the kernel's memory", "memory_opens (parent)"),
             ("the folder of the session", 'in_folder (getenv ("TMPDIR"))'),
             ("the file, unmounted", "({ umount2 (connection, MNT_DETACH); in_file (connection); })"),
             ("the file, mounted away", "({ unshare (CLONE_NEWUSER | CLONE_NEWNS); umount2 (connection, MNT_DETACH); in_file (connection); })"),
             ("the kernel's mounts", '({ snprintf (name, sizeof name, "/proc/%d/ns/mnt", parent); setns (open (name, O_RDONLY), 0); in_file (connection); })')]
    for name, code in looks:
        r = k.run(code)
        check(r.value in ("false", "0"), "%s: the key is not in %s" % (who, name), "%s %s" % (r.value, r.error))
    r = k.run('({ char *argv[] = { "cat", connection, NULL }; int pid = fork (); if (!pid) { execv ("/bin/cat", argv); _exit (1); } waitpid (pid, NULL, 0); 1; })')
    check("secret" not in r.stream() + r.stream("stderr"), who + ": nor does a child find it", r.messages)
    k.run("#include <sys/wait.h>")
    r = k.run("abort ();")
    check(k.run("in_file (connection)").value in ("false", "0"), who + ": nor is it there after a crash")
    r = k.run('FILE *mine = fopen ("written", "w"); fputs ("x", mine); fclose (mine); access ("written", R_OK | W_OK)')
    check(r.value == "0", who + ": other files are there as ever", r.error)
    check("cells can read" not in k.log(), who + ": and the kernel's log says nothing of it", k.log())


def allowed(wrap):
    """Whether this system allows a view of the mounts of one's own."""
    return subprocess.run([*wrap, "unshare", *(["-m"] if not wrap and os.geteuid() == 0 else ["-U", "-m"]), "true"], capture_output=True).returncode == 0


k = Kernel()
if allowed(()):
    hunt(k, "as we are")
else:
    check("cells can read the connection file" in k.log() or k.run("1") and "cells can read the connection file" in k.log(),
          "where no file can be hidden the log says so", k.log())
    print("skip the hunt for the key: this system allows no mount namespace")
check(k.end() == [], "nothing is left behind")

NOBODY = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups")
readable = subprocess.run([*NOBODY, NN_KERNEL, "--version"], capture_output=True).returncode == 0 if os.geteuid() == 0 else False
if readable and allowed(NOBODY):
    tempfile.tempdir = tempfile.mkdtemp(prefix="nn-secret-", dir="/tmp")
    os.chmod(tempfile.tempdir, 0o777)
    real = subprocess.Popen

    def as_nobody(arguments, **options):
        """The home and all in it belong to nobody, and so does the kernel."""
        for folder, _, files in os.walk(options["cwd"]):
            for path in [folder] + [os.path.join(folder, f) for f in files]:
                os.chown(path, 65534, 65534)
        return real([*NOBODY, *arguments], **options)

    subprocess.Popen = as_nobody
    try:
        k = Kernel()
    finally:
        subprocess.Popen = real
    hunt(k, "without rights")
    k.end()
    shutil.rmtree(tempfile.tempdir, ignore_errors=True)
elif os.geteuid() == 0:
    print("skip the hunt without rights: a user without rights cannot run the kernel from here, or may have no mount namespace")
done()
