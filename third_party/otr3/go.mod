module github.com/coyim/otr3

go 1.23.0

require (
	github.com/awnumar/memcall v0.5.0
	github.com/coyim/constbn v0.0.0-20251201142907-b19b950d1e1c
)

require golang.org/x/sys v0.35.0 // indirect
