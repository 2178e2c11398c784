// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"context"
	"encoding/base64"
	"encoding/xml"
	"sort"
	"strings"

	"chatsecure.org/desktop/core/chat"
)

// Bundle is what others need to begin a session with a device (XEP-0384 §5.3.2). Its
// keys are the bytes of the wire: of OMEMO03 33 with a 5 in front, of OMEMO2 32, the
// identity key in its Ed25519 form. Nothing is known of them before somebody has
// checked the signature.
type Bundle struct {
	Version   OMEMOVersion
	Identity  []byte
	SignedID  uint32
	SignedKey []byte
	Signature []byte
	Prekeys   []Prekey // each id once, at most 1,000
}

// Prekey is a key for one session.
type Prekey struct {
	ID  uint32
	Key []byte
}

const (
	maxPrekeys = 1000
	maxKeySize = 64 // bytes of a key
)

// bundleAt is where the bundle of a device is. OMEMO03 has a node for each.
func (v OMEMOVersion) bundleAt(device uint32) (node, item string) {
	if v == OMEMO03 {
		return nsAxolotl + ".bundles:" + number(device), current
	}
	return nsOMEMOBundles, number(device)
}

// isBundleNode says whether bundles are at a node.
func isBundleNode(node string) bool {
	return node == nsOMEMOBundles || strings.HasPrefix(node, nsAxolotl+".bundles:")
}

// bundleNames are the names of a format's elements and of the attributes for ids.
type bundleNames struct{ signed, signedID, signature, identity, prekey, prekeyID string }

func (v OMEMOVersion) bundleNames() bundleNames {
	if v == OMEMO03 {
		return bundleNames{"signedPreKeyPublic", "signedPreKeyId", "signedPreKeySignature", "identityKey", "preKeyPublic", "preKeyId"}
	}
	return bundleNames{"spk", "id", "spks", "ik", "pk", "id"}
}

// bundle reads a bundle; false where the element is none, or where something is
// missing without which nobody can begin a session.
func (d *decoder) bundle(v OMEMOVersion, s xml.StartElement) (b Bundle, ok bool, err error) {
	ns, names := v.Namespace(), v.bundleNames()
	if s.Name != (xml.Name{Space: ns, Local: "bundle"}) {
		return b, false, nil
	}
	b.Version = v
	err = d.children(func(s xml.StartElement) (err error) {
		if s.Name.Space != ns {
			return nil
		}
		switch s.Name.Local {
		case names.signed:
			if b.SignedKey == nil {
				b.SignedID = deviceID(attr(s, names.signedID))
				b.SignedKey, err = d.base64(maxKeySize)
			}
		case names.signature:
			if b.Signature == nil {
				b.Signature, err = d.base64(maxSig)
			}
		case names.identity:
			if b.Identity == nil {
				b.Identity, err = d.base64(maxKeySize)
			}
		case "prekeys":
			err = d.prekeys(&b)
		}
		return err
	})
	good := b.Identity != nil && b.SignedKey != nil && b.Signature != nil && len(b.Prekeys) > 0
	return b, good && err == nil, err
}

// prekeys reads those that have an id and a key.
func (d *decoder) prekeys(b *Bundle) error {
	names := b.Version.bundleNames()
	seen := map[uint32]bool{}
	for _, p := range b.Prekeys {
		seen[p.ID] = true
	}
	return d.children(func(s xml.StartElement) (err error) {
		p := Prekey{ID: deviceID(attr(s, names.prekeyID))}
		if s.Name != (xml.Name{Space: b.Version.Namespace(), Local: names.prekey}) || p.ID == 0 || seen[p.ID] || len(b.Prekeys) == maxPrekeys {
			return nil
		}
		if p.Key, err = d.base64(maxKeySize); p.Key != nil {
			seen[p.ID] = true
			b.Prekeys = append(b.Prekeys, p)
		}
		return err
	})
}

func encodeBundle(v Bundle) []byte {
	names := v.Version.bundleNames()
	encode := base64.StdEncoding.EncodeToString
	var b builder
	key := func(name, idName string, id uint32, data []byte) {
		b.raw("<" + name)
		b.attr(idName, number(id))
		b.raw(">")
		b.escape(encode(data))
		b.raw("</" + name + ">")
	}
	b.raw("<bundle")
	b.attr("xmlns", v.Version.Namespace())
	b.raw(">")
	key(names.signed, names.signedID, v.SignedID, v.SignedKey)
	b.text(names.signature, "", encode(v.Signature))
	b.text(names.identity, "", encode(v.Identity))
	b.raw("<prekeys>")
	for _, p := range v.Prekeys {
		key(names.prekey, names.prekeyID, p.ID, p.Key)
	}
	b.raw("</prekeys></bundle>")
	return b.Bytes()
}

// MinStanza is how many bytes a stanza may have at every server (RFC 6120 §13.12).
const MinStanza = 10_000

// publishRoom is for what stands around a bundle that is published, in bytes.
const publishRoom = 1024

// Within is the bundle with as many of its prekeys as let it be published in a stanza of
// so many bytes, but no fewer than least.
func (v Bundle) Within(bytes, least int) Bundle {
	all := v.Prekeys
	n := sort.Search(len(all), func(n int) bool {
		v.Prekeys = all[:n+1]
		return len(encodeBundle(v))+publishRoom > bytes
	})
	v.Prekeys = all[:min(len(all), max(n, least))]
	return v
}

// FetchBundle fetches what a session with a device of owner begins with. CodeNotFound
// where there is none, or none that can be read.
func (c *Conn) FetchBundle(ctx context.Context, owner chat.Address, v OMEMOVersion, device uint32) (Bundle, error) {
	w := wanted{owner: owner.Bare()}
	if w.node, w.item = v.bundleAt(device); v == OMEMO03 {
		w.item, w.newest = "", true // not everybody calls it the same
	}
	found, err := readItems(ctx, c, w, func(d *decoder, item string, s xml.StartElement) (Bundle, bool, error) {
		if v == OMEMO2 && item != w.item {
			return Bundle{}, false, nil
		}
		return d.bundle(v, s)
	})
	switch {
	case err != nil:
		return Bundle{}, err
	case len(found) == 0:
		return Bundle{}, &chat.Error{Kind: chat.Rejected, Op: "fetch bundle", Code: chat.CodeNotFound, Err: errNoPayload}
	}
	return found[len(found)-1], nil
}

// PublishBundle publishes what others need to begin a session with a device of ours.
// Everybody may read it (XEP-0384 §5.3.2); a node that is set otherwise is set right.
func (c *Conn) PublishBundle(ctx context.Context, device uint32, b Bundle) error {
	if b.Version.Namespace() == "" || device == 0 || device > MaxDevice || len(b.Prekeys) > maxPrekeys {
		return badInput("publish bundle", chat.CodeTooLarge, nil)
	}
	node, item := b.Version.bundleAt(device)
	return c.publishOpenly(ctx, node, item, encodeBundle(b), b.Version == OMEMO2)
}
