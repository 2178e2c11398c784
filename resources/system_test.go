// SPDX-License-Identifier: MPL-2.0

package resources

import (
	"fmt"
	"testing"
)

func TestSystemLanguages(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		env  map[string]string
		want string
	}{
		{map[string]string{}, "[]"},
		{map[string]string{"LANG": "C.UTF-8", "LANGUAGE": "de"}, "[]"},
		{map[string]string{"LANG": "POSIX"}, "[]"},
		{map[string]string{"LANG": "de_AT.UTF-8"}, "[de-AT]"},
		{map[string]string{"LANG": "en_US.UTF-8", "LC_MESSAGES": "fr_FR"}, "[fr-FR]"},
		{map[string]string{"LANG": "en_US.UTF-8", "LC_MESSAGES": "fr_FR", "LC_ALL": "pt_BR.utf8"}, "[pt-BR]"},
		{map[string]string{"LANG": "de_DE.UTF-8@euro", "LANGUAGE": "nds:de_DE:nonsense_:C:en"}, "[nds de-DE en de-DE]"},
		{map[string]string{"LANG": "zh_CN.GB18030"}, "[zh-CN]"},
		{map[string]string{"LANG": "sr_RS.UTF-8@latin"}, "[sr-Latn-RS]"},
		{map[string]string{"LANG": "../../etc/passwd"}, "[]"},
	} {
		if got := fmt.Sprint(SystemLanguages(func(name string) string { return c.env[name] })); got != c.want {
			t.Errorf("%v: %s, want %s", c.env, got, c.want)
		}
	}
}
