package store

import (
	"os"
	"strconv"
	"testing"
	"time"
)

func TestFillX(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("N"))
	if n == 0 {
		t.Skip()
	}
	db := openNew(t)
	s := time.Now()
	fill(t, db, n)
	t.Log(n, time.Since(s), float64(n)/time.Since(s).Seconds())
}
