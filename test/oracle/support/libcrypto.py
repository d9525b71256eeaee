"""Asks libcrypto what it thinks of paths: reads one question in JSON per line, writes one answer per line.

A question: {"anchors": [base64], "leaf": base64, "candidates": [base64], "purpose"?: number, "time"?: seconds,
"depth"?: number, "policies"?: [dotted], "flags"?: number, "crls"?: [base64], "level"?: number,
"ignored"?: [error]}. Errors about revocation are ignored for the trust anchor, and those in "ignored" everywhere.
"""

import base64
import ctypes
import ctypes.util
import json
import sys

crypto = ctypes.CDLL(ctypes.util.find_library("crypto"))
POINTER, INT, LONG, BYTES = ctypes.c_void_p, ctypes.c_int, ctypes.c_long, ctypes.c_char_p

for name, result, *arguments in [
    ("OpenSSL_version", BYTES, INT),
    ("d2i_X509", POINTER, POINTER, POINTER, LONG),
    ("d2i_X509_CRL", POINTER, POINTER, POINTER, LONG),
    ("X509_free", None, POINTER),
    ("X509_CRL_free", None, POINTER),
    ("X509_STORE_new", POINTER),
    ("X509_STORE_free", None, POINTER),
    ("X509_STORE_add_cert", INT, POINTER, POINTER),
    ("X509_STORE_add_crl", INT, POINTER, POINTER),
    ("X509_STORE_CTX_new", POINTER),
    ("X509_STORE_CTX_init", INT, POINTER, POINTER, POINTER, POINTER),
    ("X509_STORE_CTX_free", None, POINTER),
    ("X509_STORE_CTX_get0_param", POINTER, POINTER),
    ("X509_STORE_CTX_get_error", INT, POINTER),
    ("X509_STORE_CTX_get_error_depth", INT, POINTER),
    ("X509_STORE_CTX_get0_chain", POINTER, POINTER),
    ("X509_STORE_CTX_set_verify_cb", None, POINTER, POINTER),
    ("X509_VERIFY_PARAM_set_flags", INT, POINTER, ctypes.c_ulong),
    ("X509_VERIFY_PARAM_set_purpose", INT, POINTER, INT),
    ("X509_VERIFY_PARAM_set_depth", None, POINTER, INT),
    ("X509_VERIFY_PARAM_set_auth_level", None, POINTER, INT),
    ("X509_VERIFY_PARAM_set_time", None, POINTER, LONG),
    ("X509_VERIFY_PARAM_add0_policy", INT, POINTER, POINTER),
    ("X509_verify_cert", INT, POINTER),
    ("X509_verify_cert_error_string", BYTES, LONG),
    ("OBJ_txt2obj", POINTER, BYTES, INT),
    ("OPENSSL_sk_new_null", POINTER),
    ("OPENSSL_sk_push", INT, POINTER, POINTER),
    ("OPENSSL_sk_free", None, POINTER),
    ("OPENSSL_sk_num", INT, POINTER),
    ("ERR_clear_error", None),
]:
    function = getattr(crypto, name)
    function.restype = result
    function.argtypes = arguments

POLICY_CHECK, PARTIAL_CHAIN, CRL_CHECK = 0x80, 0x80000, 0x4
# X509_V_ERR_* about lists and what they say.
ABOUT_REVOCATION = {3, 5, 8, 11, 12, 15, 16, 23, 33, 35, 36, 44, 54}


class Unreadable(Exception):
    pass


class Freed(list):
    """Everything of one question that has to be freed."""

    def keep(self, release, pointer):
        self.append((release, pointer))
        return pointer

    def read(self, parse, release, encoded):
        der = base64.b64decode(encoded)
        start = ctypes.create_string_buffer(der, len(der))
        at = ctypes.c_void_p(ctypes.addressof(start))
        parsed = parse(None, ctypes.byref(at), len(der))
        if not parsed or at.value != ctypes.addressof(start) + len(der):
            raise Unreadable()
        return self.keep(release, parsed)

    def certificate(self, encoded):
        return self.read(crypto.d2i_X509, crypto.X509_free, encoded)

    def crl(self, encoded):
        return self.read(crypto.d2i_X509_CRL, crypto.X509_CRL_free, encoded)

    def release(self):
        for release, pointer in reversed(self):
            release(pointer)


def set_parameters(context, question):
    param = crypto.X509_STORE_CTX_get0_param(context)
    flags = PARTIAL_CHAIN | question.get("flags", 0)
    crypto.X509_VERIFY_PARAM_set_auth_level(param, question.get("level", 2))
    if "purpose" in question:
        crypto.X509_VERIFY_PARAM_set_purpose(param, question["purpose"])
    if "time" in question:
        crypto.X509_VERIFY_PARAM_set_time(param, question["time"])
    if "depth" in question:
        crypto.X509_VERIFY_PARAM_set_depth(param, question["depth"])
    for policy in question.get("policies", []):
        crypto.X509_VERIFY_PARAM_add0_policy(param, crypto.OBJ_txt2obj(policy.encode(), 1))
        flags |= POLICY_CHECK
    crypto.X509_VERIFY_PARAM_set_flags(param, flags)


def ignoring(ignored):
    def decide(ok, context):
        if ok == 1:
            return ok
        error = crypto.X509_STORE_CTX_get_error(context)
        last = crypto.OPENSSL_sk_num(crypto.X509_STORE_CTX_get0_chain(context)) - 1
        is_anchor = crypto.X509_STORE_CTX_get_error_depth(context) == last
        return int(error in ignored or (is_anchor and error in ABOUT_REVOCATION))

    return ctypes.CFUNCTYPE(INT, INT, POINTER)(decide)


def ask(question, freed):
    store = freed.keep(crypto.X509_STORE_free, crypto.X509_STORE_new())
    stack = freed.keep(crypto.OPENSSL_sk_free, crypto.OPENSSL_sk_new_null())
    leaf = freed.certificate(question["leaf"])
    for anchor in question["anchors"]:
        crypto.X509_STORE_add_cert(store, freed.certificate(anchor))
    for crl in question.get("crls", []):
        crypto.X509_STORE_add_crl(store, freed.crl(crl))
    for candidate in question["candidates"]:
        crypto.OPENSSL_sk_push(stack, freed.certificate(candidate))
    context = freed.keep(crypto.X509_STORE_CTX_free, crypto.X509_STORE_CTX_new())
    crypto.X509_STORE_CTX_init(context, store, leaf, stack)
    set_parameters(context, question)
    callback = ignoring(question.get("ignored", []))
    if question.get("flags", 0) & CRL_CHECK:
        crypto.X509_STORE_CTX_set_verify_cb(context, ctypes.cast(callback, POINTER))
    if crypto.X509_verify_cert(context) == 1:
        return "ok"
    return crypto.X509_verify_cert_error_string(crypto.X509_STORE_CTX_get_error(context)).decode()


def answer(line):
    freed = Freed()
    try:
        return ask(json.loads(line), freed)
    except Unreadable:
        return "unreadable"
    finally:
        freed.release()
        crypto.ERR_clear_error()


print(json.dumps(crypto.OpenSSL_version(0).decode()), flush=True)
for line in sys.stdin:
    print(json.dumps(answer(line)), flush=True)
