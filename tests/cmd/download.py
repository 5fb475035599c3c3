#!/usr/bin/python3
"""download.py - nn data weights and nn data cifar10 against a server of our own, which does what servers do: cut, lie, redirect, change"""
import hashlib
import http.server
import json
import io
import os
import struct
import subprocess
import sys
import tarfile
import tempfile
import threading

top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
nn = os.path.join(top, os.environ.get("BUILD", "build"), "nn")
NAME = "vgg16.tv_in1k"
bad = False


def check(holds, what, why=""):
    global bad
    bad |= not holds
    print(f"ok {what}" if holds else f"not ok {what}: {why}", flush=True)


def weights(fill):
    head = json.dumps({"x": {"dtype": "U8", "shape": [50000], "data_offsets": [0, 50000]}}).encode()
    return struct.pack("<Q", len(head)) + head + bytes([fill]) * 50000


class Server(http.server.BaseHTTPRequestHandler):
    mode, body, tag, asked, protocol_version = "whole", weights(1), '"one"', [], "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        cls = Server
        cls.asked.append(self.headers.get("Range"))
        if cls.mode == "404":
            self.send_error(404)
            return
        if cls.mode == "redirect" and "/moved" not in self.path:
            self.send_response(302)
            self.send_header("Location", "/moved")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        start, body = 0, cls.body
        wish, condition = self.headers.get("Range"), self.headers.get("If-Range")
        if wish and cls.mode != "no range" and condition in (None, cls.tag):
            start = int(wish.split("=")[1].split("-")[0])
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        self.send_header("ETag", cls.tag)
        extra = 10 if cls.mode == "wrong length" else 0
        self.send_header("Content-Length", str(len(body) - start + extra))
        self.end_headers()
        cut = cls.mode == "cut" or (cls.mode in ("cut once", "no range") and len(cls.asked) == 1)
        rest = body[start:]
        self.wfile.write(rest[: len(rest) // 2] if cut else rest)
        self.wfile.flush()
        self.close_connection = True


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
hub = f"http://127.0.0.1:{server.server_port}"


def run(folder, mode="whole", name=NAME, where=None, words=None):
    Server.mode, Server.asked = mode, []
    settings = dict(os.environ, NN_HUB=where or hub, NN_WEIGHTS=folder, NN_DATA=folder)
    for proxy in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        settings.pop(proxy, None)
    done = subprocess.run([nn, "data", *(words or ["weights", name])], env=settings, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


def archive(records=10000):
    """CIFAR-10 as it is packed: six files of records, here all black"""
    some = b"".join(bytes([label]) + bytes(3072) for label in range(10)) * (records // 10)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=1) as tar:
        for name in [f"data_batch_{k}.bin" for k in range(1, 6)] + ["test_batch.bin"]:
            about = tarfile.TarInfo("cifar-10-batches-bin/" + name)
            about.size = len(some)
            tar.addfile(about, io.BytesIO(some))
    return packed.getvalue()


def content(folder):
    path = os.path.join(folder, NAME + ".safetensors")
    return open(path, "rb").read() if os.path.exists(path) else None


with tempfile.TemporaryDirectory() as base:
    new = lambda: tempfile.mkdtemp(dir=base)
    one = new()
    code, said = run(one)
    total = hashlib.sha256(Server.body).hexdigest()
    check(code == 0 and content(one) == Server.body and total in said, "a file arrives, and its sum is printed", said)
    check(sorted(os.listdir(one)) == [NAME + ".safetensors", NAME + ".safetensors.sha256"], "nothing else is left", str(os.listdir(one)))
    code, said = run(one)
    check(code == 0 and not Server.asked and "there already" in said, "what is there is not fetched again", said)
    with open(os.path.join(one, NAME + ".safetensors"), "r+b") as file:
        file.seek(-1, 2)
        file.write(b"x")
    code, said = run(one)
    check(code == 1 and "sha256" in said, "a file that was changed on the disk is noticed", said)
    os.unlink(os.path.join(one, NAME + ".safetensors"))
    kept, Server.body = Server.body, weights(2)
    code, said = run(one)
    check(code == 1 and content(one) is None and total in said, "another file on the hub is refused, with both sums", said)
    Server.body = kept

    two = new()
    code, said = run(two, "cut once")
    check(code == 0 and content(two) == kept and Server.asked[1] not in (None, "bytes=0-"), "a cut connection goes on where it stopped", said)
    three = new()
    code, said = run(three, "cut")
    check(code == 1 and content(three) is None and "goes on" in said, "one that is cut again and again is given up", said)
    left = os.path.getsize(os.path.join(three, NAME + ".safetensors.part"))
    code, said = run(three)
    check(code == 0 and content(three) == kept and Server.asked == [f"bytes={left}-"], "and the next call goes on", f"{said} {Server.asked}")
    four = new()
    run(four, "cut")
    Server.body, Server.tag = weights(3), '"two"'
    code, said = run(four)
    check(code == 0 and content(four) == Server.body, "a file that changed meanwhile is fetched anew, not patched together", said)
    Server.body, Server.tag = kept, '"one"'
    code, said = run(new(), "wrong length")
    check(code == 1, "fewer bytes than promised are no file", said)
    five = new()
    code, said = run(five, "no range")
    check(code == 0 and content(five) == kept, "a server that cannot go on is asked for the whole", said)
    six = new()
    code, said = run(six, "redirect")
    check(code == 0 and content(six) == kept, "redirections are followed", said)
    seven = new()
    code, said = run(seven, "404")
    check(code == 1 and "404" in said and NAME in said and not os.listdir(seven), "404 is said, and where to put the file", said)
    Server.body = b"<html>please log in</html>" * 10
    code, said = run(seven)
    check(code == 1 and content(seven) is None and "safetensors" in said, "a page is no weights", said)
    Server.body = kept
    code, said = run(seven, where="http://127.0.0.1:1")
    check(code == 1 and "put the file at" in said, "without a network it says what to put where", said)
    code, said = run(seven, name="vgg17.tv_in1k")
    check(code == 1 and "did you mean 'vgg16.tv_in1k'" in said, "a misspelt name gets a guess", said)
    # -- the names of the classes come the same way, and are looked at in their own
    Server.body = b"".join(b"thing %d\n" % k for k in range(1000))
    eight = new()
    code, said = run(eight, name="labels1000")
    check(code == 0 and open(os.path.join(eight, "labels1000.txt"), "rb").read() == Server.body, "the names of ImageNet's classes arrive", said)
    Server.body = Server.body[:-10]
    nine = new()
    code, said = run(nine, name="labels1000")
    check(code == 1 and "ImageNet has 1000 classes" in said and not os.listdir(nine), "another number of names is refused", said)
    code, said = run(nine, name="mobilenetv2_1.0_keras_folded_1000")
    check(code == 1 and "cannot be fetched from anywhere" in said and "into the folder weights" in said, "what lies on no hub is said, and where to put it", said)
    # -- and so does CIFAR-10, which is unpacked
    cifar = lambda folder, *rest, **more: run(folder, *rest, words=["cifar10"], **more)
    place = lambda folder: os.path.join(folder, "cifar-10-batches-bin")
    Server.body = archive()
    ten = new()
    code, said = cifar(ten, "cut")
    check(code == 1 and "goes on" in said and not os.path.exists(place(ten)), "CIFAR-10 that is cut again and again is kept, and none yet", said)
    left = os.path.getsize(os.path.join(ten, "cifar-10-binary.tar.gz.part"))
    code, said = cifar(ten)
    check(code == 0 and Server.asked == [f"bytes={left}-"] and "50000 pictures" in said and "10000 pictures" in said, "the next call goes on, unpacks and describes it", said)
    check(os.listdir(ten) == ["cifar-10-batches-bin"] and len(os.listdir(place(ten))) == 6, "and leaves nothing beside it", str(os.listdir(ten)))
    code, said = cifar(ten)
    check(code == 0 and not Server.asked and "50000 pictures" in said, "what is there is not fetched again", said)
    eleven = new()
    Server.body = archive(9990)
    code, said = cifar(eleven)
    check(code == 1 and "30699270 bytes" in said and not os.listdir(eleven), "files of another length are refused, and nothing stays", f"{said} {os.listdir(eleven)}")
    Server.body = archive()[:-1000]
    code, said = cifar(eleven)
    check(code == 1 and "cannot be unpacked" in said and not os.path.exists(place(eleven)) and not os.path.exists(place(eleven) + ".part"), "an archive that is cut short is not unpacked", said)
    twelve = new()
    Server.body = b"<html>please log in</html>" * 10
    code, said = cifar(twelve)
    check(code == 1 and "not packed by gzip" in said and not os.listdir(twelve), "a page is no archive", said)
    code, said = cifar(twelve, "404")
    check(code == 1 and "404" in said and "put the file at" in said, "404 is said, and where to put the archive", said)
    code, said = cifar("/proc/nowhere")
    check(code == 1 and "/proc/nowhere cannot be made" in said, "a folder that cannot be made is said", said)
server.shutdown()
sys.exit(bad)
