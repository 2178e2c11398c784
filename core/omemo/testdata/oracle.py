# SPDX-License-Identifier: MPL-2.0
#
# Other OMEMOs to compare ours with: python-oldmemo (eu.siacs.conversations.axolotl),
# python-twomemo (urn:xmpp:omemo:2), and python-axolotl, which is libsignal in Python
# (the former again, as most programs have it). It reads commands from standard input, a JSON
# object a line, and answers each with one; bytes are in base64. Started by
# oracle_test.go.

import asyncio
import base64
import json
import logging
import sys

import oldmemo.oldmemo as old
import twomemo.twomemo as two
import x3dh
import xeddsa
from axolotl.ecc.curve import Curve
from axolotl.identitykey import IdentityKey
from axolotl.protocol.prekeywhispermessage import PreKeyWhisperMessage
from axolotl.protocol.whispermessage import WhisperMessage
from axolotl.sessionbuilder import SessionBuilder
from axolotl.sessioncipher import SessionCipher
from axolotl.state.prekeybundle import PreKeyBundle
from axolotl.tests.inmemoryaxolotlstore import InMemoryAxolotlStore
from axolotl.util.keyhelper import KeyHelper
from omemo.session import Initiation
from omemo.storage import Just, Nothing, Storage

logging.disable(logging.CRITICAL)


class Memory(Storage):
    def __init__(self):
        super().__init__(True)
        self.values = {}

    async def _load(self, key):
        return Just(json.loads(self.values[key])) if key in self.values else Nothing()

    async def _store(self, key, value):
        self.values[key] = json.dumps(value)

    async def _delete(self, key):
        self.values.pop(key, None)


def b64(b):
    return base64.b64encode(b).decode("ascii")


def raw(s):
    return base64.b64decode(s or "")


# Each form with what its modules do differently (compare their etree modules).
class Old:
    module, name, label = old, "Oldmemo", "0.3"

    @staticmethod
    def serialize_bundle(b):
        signature = bytearray(b.bundle.signed_pre_key_sig)
        signature[63] |= b.bundle.identity_key[31] & 0x80
        key = old.StateImpl.serialize_public_key
        return key(xeddsa.ed25519_pub_to_curve25519_pub(b.bundle.identity_key)), bytes(signature), key

    @staticmethod
    def parse_identity(identity, signature):
        sign = bool(signature[63] >> 7)
        signature = bytearray(signature)
        signature[63] &= 0x7F
        return xeddsa.curve25519_pub_to_ed25519_pub(old.StateImpl.parse_public_key(identity), sign), bytes(signature)

    @staticmethod
    def parse_key(key):
        return old.StateImpl.parse_public_key(key)

    @staticmethod
    def serialize_kex(kex, message):
        return kex.serialize(message)[0]

    @staticmethod
    def parse_kex(data):
        return old.KeyExchangeImpl.parse(data, False)  # ours has the sign 0

    @staticmethod
    def content(payload, iv):
        return old.ContentImpl(payload, iv)

    @staticmethod
    def iv(content):
        return content.initialization_vector


class Two:
    module, name, label = two, "Twomemo", "2"

    @staticmethod
    def serialize_bundle(b):
        return b.bundle.identity_key, b.bundle.signed_pre_key_sig, lambda key: key

    @staticmethod
    def parse_identity(identity, signature):
        return identity, signature

    @staticmethod
    def parse_key(key):
        return key

    @staticmethod
    def serialize_kex(kex, message):
        return kex.serialize(message)

    @staticmethod
    def parse_kex(data):
        return two.KeyExchangeImpl.parse(data)

    @staticmethod
    def content(payload, iv):
        return two.ContentImpl(payload)

    @staticmethod
    def iv(content):
        return b""


US, THEM = "us@example.org", "them@example.org"


