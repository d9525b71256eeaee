"""A TLS 1.2 client that sends one request, renegotiates with another certificate, and sends a second.

Reads {"port", "first": {"cert", "key"}, "second": {"cert", "key"}} from standard input and writes
{"first", "second", "refusal"}: two HTTP statuses. If the server rejects the renegotiation, "second" is null, and
"refusal" is the error of OpenSSL.
"""

import faulthandler
import json
import socket
import sys

from OpenSSL import SSL, crypto


def load(identity):
    return (
        crypto.load_certificate(crypto.FILETYPE_PEM, identity["cert"].encode()),
        crypto.load_privatekey(crypto.FILETYPE_PEM, identity["key"].encode()),
    )


def request(connection):
    connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(4096)
    head, body = received.split(b"\r\n\r\n", 1)
    lines = [line.split(b":", 1) for line in head.split(b"\r\n")[1:]]
    length = next(int(value) for name, value in lines if name.lower() == b"content-length")
    while len(body) < length:
        body += connection.recv(4096)
    return int(head.split(b" ", 2)[1])


def main():
    # Prints to standard error where a client that hangs was waiting.
    faulthandler.dump_traceback_later(90, exit=True)
    task = json.load(sys.stdin)
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_max_proto_version(SSL.TLS1_2_VERSION)
    certificate, key = load(task["first"])
    context.use_certificate(certificate)
    context.use_privatekey(key)
    connection = SSL.Connection(context, socket.create_connection(("127.0.0.1", task["port"])))
    connection.set_connect_state()
    connection.do_handshake()
    result = {"first": request(connection), "second": None, "refusal": None}
    certificate, key = load(task["second"])
    connection.use_certificate(certificate)
    connection.use_privatekey(key)
    try:
        connection.renegotiate()
        connection.do_handshake()
        result["second"] = request(connection)
    except SSL.Error as error:
        result["refusal"] = repr(error)
    print(json.dumps(result))


main()
