module github.com/wasm2oci/wasm2oci/go

go 1.26.0

require (
	github.com/klauspost/compress v1.20.4
	github.com/opencontainers/go-digest v1.0.0
	github.com/opencontainers/image-spec v1.1.1
	github.com/pelletier/go-toml/v2 v2.4.3
	golang.org/x/mod v0.43.0
	golang.org/x/net v0.62.0
	oras.land/oras-go/v2 v2.7.0
)

require (
	golang.org/x/sync v0.24.0 // indirect
	golang.org/x/text v0.43.0 // indirect
)
