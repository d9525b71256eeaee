"""A TLS 1.2 client that sends a request, and then half of a renegotiation with another certificate.

Reads {"port", "first": {"cert", "key"}, "second": {"cert", "key"}} from the first line of standard input. Writes a line
"sent" once it has sent the second certificate without a proof of its key. Ends when standard input ends.
"""

import faulthandler
import json
import socket
import sys

from OpenSSL import SSL, crypto

HEADER_BYTES = 5


def load(identity):
    return (
        crypto.load_certificate(crypto.FILETYPE_PEM, identity["cert"].encode()),
        crypto.load_privatekey(crypto.FILETYPE_PEM, identity["key"].encode()),
    )


class Client:
    def __init__(self, port, identity):
        context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        context.set_max_proto_version(SSL.TLS1_2_VERSION)
        certificate, key = load(identity)
        context.use_certificate(certificate)
        context.use_privatekey(key)
        self.socket = socket.create_connection(("127.0.0.1", port))
        # The connection has no socket, so this class can hold its output back.
        self.tls = SSL.Connection(context, None)
        self.tls.set_connect_state()

    def output(self):
        data = b""
        while True:
            try:
                data += self.tls.bio_read(65536)
            except SSL.WantReadError:
                return data

    def step(self):
        """One step of a handshake: returns the bytes to send, and whether the handshake has ended."""
        try:
            self.tls.do_handshake()
            return self.output(), True
        except SSL.WantReadError:
            return self.output(), False

    def receive(self):
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("the server has closed the connection")
        self.tls.bio_write(data)

    def handshake(self):
        ended = False
        while not ended:
            data, ended = self.step()
            self.socket.sendall(data)
            if not ended:
                self.receive()

    def send(self, text):
        self.tls.send(text)
        self.socket.sendall(self.output())

    def renegotiate_half(self, identity):
        certificate, key = load(identity)
        self.tls.use_certificate(certificate)
        # OpenSSL needs the key to send the certificate. This client never sends the signature.
        self.tls.use_privatekey(key)
        self.tls.renegotiate()
        data, _ = self.step()
        self.socket.sendall(data)
        flight = b""
        while not flight:
            self.receive()
            flight, _ = self.step()
        # The certificate comes first, in its own record.
        length = int.from_bytes(flight[3:HEADER_BYTES], "big")
        self.socket.sendall(flight[: HEADER_BYTES + length])


def main():
    # Prints to standard error where a client that hangs was waiting.
    faulthandler.dump_traceback_later(90, exit=True)
    task = json.loads(sys.stdin.readline())
    client = Client(task["port"], task["first"])
    client.handshake()
    client.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    client.renegotiate_half(task["second"])
    print("sent", flush=True)
    sys.stdin.read()


main()
