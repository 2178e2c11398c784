// SPDX-License-Identifier: MPL-2.0

package trust

import "chatsecure.org/desktop/core/chat"

// Named is a key as a link or a QR code names it. Device is 0 where the form has no
// place for it (XEP-0434).
type Named struct {
	Device      uint32
	Fingerprint chat.Fingerprint
}

// Link compares what a link says of an owner's keys with those that are known of it.
// Nothing changes by it. Different are listed devices that the link names with
// another key than they have here: the one or the other is somebody else's.
func Link(owner chat.Address, keys []chat.Key, trust []Named, distrust []chat.Fingerprint) chat.IdentityLink {
	l := chat.IdentityLink{Owner: owner}
	byKey := map[chat.Fingerprint]chat.Key{}
	byDevice := map[uint32]chat.Key{}
	for _, k := range keys {
		if k.Owner != owner || k.Own {
			continue
		}
		byKey[k.Fingerprint] = k
		if k.Listed && k.Device != 0 {
			byDevice[k.Device] = k
		}
	}
	refused := map[chat.Fingerprint]bool{}
	for _, f := range distrust {
		if k, ok := byKey[f]; ok && !refused[f] {
			l.Distrust = append(l.Distrust, k)
		}
		refused[f] = true
	}
	done := map[chat.Fingerprint]bool{}
	for _, n := range trust {
		if refused[n.Fingerprint] || done[n.Fingerprint] {
			continue
		}
		done[n.Fingerprint] = true
		if k, ok := byKey[n.Fingerprint]; ok {
			l.Keys = append(l.Keys, k)
		} else {
			l.Unknown = append(l.Unknown, n.Fingerprint)
		}
		if k, ok := byDevice[n.Device]; ok && k.Fingerprint != n.Fingerprint {
			l.Different = append(l.Different, k)
		}
	}
	return l
}
