// SPDX-License-Identifier: MPL-2.0

package chaos

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// LogTo makes an Options.Log that writes all to one place, and what is worth
// watching to another, which may be nil.
func LogTo(all, watched io.Writer) func(format string, args ...any) {
	var mu sync.Mutex
	began := time.Now()
	return func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		line := fmt.Sprintf("%9.3f %s", time.Since(began).Seconds(), fmt.Sprintf(format, args...))
		fmt.Fprintln(all, line)
		if watched != nil && (strings.Contains(line, "PROGRESS") || strings.Contains(line, "TROUBLE")) {
			fmt.Fprintln(watched, line)
		}
	}
}
