// SPDX-License-Identifier: MPL-2.0

package profile

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"chatsecure.org/desktop/core/chat"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(helperEnv); dir != "" {
		os.Exit(hold(dir))
	}
	// The keyring library keeps its one connection to the bus for ever.
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/godbus/dbus/v5.(*Conn).inWorker"),
		goleak.IgnoreAnyFunction("github.com/godbus/dbus/v5.newConn.func1"))
}

// memory is a keyring in memory; err, where set, is what every call answers.
type memory struct {
	mu      sync.Mutex
	secrets map[string][]byte
	err     error
}

func (m *memory) Get(_ context.Context, name string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return nil, m.err
	}
	s, ok := m.secrets[name]
	if !ok {
		return nil, ErrNotFound
	}
	return bytes.Clone(s), nil
}

func (m *memory) Set(_ context.Context, name string, secret []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return m.err
	}
	if m.secrets == nil {
		m.secrets = map[string][]byte{}
	}
	m.secrets[name] = bytes.Clone(secret)
	return nil
}

func (m *memory) Delete(_ context.Context, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.secrets, name)
	return m.err
}

func wantCode(t *testing.T, err error, want chat.Code) {
	t.Helper()
	if got := chat.CodeOf(err); got != want {
		t.Fatalf("error %v: code %q, want %q", err, got, want)
	}
	if err != nil && chat.KindOf(err) != chat.Storage {
		t.Fatalf("error %v: kind %v, want storage", err, chat.KindOf(err))
	}
}

func create(t *testing.T, dir string, o Options) *Profile {
	t.Helper()
	p, err := Create(t.Context(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func TestPassphrase(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "profile")
	if Exists(dir) {
		t.Fatal("exists before it is made")
	}
	_, err := Open(t.Context(), dir, Options{Passphrase: []byte("x")})
	wantCode(t, err, chat.CodeNoProfile)
	if _, err := os.Stat(dir); err == nil {
		t.Fatal("opening made the directory")
	}

	p := create(t, dir, Options{Passphrase: []byte("correct horse")})
	key, id := p.Key(), p.ID()
	if len(key) != KeySize || p.Keyring() != nil || p.DatabasePath() != filepath.Join(dir, "profile.db") || id == "" {
		t.Fatalf("profile: %d bytes of key, keyring %v, %q, id %q", len(key), p.Keyring(), p.DatabasePath(), id)
	}
	if info, _ := os.Stat(dir); info.Mode().Perm() != 0o700 {
		t.Fatalf("directory has mode %v", info.Mode())
	}
	for _, name := range []string{"profile.json", "lock", "raise.sock"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Fatalf("%s: %v %v", name, info, err)
		}
	}
	_, err = Create(t.Context(), dir, Options{Passphrase: []byte("other")})
	wantCode(t, err, chat.CodeProfileExists)
	_, err = Open(t.Context(), dir, Options{Passphrase: []byte("correct horse")})
	wantCode(t, err, chat.CodeProfileInUse)
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if p.Key() != nil {
		t.Fatal("key after Close")
	}
	if _, err := os.Stat(filepath.Join(dir, "raise.sock")); err == nil {
		t.Fatal("socket left behind")
	}

	_, err = Open(t.Context(), dir, Options{Passphrase: []byte("wrong")})
	wantCode(t, err, chat.CodeKeyWrong)
	_, err = Open(t.Context(), dir, Options{Keyring: &memory{}})
	wantCode(t, err, chat.CodeKeyNeeded)
	again, err := Open(t.Context(), dir, Options{Passphrase: []byte("correct horse"), Keyring: &memory{}})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if !bytes.Equal(again.Key(), key) || again.ID() != id || again.Keyring() != nil {
		t.Fatal("another key, id or a keyring after opening again")
	}
	assertAbsent(t, dir, key, []byte("correct horse"))
}

// assertAbsent looks for the secrets in every file of dir, as bytes, hex and
// base64.
func assertAbsent(t *testing.T, dir string, secrets ...[]byte) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		for _, s := range secrets {
			j, _ := json.Marshal(s)
			for _, form := range [][]byte{s, []byte(hex.EncodeToString(s)), bytes.Trim(j, `"=`)} {
				if bytes.Contains(bytes.ToLower(b), bytes.ToLower(form)) {
					t.Errorf("%s holds a secret in the clear", d.Name())
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestKeyring(t *testing.T) {
	dir, ring := t.TempDir(), &memory{}
	p := create(t, dir, Options{Keyring: ring})
	key, name := p.Key(), "database:"+p.ID()
	if p.Keyring() != Keyring(ring) || !bytes.Equal(ring.secrets[name], key) {
		t.Fatal("key is not in the keyring")
	}
	_ = p.Close()
	assertAbsent(t, dir, key)

	tests := []struct {
		name string
		o    Options
		code chat.Code
	}{
		{"good", Options{Keyring: ring}, ""},
		{"good, passphrase too", Options{Keyring: ring, Passphrase: []byte("x")}, ""},
		{"none given", Options{}, chat.CodeNoKeyring},
		{"only a passphrase", Options{Passphrase: []byte("x")}, chat.CodeKeyWrong},
		{"no keyring", Options{Keyring: &memory{err: failed("", chat.CodeNoKeyring, nil)}}, chat.CodeNoKeyring},
		{"any other failure", Options{Keyring: &memory{err: errors.New("bus")}}, chat.CodeNoKeyring},
		{"key gone", Options{Keyring: &memory{}}, chat.CodeKeyMissing},
		{"another key", Options{Keyring: &memory{secrets: map[string][]byte{name: make([]byte, KeySize)}}}, chat.CodeKeyWrong},
		{"short key", Options{Keyring: &memory{secrets: map[string][]byte{name: key[:16]}}}, chat.CodeKeyWrong},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			before := files(t, dir)
			p, err := Open(t.Context(), dir, test.o)
			wantCode(t, err, test.code)
			if p != nil {
				if !bytes.Equal(p.Key(), key) {
					t.Fatal("another key")
				}
				_ = p.Close()
			}
			if after := files(t, dir); after != before {
				t.Fatalf("opening changed the directory:\n%s\n%s", before, after)
			}
		})
	}
	if len(ring.secrets) != 1 {
		t.Fatal("opening wrote to the keyring")
	}
}

// files is the content of profile.json and the names of all files.
func files(t *testing.T, dir string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, recordName))
	if err != nil {
		t.Fatal(err)
	}
	s := string(b)
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		s += e.Name() + "\n"
	}
	return s
}

