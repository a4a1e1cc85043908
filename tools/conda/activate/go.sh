# The variables that conda-forge's Go sets, and those that it has no need of since it is patched.
export CGO_ENABLED=1 GOOS=linux GOARCH=amd64 GOTOOLCHAIN=local GOFLAGS="-modcacherw -buildmode=pie -trimpath"
if [ "${CONDA_BUILD:-0}" = 1 ]; then
  export GOPATH="$SRC_DIR/gopath" GOBIN="$PREFIX/bin"
  export CGO_CFLAGS="$CFLAGS" CGO_CPPFLAGS="$CPPFLAGS" CGO_CXXFLAGS="${CXXFLAGS:-}" CGO_LDFLAGS="$LDFLAGS"
  # No module comes from the network.
  export GOPROXY=off
fi