class Device:
    """One device here, with one session: that with the tested program."""

    def __init__(self, form):
        self.form, self.m = form, form.module
        self.backend = getattr(self.m, form.name)(Memory())

    async def bundle(self, _):
        await self.backend.generate_pre_keys(10)
        b = await self.backend.get_bundle(US, 1)
        identity, signature, key = self.form.serialize_bundle(b)
        return {
            "identity": b64(identity), "signature": b64(signature),
            "signedID": b.signed_pre_key_id, "signedKey": b64(key(b.bundle.signed_pre_key)),
            "prekeys": [{"ID": i, "Key": b64(key(k))} for k, i in b.pre_key_ids.items()],
        }

    def material(self, plain):
        n = self.m.PlainKeyMaterialImpl.KEY_LENGTH
        return self.m.PlainKeyMaterialImpl(plain[:n], plain[n:])

    async def begin(self, c):
        identity, signature = self.form.parse_identity(raw(c["identity"]), raw(c["signature"]))
        ids = {self.form.parse_key(raw(k["Key"])): k["ID"] for k in c["prekeys"]}
        bundle = self.m.BundleImpl(THEM, 2, x3dh.Bundle(
            identity, self.form.parse_key(raw(c["signedKey"])), signature, frozenset(ids)
        ), c["signedID"], ids)
        session, message = await self.backend.build_session_active(THEM, 2, bundle, self.material(raw(c["plain"])))
        await self.backend.store_session(session)
        return {"data": b64(self.form.serialize_kex(session.key_exchange, message.serialize())), "kex": True}

    async def encrypt(self, c):
        session = await self.backend.load_session(THEM, 2)
        data = (await self.backend.encrypt_key_material(session, self.material(raw(c["plain"])))).serialize()
        await self.backend.store_session(session)
        kex = session.initiation is Initiation.ACTIVE and not session.confirmed
        return {"data": b64(self.form.serialize_kex(session.key_exchange, data) if kex else data), "kex": kex}

    async def decrypt(self, c):
        data, kex = raw(c["data"]), None
        session = await self.backend.load_session(THEM, 2)
        if c["kex"]:
            kex, data = self.form.parse_kex(data)
        message = self.m.EncryptedKeyMaterialImpl.parse(data, THEM, 2)
        if kex is not None and not (session is not None and session.key_exchange.builds_same_session(kex)):
            session, plain = await self.backend.build_session_passive(THEM, 2, kex, message)
            await self.backend.delete_pre_key(session)
        else:
            plain = await self.backend.decrypt_key_material(session, message)
        await self.backend.store_session(session)
        return {"plain": b64(plain.key + plain.auth_tag)}

    async def seal(self, c):
        content, plain = await self.backend.encrypt_plaintext(raw(c["plain"]))
        return {"payload": b64(content.ciphertext), "iv": b64(self.form.iv(content)), "plain": b64(plain.key + plain.auth_tag)}

    async def open(self, c):
        content = self.form.content(raw(c["payload"]), raw(c["iv"]))
        return {"plain": b64(await self.backend.decrypt_plaintext(content, self.material(raw(c["data"]))))}

    # The primitives of libxeddsa.

    async def keys(self, c):
        private = raw(c["data"])
        return {"identity": b64(xeddsa.priv_to_curve25519_pub(private)), "signedKey": b64(xeddsa.priv_to_ed25519_pub(private))}

    async def sign(self, c):
        return {"signature": b64(xeddsa.ed25519_priv_sign(raw(c["data"]), raw(c["plain"]), raw(c["iv"])))}

    async def verify(self, c):
        return {"kex": xeddsa.ed25519_verify(raw(c["signature"]), raw(c["signedKey"]), raw(c["plain"]))}

    async def convert(self, c):
        ed = raw(c["data"])
        return {"identity": b64(xeddsa.ed25519_pub_to_curve25519_pub(ed))}


class Signal:
    """A device with libsignal's own keys and rules."""

    def __init__(self):
        self.store = InMemoryAxolotlStore()
        self.ids = {}

    def cipher(self):
        return SessionCipher(self.store, self.store, self.store, self.store, THEM, 2)

    async def bundle(self, _):
        signed = KeyHelper.generateSignedPreKey(self.store.getIdentityKeyPair(), 5)
        self.store.storeSignedPreKey(5, signed)
        keys = KeyHelper.generatePreKeys(1, 10)
        for k in keys:
            self.store.storePreKey(k.getId(), k)
        return {
            "identity": b64(self.store.getIdentityKeyPair().getPublicKey().serialize()), "signature": b64(signed.getSignature()),
            "signedID": 5, "signedKey": b64(signed.getKeyPair().getPublicKey().serialize()),
            "prekeys": [{"ID": k.getId(), "Key": b64(k.getKeyPair().getPublicKey().serialize())} for k in keys],
        }

    async def begin(self, c):
        prekey = c["prekeys"][0]
        bundle = PreKeyBundle(
            1, 2, prekey["ID"], Curve.decodePoint(bytearray(raw(prekey["Key"])), 0), c["signedID"],
            Curve.decodePoint(bytearray(raw(c["signedKey"])), 0), raw(c["signature"]),
            IdentityKey(bytearray(raw(c["identity"])), 0))
        SessionBuilder(self.store, self.store, self.store, self.store, THEM, 2).processPreKeyBundle(bundle)
        return await self.encrypt(c)

    async def encrypt(self, c):
        m = self.cipher().encrypt(raw(c["plain"]))
        return {"data": b64(m.serialize()), "kex": m.getType() == m.PREKEY_TYPE}

    async def decrypt(self, c):
        data = raw(c["data"])
        if c["kex"]:
            return {"plain": b64(self.cipher().decryptPkmsg(PreKeyWhisperMessage(serialized=data)))}
        return {"plain": b64(self.cipher().decryptMsg(WhisperMessage(serialized=data)))}


async def main():
    devices = {}
    for line in sys.stdin:
        c = json.loads(line)
        try:
            if c["do"] == "new":
                devices[c["device"]] = Signal() if c["version"] == "libsignal" else Device({"0.3": Old, "2": Two}[c["version"]])
                answer = {}
            else:
                answer = await getattr(devices[c["device"]], c["do"])(c)
        except Exception as e:
            names = []
            while e is not None:
                names.append(type(e).__name__)
                e = e.__cause__
            answer = {"error": " < ".join(names)}
        print(json.dumps(answer), flush=True)


asyncio.run(main())