func TestCreateNeverOverDatabase(t *testing.T) {
	dir, ring := t.TempDir(), &memory{}
	if err := os.WriteFile(filepath.Join(dir, databaseName), []byte("somebody's messages"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Create(t.Context(), dir, Options{Keyring: ring})
	wantCode(t, err, chat.CodeProfileExists)
	_, err = Open(t.Context(), dir, Options{Keyring: ring})
	wantCode(t, err, chat.CodeKeyMissing)
	if len(ring.secrets) != 0 {
		t.Fatal("a key was made")
	}
}

func TestCreateFails(t *testing.T) {
	dir := t.TempDir()
	_, err := Create(t.Context(), dir, Options{})
	wantCode(t, err, chat.CodeNoKeyring)
	_, err = Create(t.Context(), dir, Options{Keyring: &memory{err: errors.New("locked")}})
	wantCode(t, err, chat.CodeNoKeyring)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Create(ctx, dir, Options{Passphrase: []byte("x")})
	wantCode(t, err, chat.CodeCanceled)
	if Exists(dir) {
		t.Fatal("something was left behind")
	}
}

func TestDamagedRecord(t *testing.T) {
	dir := t.TempDir()
	p := create(t, dir, Options{Passphrase: []byte("pass")})
	_ = p.Close()
	path := filepath.Join(dir, recordName)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	resum := func(change func(r *record)) []byte {
		var r record
		if err := json.Unmarshal(good, &r); err != nil {
			t.Fatal(err)
		}
		change(&r)
		r.Check = r.sum()
		b, _ := json.Marshal(r)
		return b
	}
	tests := []struct {
		name string
		file []byte
		code chat.Code
	}{
		{"empty", nil, chat.CodeDamaged},
		{"cut", good[:len(good)/2], chat.CodeDamaged},
		{"one letter", bytes.Replace(good, []byte(`"salt": "`), []byte(`"salt": "A`), 1), chat.CodeDamaged},
		{"unknown field", bytes.Replace(good, []byte(`"id"`), []byte(`"di": 1, "id"`), 1), chat.CodeDamaged},
		{"huge", append(bytes.Clone(good), bytes.Repeat([]byte(" "), recordLimit)...), chat.CodeDamaged},
		{"newer", bytes.Replace(good, []byte(`"version": 1`), []byte(`"version": 2`), 1), chat.CodeNewer},
		{"64 GiB of memory", resum(func(r *record) { r.KDF.Memory = 64 << 20 }), chat.CodeDamaged},
		{"weak", resum(func(r *record) { r.KDF.Memory = 64 }), chat.CodeDamaged},
		{"endless", resum(func(r *record) { r.KDF.Time = 1 << 30 }), chat.CodeDamaged},
		{"no threads", resum(func(r *record) { r.KDF.Threads = 0 }), chat.CodeDamaged},
		{"other function", resum(func(r *record) { r.KDF.Name = "md5" }), chat.CodeDamaged},
		{"no parameters", resum(func(r *record) { r.KDF = nil }), chat.CodeDamaged},
		{"short key", resum(func(r *record) { r.Wrapped = r.Wrapped[:20] }), chat.CodeDamaged},
		{"unknown place", resum(func(r *record) { r.Key = "cloud" }), chat.CodeDamaged},
		{"other profile's key", resum(func(r *record) { r.ID = "0011" }), chat.CodeKeyWrong},
		{"good", good, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if err := os.WriteFile(path, test.file, 0o600); err != nil {
				t.Fatal(err)
			}
			p, err := Open(t.Context(), dir, Options{Passphrase: []byte("pass")})
			wantCode(t, err, test.code)
			if p != nil {
				_ = p.Close()
			}
			if now, _ := os.ReadFile(path); !bytes.Equal(now, test.file) {
				t.Fatal("the file was changed")
			}
		})
	}
}

func TestChangeKey(t *testing.T) {
	dir, ring := t.TempDir(), &memory{}
	p := create(t, dir, Options{Keyring: ring})
	key := p.Key()
	reopen := func(o Options) {
		t.Helper()
		_ = p.Close()
		var err error
		if p, err = Open(t.Context(), dir, o); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(p.Key(), key) {
			t.Fatal("the database key changed")
		}
	}
	defer func() { _ = p.Close() }()
	for _, o := range []Options{{Passphrase: []byte("one")}, {Passphrase: []byte("two")}, {Keyring: ring}} {
		if err := p.ChangeKey(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		if inRing := len(ring.secrets) == 1; inRing != (o.Keyring != nil) {
			t.Fatalf("key in the keyring: %v", inRing)
		}
		reopen(o)
	}
	ring.err = errors.New("locked")
	wantCode(t, p.ChangeKey(t.Context(), Options{Keyring: ring}), chat.CodeNoKeyring)
	ring.err = nil
	reopen(Options{Keyring: ring})
	_ = p.Close()
	wantCode(t, p.ChangeKey(t.Context(), Options{Passphrase: []byte("x")}), chat.CodeClosed)
}

// readOnly makes dir refuse every write, also root's.
func readOnly(t *testing.T, dir string) {
	t.Helper()
	if os.Getuid() != 0 {
		if err := os.Chmod(dir, 0o500); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
		return
	}
	if err := unix.Mount(dir, dir, "", unix.MS_BIND, ""); err != nil {
		t.Skip("root writes everywhere, and this machine lets nobody mount")
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	if err := unix.Mount("", dir, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		t.Skip("no read-only mount on this machine")
	}
}

func TestReadOnlyDirectory(t *testing.T) {
	o := Options{Passphrase: []byte("x")}
	t.Run("create", func(t *testing.T) {
		dir := t.TempDir()
		readOnly(t, dir)
		_, err := Create(t.Context(), dir, o)
		wantCode(t, err, chat.CodeReadOnly)
		_, err = Create(t.Context(), filepath.Join(dir, "below"), o)
		wantCode(t, err, chat.CodeReadOnly)
	})
	t.Run("open", func(t *testing.T) {
		dir := t.TempDir()
		_ = create(t, dir, o).Close()
		readOnly(t, dir)
		_, err := Open(t.Context(), dir, o)
		if os.Getuid() != 0 {
			t.Skip("a lock that exists can be taken")
		}
		wantCode(t, err, chat.CodeReadOnly)
	})
}

func TestDefaultDir(t *testing.T) {
	t.Setenv("HOME", "/home/p")
	for _, test := range []struct{ data, want string }{
		{"", "/home/p/.local/share/org.example.chat"},
		{"/data", "/data/org.example.chat"},
		{"relative", "/home/p/.local/share/org.example.chat"},
	} {
		t.Setenv("XDG_DATA_HOME", test.data)
		got, err := DefaultDir("org.example.chat")
		if err != nil || (got != test.want && !strings.Contains(got, "Application Support")) {
			t.Errorf("XDG_DATA_HOME=%q: %q, %v", test.data, got, err)
		}
	}
	for _, home := range []string{"", "relative"} { // of a service, say
		t.Setenv("HOME", home)
		_, err := DefaultDir("org.example.chat")
		wantCode(t, err, chat.CodeNoProfile)
	}
}

// Where no directory can be made, the error says that it is the place.
func TestCreateNoDirectory(t *testing.T) {
	dangling, loop := filepath.Join(t.TempDir(), "dangling"), filepath.Join(t.TempDir(), "loop")
	for link, to := range map[string]string{dangling: "nowhere", loop: loop} {
		if err := os.Symlink(to, link); err != nil {
			t.Fatal(err)
		}
		_, err := Create(t.Context(), link, Options{Passphrase: []byte("pass")})
		wantCode(t, err, chat.CodeReadOnly)
	}
}

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// What is known of the database outlives a restart and another key.
func TestNoteDatabase(t *testing.T) {
	dir, ring := t.TempDir(), &memory{}
	o := Options{Passphrase: []byte("pass")}
	p := create(t, dir, o)
	if p.HasDatabase() {
		t.Fatal("a new profile has a database")
	}
	for range 2 {
		if err := p.NoteDatabase(); err != nil {
			t.Fatal(err)
		}
	}
	key := p.Key()
	for _, next := range []Options{o, {Keyring: ring}, {Passphrase: []byte("other")}} {
		if err := p.ChangeKey(t.Context(), next); err != nil {
			t.Fatal(err)
		}
		_ = p.Close()
		var err error
		if p, err = Open(t.Context(), dir, Options{Keyring: ring, Passphrase: next.Passphrase}); err != nil {
			t.Fatal(err)
		}
		if !p.HasDatabase() || !bytes.Equal(p.Key(), key) {
			t.Fatalf("database %t, or another key", p.HasDatabase())
		}
	}
	_ = p.Close()
	wantCode(t, p.NoteDatabase(), chat.CodeClosed)
}

// A place where no directory can be is no profile, and says what is wrong.
func TestNoPlace(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	o := Options{Passphrase: []byte("pass")}
	for _, dir := range []string{file, filepath.Join(file, "below"), "/proc/nowhere", filepath.Join(t.TempDir(), strings.Repeat("x", 300))} {
		if Exists(dir) {
			t.Errorf("%s holds a profile", dir)
		}
		_, err := Open(t.Context(), dir, o)
		wantCode(t, err, chat.CodeNoProfile)
		_, err = Create(t.Context(), dir, o)
		wantCode(t, err, chat.CodeReadOnly)
	}
}

// Without profile.json nothing says where the key is.
func TestDatabaseWithoutRecord(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, databaseName), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), dir, Options{Passphrase: []byte("pass")})
	wantCode(t, err, chat.CodeKeyMissing)
	var e *chat.Error
	if !errors.As(err, &e) || e.Detail != recordName {
		t.Errorf("%v does not say what is missing", err)
	}
}
