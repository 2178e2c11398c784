// SPDX-License-Identifier: MPL-2.0

package omemo

import (
	"bytes"
	"encoding/hex"
	"testing"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func secretOf(t testing.TB, private, public []byte) ([]byte, error) {
	t.Helper()
	p := pair{private: [32]byte(private)}
	key, err := p.key()
	if err != nil {
		t.Fatal(err)
	}
	return agree(key, [32]byte(public))
}

// TestX25519 has the vectors of RFC 7748 §5.2 and §6.1.
func TestX25519(t *testing.T) {
	for _, v := range []struct{ private, public, want string }{
		{
			"a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
			"e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
			"c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
		},
		{
			"4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
			"e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
			"95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
		},
		{
			"77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
			"de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
			"4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742",
		},
		{
			"5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
			"8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
			"4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742",
		},
	} {
		if got, err := secretOf(t, unhex(t, v.private), unhex(t, v.public)); err != nil || hex.EncodeToString(got) != v.want {
			t.Errorf("agreed on %x, %v, want %s", got, err, v.want)
		}
	}
	// §5.2: each result is the next private key, the former one the next public key.
	k, u := make([]byte, 32), make([]byte, 32)
	k[0], u[0] = 9, 9
	for i := 1; i <= 1000; i++ {
		got, err := secretOf(t, k, u)
		if err != nil {
			t.Fatal(err)
		}
		k, u = got, k
		want := map[int]string{
			1:    "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079",
			1000: "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51",
		}[i]
		if want != "" && hex.EncodeToString(k) != want {
			t.Fatalf("after %d times %x, want %s", i, k, want)
		}
	}
}

// TestHKDF has the vectors of RFC 5869 A.1 to A.3.
func TestHKDF(t *testing.T) {
	upTo := func(from, to int) (b []byte) {
		for i := from; i <= to; i++ {
			b = append(b, byte(i))
		}
		return b
	}
	for _, v := range []struct {
		secret, salt, info []byte
		want               string
	}{
		{
			bytes.Repeat([]byte{0x0b}, 22), upTo(0, 0x0c), upTo(0xf0, 0xf9),
			"3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
		},
		{
			upTo(0, 0x4f), upTo(0x60, 0xaf), upTo(0xb0, 0xff),
			"b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09" +
				"da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
		},
		{
			bytes.Repeat([]byte{0x0b}, 22), nil, nil,
			"8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
		},
	} {
		got, err := derive(v.secret, v.salt, string(v.info), len(v.want)/2)
		if err != nil || hex.EncodeToString(got) != v.want {
			t.Errorf("derived %x, %v, want %s", got, err, v.want)
		}
	}
}

// TestChain has the vector of libsignal's own test of its chain and message keys.
func TestChain(t *testing.T) {
	c := chain{key: [32]byte(unhex(t, "8ab72d6f4cc5ac0d387eaf463378ddb28edd07385b1cb01250c715982e7ad48f"))}
	secret := c.next()
	keys, err := newMessageKeys(secret[:], V03.dialect().message)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []struct {
		name, want string
		got        []byte
	}{
		{"cipher key", "bf51e9d75e0e31031051f82a2491ffc084fa298b7793bd9db620056febf45217", keys[:32]},
		{"mac key", "c6c77d6a73a354337a56435e34607dfe48e3ace14e77314dc6abc172e7a7030b", keys[32:64]},
		{"next chain key", "28e8f8fee54b801eef7c5cfb2f17f32c7b334485bbb70fac6ec10342a246d15d", c.key[:]},
	} {
		if hex.EncodeToString(v.got) != v.want {
			t.Errorf("%s %x, want %s", v.name, v.got, v.want)
		}
	}
}

// TestSignatureOfLibsignal is the one of libsignal's own test: made by a key whose
// Ed25519 form has the sign 1, which the signature says with its last bit.
func TestSignatureOfLibsignal(t *testing.T) {
	private := unhex(t, "c097248412e58bf05df487968205132794178e367637f5818f81e0e6ce73e865")
	public := [32]byte(unhex(t, "ab7e717d4a163b7d9a1d8071dfe9dcf8cdcd1cea3339b6356be84d887e322c64"))
	message := unhex(t, "05edce9d9c415ca78cb7252e72c2c4a554d3eb29485a0e1d503118d1a82d99fb4a")
	signature := unhex(t, "5de88ca9a89b4a115da79109c67c9c7464a3e4180274f1cb8c63c2984e286dfb"+
		"ede82deb9dcd9fae0bfbb821569b3d9001bd8130cd11d486cef047bd60b86e88")
	i, err := identityOf([32]byte(private))
	if err != nil || i.Public() != public {
		t.Fatalf("public key %x, %v, want %x", i.Public(), err, public)
	}
	if !verifyMontgomery(public, message, signature) {
		t.Fatal("libsignal's signature is refused")
	}
	for at := range signature {
		bad := bytes.Clone(signature)
		bad[at] ^= 1
		if verifyMontgomery(public, message, bad) {
			t.Fatalf("byte %d of the signature changed, and it is accepted", at)
		}
	}
	signature[63] ^= 0x80
	if verifyMontgomery(public, message, signature) {
		t.Fatal("the other sign is accepted")
	}
}

// TestEd25519 has vectors of RFC 8032 §7.1: what V2 checks are plain signatures.
func TestEd25519(t *testing.T) {
	for _, v := range []struct{ public, message, signature string }{
		{
			"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
			"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
		},
		{
			"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
			"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
		},
	} {
		if !verifyEdwards([32]byte(unhex(t, v.public)), unhex(t, v.message), unhex(t, v.signature)) {
			t.Errorf("the signature of %s is refused", v.public)
		}
	}
}
