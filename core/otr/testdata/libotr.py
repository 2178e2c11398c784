# SPDX-License-Identifier: MPL-2.0
#
# The real libotr as the other side: lines of JSON in, lines of JSON out. Nothing
# but Python's standard library and libotr.so.5 (Debian: libotr5) is needed.
#
#   libotr.py KEYFILE [LONGEST [VERSIONS]]   speaks; messages are cut into LONGEST bytes; VERSIONS is 23 or 2
#   libotr.py --make KEYFILE                 writes a key file
import ctypes
import json
import sys
from ctypes import CFUNCTYPE, POINTER, byref, c_char, c_char_p, c_int, c_size_t, c_uint, c_ushort, c_void_p

otr = ctypes.CDLL("libotr.so.5")
libc = ctypes.CDLL(None)
otr.otrl_init(4, 1, 1)
otr.otrl_userstate_create.restype = c_void_p
otr.otrl_context_find.restype = c_void_p
otr.otrl_proto_default_query_msg.restype = c_void_p

ME, PROTOCOL, THEY = b"bob@example.org", b"prpl-jabber", b"alice@example.org/desk"
state = c_void_p(otr.otrl_userstate_create())


def check(error, what):
    if error:
        raise SystemExit("%s: error %d" % (what, error))


if sys.argv[1] == "--make":
    check(otr.otrl_privkey_generate(state, sys.argv[2].encode(), ME, PROTOCOL), "make a key")
    raise SystemExit
check(otr.otrl_privkey_read(state, sys.argv[1].encode()), "read the key")
longest = int(sys.argv[2]) if len(sys.argv) > 2 else 0

out, events = [], []
SMP = ["none", "error", "abort", "cheated", "ask-answer", "ask-secret", "in-progress", "success", "failure"]
EVENTS = [
    "none", "encryption-required", "encryption-error", "connection-ended", "setup-error", "reflected", "resent", "not-in-private",
    "unreadable", "malformed", "heartbeat-received", "heartbeat-sent", "general-error", "unencrypted", "unrecognized", "other-instance",
]
# V2, V3, offers, starts on offers and on errors: libotr's OTRL_POLICY_OPPORTUNISTIC.
versions = sys.argv[3] if len(sys.argv) > 3 else "23"
policy = (0x02 if "2" in versions else 0) | (0x04 if "3" in versions else 0) | 0x10 | 0x20 | 0x40
error_text = ctypes.create_string_buffer(b"you sent what could not be read")
resent = ctypes.create_string_buffer(b"[again] ")


def said(event):
    events.append(event)


def text_of(pointer):
    return ctypes.string_at(pointer).decode("utf-8", "replace") if pointer else ""


def new_fingerprint(_, us, account, protocol, user, fingerprint):
    said("key " + bytes(fingerprint[:20]).hex())


# The fields of OtrlMessageAppOps, in order.
P = c_void_p
FIELDS = [
    ("policy", CFUNCTYPE(c_uint, P, P), lambda _, c: policy),
    ("create_privkey", CFUNCTYPE(None, P, c_char_p, c_char_p), lambda *a: said("no-key")),
    ("is_logged_in", CFUNCTYPE(c_int, P, c_char_p, c_char_p, c_char_p), lambda *a: 1),
    ("inject_message", CFUNCTYPE(None, P, c_char_p, c_char_p, c_char_p, c_char_p), lambda _, a, p, r, m: out.append(m.decode())),
    ("update_context_list", CFUNCTYPE(None, P), lambda _: None),
    ("new_fingerprint", CFUNCTYPE(None, P, P, c_char_p, c_char_p, c_char_p, POINTER(ctypes.c_ubyte)), new_fingerprint),
    ("write_fingerprints", CFUNCTYPE(None, P), lambda _: None),
    ("gone_secure", CFUNCTYPE(None, P, P), lambda _, c: said("secure")),
    ("gone_insecure", CFUNCTYPE(None, P, P), lambda _, c: said("insecure")),
    ("still_secure", CFUNCTYPE(None, P, P, c_int), lambda _, c, r: said("still-secure")),
    ("max_message_size", CFUNCTYPE(c_int, P, P), lambda _, c: longest),
    ("account_name", CFUNCTYPE(P, P, c_char_p, c_char_p), None),
    ("account_name_free", CFUNCTYPE(None, P, P), None),
    ("received_symkey", CFUNCTYPE(None, P, P, c_uint, P, c_size_t, P), None),
    ("otr_error_message", CFUNCTYPE(P, P, P, c_int), lambda _, c, e: ctypes.addressof(error_text)),
    ("otr_error_message_free", CFUNCTYPE(None, P, P), lambda _, m: None),
    ("resent_msg_prefix", CFUNCTYPE(P, P, P), lambda _, c: ctypes.addressof(resent)),
    ("resent_msg_prefix_free", CFUNCTYPE(None, P, P), lambda _, m: None),
    ("handle_smp_event", CFUNCTYPE(None, P, c_int, P, c_ushort, c_char_p),
     lambda _, e, c, n, q: said("smp " + SMP[e] + (" " + q.decode() if q else ""))),
    ("handle_msg_event", CFUNCTYPE(None, P, c_int, P, P, c_uint),
     lambda _, e, c, m, err: said("message " + EVENTS[e] + (" " + text_of(m) if m else ""))),
    ("create_instag", CFUNCTYPE(None, P, c_char_p, c_char_p), lambda _, a, p: make_tag(a, p)),
    ("convert_msg", CFUNCTYPE(None, P, P, c_int, POINTER(c_char_p), c_char_p), None),
    ("convert_free", CFUNCTYPE(None, P, P, P), None),
    ("timer_control", CFUNCTYPE(None, P, c_uint), lambda _, n: None),
]


