@echo on
set "CMAKE_GENERATOR=Ninja"
%PYTHON% -m pip install . -vv --no-deps --no-build-isolation -Ccmake.define.WASM2OCI_GO_CC=gcc
if errorlevel 1 exit 1
del %SP_DIR%\wasm2oci-%PKG_VERSION%.dist-info\direct_url.json