class Ops(ctypes.Structure):
    _fields_ = [(name, kind) for name, kind, _ in FIELDS]


ops = Ops(*[kind(f) if f else kind() for _, kind, f in FIELDS])
libc.fopen.restype = c_void_p
nowhere = c_void_p(libc.fopen(b"/dev/null", b"w"))


def make_tag(account, protocol):
    check(otr.otrl_instag_generate_FILEp(state, nowhere, account, protocol), "make a tag")


def context():
    return c_void_p(otr.otrl_context_find(state, THEY, ME, PROTOCOL, c_uint(1), 0, None, None, None))


def receive(text):
    new, tlvs = c_void_p(), c_void_p()
    internal = otr.otrl_message_receiving(
        state, byref(ops), None, ME, PROTOCOL, THEY, text.encode(), byref(new), byref(tlvs), None, None, None)
    if otr.otrl_tlv_find(tlvs, 1):
        said("disconnected")
    answer = None if internal else text_of(new) if new.value else text
    if new.value:
        otr.otrl_message_free(new)
    otr.otrl_tlv_free(tlvs)
    return answer


def send(text):
    new = c_void_p()
    error = otr.otrl_message_sending(
        state, byref(ops), None, ME, PROTOCOL, THEY, c_uint(1), text.encode(), None, byref(new), 1, None, None, None)
    if error:
        said("send-error %d" % error)
    elif not new.value:
        out.append(text)
    if new.value:
        otr.otrl_message_free(new)


def query():
    q = otr.otrl_proto_default_query_msg(ME, policy)
    out.append(text_of(q))
    libc.free(c_void_p(q))


def ask(question, secret):
    s = secret.encode()
    if question:
        otr.otrl_message_initiate_smp_q(state, byref(ops), None, context(), question.encode(), s, c_size_t(len(s)))
    else:
        otr.otrl_message_initiate_smp(state, byref(ops), None, context(), s, c_size_t(len(s)))


def answer(secret):
    s = secret.encode()
    otr.otrl_message_respond_smp(state, byref(ops), None, context(), s, c_size_t(len(s)))


def fingerprint():
    raw = (c_char * 20)()
    otr.otrl_privkey_fingerprint_raw(state, raw, ME, PROTOCOL)
    return bytes(raw).hex()


do = {
    "receive": receive, "send": send, "query": query, "ask": ask, "answer": answer, "fingerprint": fingerprint,
    "abort": lambda: otr.otrl_message_abort_smp(state, byref(ops), None, context()),
    "end": lambda: otr.otrl_message_disconnect_all_instances(state, byref(ops), None, ME, PROTOCOL, THEY),
    # What a program that is started anew knows: nothing.
    "forget": lambda: otr.otrl_context_forget_all(state),
}
for line in sys.stdin:
    request = json.loads(line)
    value = do[request[0]](*request[1:])
    print(json.dumps({"value": value if isinstance(value, str) else None, "out": out, "events": events}), flush=True)
    out, events = [], []
